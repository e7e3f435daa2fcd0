"""How is the intake department put together?"""

from contracts.access import operations
from contracts.catalog import TOPIC_OF
from contracts.intake import TOPIC
from intake import api
from intake.consumers import CONSUMES, DEADLINES
from intake.model import Policy
from intake.storage import STORES
from servicekit import ops, process
from servicekit.work import Service

service = Service(
    name="intake",
    topic=TOPIC,
    stores=STORES,
    consumes=CONSUMES,
    deadlines=DEADLINES,
    policy=Policy,
    routers=(api.routes, ops.router),
    operations=operations("intake"),
    package="intake",
    topics=TOPIC_OF,
)

if __name__ == "__main__":
    process.main(service)
