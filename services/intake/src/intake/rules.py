"""How is X decided? One function per rule, one sentence above it, its examples in tests/test_rules.py."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from intake.model import Severity

SATURDAY = 5


def complaint_number(day: date, running: int) -> str:
    """A complaint number is the year, the month and a running number of at least two digits (R-011, R-012, P-18)."""
    return f"{day:%y%m}{running:02d}"


def fields_missing(given: Mapping[str, str], mandatory: Iterable[str]) -> list[str]:
    """A complaint without text is none, and the policy says what else may not be empty (R-002, P-19)."""
    return [name for name in dict.fromkeys(("content", *mandatory)) if not given[name].strip()]


def complaint_complete(missing: Collection[str]) -> bool:
    """A complaint is accepted when nothing that the policy asks for is missing (R-002, P-19)."""
    return not missing


def lines_distinct(numbers: Collection[int]) -> bool:
    """Every line of a complaint has a number of its own, so that each finding finds its line."""
    return len(set(numbers)) == len(numbers)


def add_working_days(start: date, days: int, holidays: Collection[date]) -> date:
    """Working days are counted from the day after the first day, without weekends and the company's holidays (P-47)."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY and day not in holidays
    return day


def close_by(accepted: date, domestic: int | None, abroad: int | None, *, from_abroad: bool) -> date | None:
    """A complaint is closed within 15 days of its acceptance, one from abroad within 20 (R-059, P-11)."""
    days = abroad if from_abroad else domestic
    return None if days is None else accepted + timedelta(days=days)


def limit_passed(deadlines: Collection[str], name: str) -> bool:
    """A limit that still stands when its time has come creates one urge note, and then stands no more (R-060)."""
    return name in deadlines


def count_reaches(functional: int, appearance: int, functional_limit: int, appearance_limit: int) -> bool:
    """Functional and appearance defects are counted apart; reaching either limit is enough (R-023, R-024, P-02)."""
    return functional >= functional_limit or appearance >= appearance_limit


def severity_by_count(*, major: bool, general: bool, rate: Decimal | None, low_rate: Decimal) -> Severity:
    """A rate below 1 % lowers a general complaint to other, but never a major one (R-023 to R-026, P-02, P-03)."""
    if major:
        return Severity.MAJOR
    if general and (rate is None or rate >= low_rate):
        return Severity.GENERAL
    return Severity.OTHER


def special_major(
    cost: Decimal, complainants: int, cost_limit: Decimal, people: int, *, lawsuit: bool, media: bool
) -> bool:
    """A lawsuit, the media, 10 000 of cost or 10 complainants make a complaint special-major (R-032, P-06)."""
    return lawsuit or media or cost >= cost_limit or complainants >= people


def closes_at_once(*, needs_confirmation: bool) -> bool:
    """An answer closes the complaint itself only where the policy does not wait for the customer's word (R-078)."""
    return not needs_confirmation


def objection_goes_up(level: str, *, not_established: bool, escalated: bool) -> bool:
    """A customer's objection that his case is not established goes to the level above, once (R-077)."""
    return bool(level) and not_established and not escalated


def reopens(*, satisfied: bool, final: bool) -> bool:
    """A dissatisfied customer sends the case back to investigation while the decision is not final (R-073, P-14)."""
    return not satisfied and not final
