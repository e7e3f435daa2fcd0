"""Where are printed pages archived?"""

from finance.storage import metadata
from servicekit.schema import aggregate_table, asked_for

printed_papers = aggregate_table("printed_paper", metadata, asked_for("entity"), asked_for("number"))
