"""How are the receiving dock and quality put together?"""

from contracts.access import operations
from contracts.catalog import TOPIC_OF
from contracts.inspection import TOPIC
from inspection import api
from inspection.consumers import CONSUMES, DEADLINES
from inspection.model import Policy
from inspection.storage import STORES
from servicekit import ops, process
from servicekit.work import Service

service = Service(
    name="inspection",
    topic=TOPIC,
    stores=STORES,
    consumes=CONSUMES,
    deadlines=DEADLINES,
    policy=Policy,
    routers=(api.routes, ops.router),
    operations=operations("inspection"),
    package="inspection",
    topics=TOPIC_OF,
)

if __name__ == "__main__":
    process.main(service)
