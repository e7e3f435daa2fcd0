"""The oracle: judges a finished or running system by the rules of the house, never by the services' own code.

Thirteen invariants, one function each. The reader takes one consistent snapshot of each database and every record of
every topic; `judge` says what must not be.
"""

from redletter.oracle.history import History, Violation
from redletter.oracle.journal import read_journal
from redletter.oracle.judging import INVARIANTS, grown, judge
from redletter.oracle.reading import read, rest

__all__ = ["INVARIANTS", "History", "Violation", "grown", "judge", "read", "read_journal", "rest"]
