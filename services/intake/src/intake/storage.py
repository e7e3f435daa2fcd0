"""Where do complaints live? One table per aggregate; loading and saving many is the kit's `Documents`."""

from typing import Any

import sqlalchemy as sa

from intake.model import Complaint, Series
from servicekit.schema import aggregate_table, asked_for
from servicekit.store import Documents
from servicekit.work import Store

metadata = sa.MetaData()
complaints = aggregate_table(
    "complaint",
    metadata,
    asked_for("number"),
    asked_for("customer"),
    asked_for("status"),
    asked_for("reference"),
    asked_for("profile", "scope,profile"),
)
series = aggregate_table("series", metadata)

# The order in which they are locked: what others wait for most comes last.
STORES: dict[type[Any], Store] = {Complaint: Documents(complaints, Complaint), Series: Documents(series, Series)}
