"""What comes of a scenario? Its steps one after another in an office of its own, then everything is compared."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter
from typing import Any

from pydantic import ValidationError

from finance import handlers
from finance.model import CustomerCredit
from finance.model.keys import credit_key
from redletter.scenarios.codes import unheard_of
from redletter.scenarios.comparing import differences
from redletter.scenarios.language import Company, Given, Scenario, Step
from redletter.scenarios.memory import SHIPPED, Memory, figures
from redletter.scenarios.office import Accounting, Books, Office, Outcome, Who
from redletter.scenarios.papers import Difference
from redletter.scenarios.reading import Unreadable
from redletter.scenarios.sold import imported
from redletter.scenarios.spelling import code, in_currency, suggested
from redletter.scenarios.steps.base import Act, Differs

Way = Callable[[Mapping[str, Any]], AbstractContextManager[Accounting]]
"""How accounting is opened under policy figures, for the length of a scenario."""


def in_memory(policy: Mapping[str, Any]) -> AbstractContextManager[Accounting]:
    """Open accounting in memory."""
    return nullcontext(Memory(policy))


USUAL = {"CN": "manufacturing", "CN-E-INVOICE": "cn-e-invoice", "CN-PAPER": "cn-paper"}
"""The profile of a jurisdiction where none is said."""


FORMS = {"awaiting-red-form", "red-form-ended"}
"""What a credit waits for without anybody's fault."""


@dataclass(frozen=True)
class Result:
    """What came of a scenario."""

    scenario: str
    differences: tuple[Difference, ...]
    milliseconds: float

    @property
    def passed(self) -> bool:
        """Whether everything is as it must be."""
        return not self.differences


def run(scenario: Scenario, way: Way = in_memory) -> Result:
    """Play a scenario and compare what stands at its end.

    Raises:
        Unreadable: what is given cannot be.
    """
    began = perf_counter()
    with way(policy_of(scenario.given)) as accounting:
        office, found = play(scenario, accounting)
        found += [*differences(scenario.then, office.of("")), *untold(office)]
    return Result(scenario.scenario, tuple(found), round((perf_counter() - began) * 1000, 1))


def play(scenario: Scenario, accounting: Accounting) -> tuple[Office, list[Difference]]:
    """Play the steps; give the office as it stands then, and what came of a step that should not have.

    Raises:
        Unreadable: what is given cannot be.
    """
    office = opened(scenario.given, accounting)
    return office, [each for step in scenario.steps for each in played(step, office)]


def policy_of(given: Given) -> dict[str, Any]:
    """Give the policy figures that differ from what is shipped.

    Raises:
        Unreadable: accounting does not know the profile, or cannot hold a figure.
    """
    profiles = [row.scope.removeprefix("profile:") for row in SHIPPED if row.scope != "global"]
    if given.profile and given.profile not in profiles:
        perhaps = suggested(given.profile, profiles)
        raise Unreadable(f"given: there is no policy profile {given.profile}{perhaps}; profiles: {', '.join(profiles)}")
    try:
        figures(given.policy)
    except ValueError as wrong:
        raise Unreadable(f"given: {wrong}") from None
    every = (given.company, *given.companies)
    currencies = {each.entity: each.currency for each in every} | given.policy.get("functional_currencies", {})
    listed: dict[str, Any] = {"functional_currencies": currencies}
    if placed := {each.entity: law for each in every if (law := jurisdiction(given, each))}:
        listed["jurisdictions"] = placed | given.policy.get("jurisdictions", {})
    return figures({**profile_of(given), **given.policy, **listed})


def profile_of(given: Given) -> Mapping[str, Any]:
    """Give the figures of the profile: of a whole company, for what is asked of no case as well."""
    return next((row.values for row in SHIPPED if given.profile and row.scope == f"profile:{given.profile}"), {})


