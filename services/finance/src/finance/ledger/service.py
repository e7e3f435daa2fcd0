"""Where are the expenses of after-sales service kept?"""

from finance.storage import metadata
from servicekit.schema import aggregate_table, asked_for

service_costs = aggregate_table(
    "service_cost", metadata, asked_for("kind"), asked_for("customer"), asked_for("project")
)
