"""Which codes can a step end with, and what does each say? For the page, and for whoever wrote another."""

from contracts.base import Refused
from finance import rules
from finance.model import refusals
from redletter.scenarios.spelling import suggested

HELD = (
    rules.over_tolerance,
    rules.allowance_unknown,
    rules.blue_required,
    rules.amount_differs,
    rules.certificate_missing,
    rules.paper_missing,
    rules.goodwill_approval,
    rules.rate_unknown,
    rules.duties_not_separated,
    rules.approval_missing,
    rules.nothing_to_credit,
    rules.awaiting_red_form,
    rules.live_red_form,
    rules.red_form_ended,
)
MONTH_END = ("issuing", "differences", "rate-missing", "unsplit", "earlier-period")
"""What a month end may wait for."""
PARKED = ("not-yet", "already-issued", "refused-by-database", "behind-failed")
REFUSED = {
    each.code(): each.title()
    for each in vars(refusals).values()
    if isinstance(each, type) and issubclass(each, Refused) and each is not Refused
} | {
    "invalid-request": "A value is not of its kind or too large.",
    "not-possible-now": "The books do not allow it.",
    "gate-closed": "Nothing ships before it is paid.",
    "unknown": "There is no such record.",
}


def unheard_of(code: str) -> str:
    """Say that nothing ends with this code, and what may have been meant; nothing of one that there is."""
    known = {*REFUSED, *(rule.__name__.replace("_", "-") for rule in HELD), *MONTH_END, *PARKED}
    return f" (there is no such code{suggested(code, sorted(known))})" if code and code not in known else ""
