"""Where do cases live? One table per aggregate; loading and saving many is the kit's `Documents`."""

from typing import Any

import sqlalchemy as sa

from rma.model import Case, CustomerDay, Series
from servicekit.schema import aggregate_table, asked_for
from servicekit.store import Documents
from servicekit.work import Store

metadata = sa.MetaData()
cases = aggregate_table(
    "rma_case", metadata, asked_for("stage"), asked_for("customer"), asked_for("rma_number"), asked_for("complaint")
)
customer_days = aggregate_table("customer_day", metadata)
series = aggregate_table("series", metadata)

# The order in which they are locked: what others wait for most comes last.
STORES: dict[type[Any], Store] = {
    Case: Documents(cases, Case),
    CustomerDay: Documents(customer_days, CustomerDay),
    Series: Documents(series, Series),
}
