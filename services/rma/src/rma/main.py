"""How is the RMA office put together?"""

from contracts.access import operations
from contracts.catalog import TOPIC_OF
from contracts.rma import TOPIC
from rma import api
from rma.consumers import CONSUMES, DEADLINES
from rma.model import Policy
from rma.storage import STORES
from servicekit import ops, process
from servicekit.work import Service

service = Service(
    name="rma",
    topic=TOPIC,
    stores=STORES,
    consumes=CONSUMES,
    deadlines=DEADLINES,
    policy=Policy,
    routers=(api.routes, ops.router),
    operations=operations("rma"),
    package="rma",
    topics=TOPIC_OF,
)

if __name__ == "__main__":
    process.main(service)
