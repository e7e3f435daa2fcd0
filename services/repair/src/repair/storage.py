"""Where do repair orders live? One table per aggregate; loading and saving many is the kit's `Documents`."""

from typing import Any

import sqlalchemy as sa

from repair.model import RepairOrder, Series
from servicekit.schema import aggregate_table, asked_for
from servicekit.store import Documents
from servicekit.work import Store

metadata = sa.MetaData()
orders = aggregate_table(
    "repair_order", metadata, asked_for("stage"), asked_for("customer"), asked_for("repair_number")
)
series = aggregate_table("series", metadata)

# The order in which they are locked: what others wait for most comes last.
STORES: dict[type[Any], Store] = {RepairOrder: Documents(orders, RepairOrder), Series: Documents(series, Series)}
