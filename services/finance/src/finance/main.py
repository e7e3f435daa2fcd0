"""How is accounting put together?"""

from contracts.access import operations
from contracts.catalog import TOPIC_OF
from contracts.finance import TOPIC
from finance import api, decide, handlers, ledger
from finance.api import costs, forms, losses, monthend, periods, printing, proposals, reconciling, signing
from finance.api import service as service_costs
from finance.consumers import CONSUMES
from finance.jurisdictions.platform import runtime
from finance.model import Policy
from finance.storage import STORES
from finance.views.api import routes as desk_routes
from servicekit import ops, process
from servicekit.work import Service

service = Service(
    name="finance",
    topic=TOPIC,
    stores={**ledger.FIRST, **STORES, **ledger.STORES},
    consumes=CONSUMES,
    deadlines={
        "platform": handlers.PLATFORM_ASKED,
        "buyer-form": handlers.FORM_ASKED,
        "upload-near": handlers.UPLOAD_NEAR,
    },
    calls={"platform": decide.documents.question, "buyer-form": decide.inbound.question},
    policy=Policy,
    routers=(
        api.routes,
        forms.routes,
        periods.routes,
        proposals.routes,
        costs.routes,
        losses.routes,
        monthend.routes,
        reconciling.routes,
        signing.routes,
        printing.routes,
        service_costs.routes,
        desk_routes,
        ops.router,
    ),
    operations=operations("finance"),
    package="finance",
    topics=TOPIC_OF,
)

if __name__ == "__main__":
    process.main(service, runtime)
