"""Where do inspections and receipts live? One table each; loading and saving many is the kit's `Documents`."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from inspection.model import Inspection, Receipt
from servicekit.schema import aggregate_table, asked_for
from servicekit.store import Documents
from servicekit.work import Store

metadata = sa.MetaData()
inspections = aggregate_table(
    "inspection", metadata, asked_for("stage"), asked_for("rma_number"), asked_for("profile", "scope,profile")
)
receipts = aggregate_table("receipt", metadata, asked_for("status"), asked_for("rma_number"))

# The order in which they are locked: what others wait for most comes last.
STORES: dict[type[Any], Store] = {
    Inspection: Documents(inspections, Inspection),
    Receipt: Documents(receipts, Receipt),
}

# Which case each RMA number belongs to: that never changes, so it can be asked before anything is locked.
CASES_OF = sa.select(inspections.c.rma_number, inspections.c.id).where(
    inspections.c.rma_number == sa.any_(sa.bindparam("numbers", type_=ARRAY(sa.Text)))
)
