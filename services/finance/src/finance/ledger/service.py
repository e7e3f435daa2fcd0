"""Where are the expenses of after-sales service kept, and who is on file?"""

from finance.storage import metadata
from servicekit.schema import aggregate_table, asked_for

service_costs = aggregate_table(
    "service_cost", metadata, asked_for("kind"), asked_for("customer"), asked_for("project")
)
customer_files = aggregate_table("customer_file", metadata, asked_for("department"))
late_filings = aggregate_table("late_filing", metadata)