def opened(given: Given, accounting: Accounting) -> Office:
    """Open an office in which things stand as they are given.

    Raises:
        Unreadable: an invoice cannot be imported.
    """
    company = given.company
    office = Office(accounting, *(books(given, each) for each in (company, *given.companies)))
    office.policy = policy_of(given)
    for invoice in given.invoices:
        seller = office.of(invoice.entity)
        try:
            office.ask(handlers.IMPORT, imported(invoice, seller.currency, seller.entity))
        except ValueError as wrong:
            raise Unreadable(f"given: invoice {invoice.invoice}: {wrong}") from None
        if office.outcome.what != "done":
            raise Unreadable(f"given: invoice {invoice.invoice}: {office.outcome}")
    for customer, balance in given.credit.items():
        there, name = office.whose(customer)
        whose, currency = in_currency(name, there.currency)
        key = credit_key(there.entity, whose, currency)
        rate = Decimal(given.policy.get("booking_rates", {}).get(currency, 1))
        state = CustomerCredit(key, there.entity, whose, currency, balance, balance * rate)
        office.accounting.put(key, state)
    return office


def jurisdiction(given: Given, company: Company) -> str:
    """Say under which law a company is: its own word, the policy's, the profile's; CN01 is in China otherwise."""
    said: str = (
        given.policy.get("jurisdictions", {}).get(company.entity)
        or given.policy.get("default_jurisdiction")
        or profile_of(given).get("default_jurisdiction", "")
    )
    nowhere = company.entity == Company().entity and not given.profile and "jurisdictions" not in given.policy
    return company.jurisdiction or said or ("CN" if nowhere else "")


def books(given: Given, company: Company) -> Books:
    """Say how a company keeps its books."""
    return Books(company.entity, company.currency, given.profile or USUAL.get(jurisdiction(given, company), ""))


def played(step: Step, office: Office) -> list[Difference]:
    """Play one step, and compare what came of it."""
    office.turn(Who(step.by, step.level, step.on or office.who.on, step.happened), step.entity)
    if step.check is not None:
        return [each._replace(place=f"line {step.line}: {each.place}") for each in differences(step.check, office)]
    assert step.act is not None
    place, why = f"line {step.line}: {step.act.word}", ""
    try:
        step.act.play(office)
    except Differs as wrong:
        return [Difference(place, wrong.expected, wrong.actual)]
    except ValueError as wrong:  # a value that no request of accounting can hold
        office.outcome, why = Outcome("refused", "invalid-request"), f": {said(wrong)}"
    expected = expected_of(step)
    asks = expected.what == "held" or (expected.what == "refused" and step.act.may_wait)
    if asks and office.outcome.what == "done":
        office.outcome = still_held(step.act, office)
    waits = step.act.may_wait or office.outcome.code in FORMS
    if waits and office.outcome.what == "held" and expected.what == "done":
        office.outcome = Outcome("done")
    if as_expected(office.outcome, expected):
        return []
    return [Difference(place, f"{expected}{unheard_of(expected.code)}", f"{office.outcome}{why}")]


def said(wrong: ValueError) -> str:
    """Say what is wrong with a value, in one line."""
    if not isinstance(wrong, ValidationError):
        return str(wrong)
    places = ((" ".join(map(str, each["loc"])), str(each["input"]), each["msg"]) for each in wrong.errors())
    return "; ".join(f"{where} {value!r}: {what}" for where, value, what in places)


def still_held(act: Act, office: Office) -> Outcome:
    """Say what the credit of a step's case waits for after it."""
    known = office.settlement(getattr(act, "case", ""))
    return Outcome("held", code(known.held.code)) if known and known.held else office.outcome


def untold(office: Office) -> Iterator[Difference]:
    """Give what the dock or the inspectors said and no decision took along: somebody forgot it, or said it too late."""
    for case, line in sorted(office.untold):
        yield Difference(f"case {case} line {line}", "a decision after the dock and the inspectors", "none")


def as_expected(outcome: Outcome, expected: Outcome) -> bool:
    """Say whether it came as it must; a credit that is held is refused for now."""
    return outcome == expected or (outcome.what == "held" and expected == Outcome("refused", outcome.code))


def expected_of(step: Step) -> Outcome:
    """Say what must come of a step."""
    for what, why in (("refused", step.refused), ("held", step.held), ("parked", step.parked)):
        if why:
            return Outcome(what, why)
    return Outcome("ignored" if step.ignored else "done")
