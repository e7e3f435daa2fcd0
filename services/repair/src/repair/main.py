"""How is the repair shop put together?"""

from contracts.access import operations
from contracts.catalog import TOPIC_OF
from contracts.repair import TOPIC
from repair import api
from repair.consumers import CONSUMES, DEADLINES
from repair.model import Policy
from repair.storage import STORES
from servicekit import ops, process
from servicekit.work import Service

service = Service(
    name="repair",
    topic=TOPIC,
    stores=STORES,
    consumes=CONSUMES,
    deadlines=DEADLINES,
    policy=Policy,
    routers=(api.routes, ops.router),
    operations=operations("repair"),
    package="repair",
    topics=TOPIC_OF,
)

if __name__ == "__main__":
    process.main(service)
