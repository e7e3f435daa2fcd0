"""How is a scenario written? The page docs/scenarios.md, made from the steps, the models and the policy themselves."""

import json
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from finance.model import Account, Buyer, DocumentType, Policy, Work
from redletter.scenarios.apart import StandingDifference
from redletter.scenarios.codes import HELD, PARKED, REFUSED
from redletter.scenarios.language import (
    Company,
    Foreign,
    Given,
    Standing,
    StandingClaim,
    StandingDocument,
    StandingEntry,
    StandingGate,
    StandingLeft,
    Step,
)
from redletter.scenarios.memory import SHIPPED
from redletter.scenarios.owed import StandingLoss, StandingSupplierClaim
from redletter.scenarios.reading import models as inside
from redletter.scenarios.seen import (
    StandingCollection,
    StandingExported,
    StandingLossReport,
    StandingStatement,
    StandingTurnover,
)
from redletter.scenarios.sold import GivenInvoice, GivenLine
from redletter.scenarios.standing import StandingRate
from redletter.scenarios.steps import ALL
from redletter.scenarios.steps.base import Act
from redletter.scenarios.steps.documents import CreditLine
from redletter.scenarios.steps.lines import Gives, Line
from redletter.scenarios.steps.sales import ClaimLine

SEEN = (StandingExported, StandingTurnover, StandingStatement, StandingCollection, StandingLossReport)
BEGINNING = """\
# Scenarios of the money

Made by `redletter scenarios manual` from the code; not edited by hand.

A scenario says how things stand, what happens on which day, and which documents, entries and balances must come of it.
`redletter scenarios run FILE…` plays it through the rules and decisions that run in accounting, in memory and in
milliseconds, and shows what differs, expected beside actual. With `--live` the same file goes the whole way,
commands over HTTP and news over a broker into PostgreSQL, with the same result. A file is YAML:

```yaml
scenario: a return of three
title: Three of ten come back after the invoice was paid
given:
  profile: manufacturing
  invoices:
    - {invoice: B1, date: 2026-03-05, open: 0, lines: [{quantity: 10, price: 100.00, tax: 130.00, cost: 60.00}]}
steps:
  - on: 2026-04-10
    receive: {case: K-1, quantity: 3}
  - inspect: {case: K-1, becomes: RESTOCK}
  - decide: {case: K-1, kind: CREDIT, lines: [{from: B1/1, approved: 3}]}
  - on: 2026-04-12
    by: alice
    request-refund: {refund: R-1, amount: 400.00}
    refused: CREDIT_BALANCE_TOO_LOW
then:
  documents:
    - {type: RED_INVOICE, net: 300.00, tax: 39.00, gross: 339.00}
  entries:
    - {debit: {REVENUE: 300.00, OUTPUT_VAT: 39.00}, credit: {CUSTOMER_CREDIT: 339.00}}
    - {debit: {RETURNS_QUARANTINE: 180.00}, credit: {COGS: 180.00}}
    - {debit: {INVENTORY: 180.00}, credit: {RETURNS_QUARANTINE: 180.00}}
  credit: {C077: 339.00}
```

Amounts are compared to the last digit. A key that stands twice, an unknown word and a value of the wrong kind are told
with their line before anything is played. Codes may be written `CREDIT_BALANCE_TOO_LOW` or `credit-balance-too-low`.
"""
TIMES = """\
The first step says on which day it is; days never go back. `times: 3` does a step three times; `"K-{n}"` is
then K-1, K-2 and K-3. `check:` is a step that compares what stands at that moment: the keys of `then`, all optional."""


SAYING = """\
## How is it said?

| what is the case | how it is written |
|---|---|
| paid, partly paid, not paid | `paid: 1130.00` or `open: 0`; `open: 230.00`; neither of them |
| 13 % tax; prices that contain it | `tax_percent: 13` on the invoice or a line; `prices: INCLUSIVE` beside it |
| sold over the counter | `customer: ""` |
| goods that come back | `receive` and `inspect` first where they say something, then `decide` with `kind: RETURN` |
| more or less than approved came | `receive` with another quantity than `approved` |
| more came than the tolerance lets through | `held: over-tolerance`; then `decide` with the next revision, \
which approves what came |
| goods whose price was given back before | `decide` with `kind: RETURN` all the same: \
a `DELIVERY_NOTE` of 0.00, no red invoice |
| goods that come back, and money for others that stay | in one `decide` with `kind: CREDIT`: lines with `approved`, \
and lines with `allowance` |
| money for goods that stay | `decide` with `kind: ALLOWANCE` and lines with `allowance`, as prices are; then `prove` |
| goods of two invoices, of two rates, or services | one line of `decide` for each, with its own `from` |
| the documents of a decision | one for each invoice; what is allowed has one of its own (04), \
in China services too (03) beside goods (02) |
| the tax of a credit | its part of what is left of the line's; in the EU rounded once for all lines of one rate \
that the document credits |
| goods that were sold nowhere | a line without `from`, with a `price`: `held: goodwill-approval`, then a \
`GOODWILL_MEMO`; with `allowance` instead of `approved` a `COMMERCIAL_MEMO` at once |
| a swap without amounts; a unit in advance | a `DELIVERY_NOTE` of 0.00; no document until it is billed |
| a paid quote, and a unit that goes back as it came | `ship-repair` with `repaired: false`: the money is credit |
| the same news, decision or payment again | the same step again, with `ignored: true`; what a person orders again \
is `refused`, such as `confirm-refund` |
| a changed decision | `decide` with `revision: 2`; after the documents, what it gives more is credited besides, \
what it deducts more is charged |
| a changed decision while a form is out | it takes its turn when the form has ended; if that is confirmed after all, \
`DECISION_TOO_LATE` is on the worklist, and the next revision is credited besides |
| a decision that gives less than what is out | `reverse` first, then `decide` with the next revision; without it \
`parked: already-issued`, and what follows on the case is `behind-failed` |
| two decisions on one blue e-invoice | `held: live-red-form`; when the first form has ended, `approve` the second |
| an original that becomes known only later | `held: blue-required`; after `sell`, `approve` has it looked at again |
| a credit that waits | `held: …` on its step, which is `refused` for now; `worklist` says for what |
| what stands in between | a step `check:` |
| a unit that was sent in advance, and the old one comes back | `send-replacement`, then `decide` with \
`kind: ADVANCE_SETTLED`, after `overdue` as well: it came late |
| what became of goods after the credit | `inspect` or `dispose` after `decide` |
| who bears a loss | `QUALITY_LOSS[MFG]`; nobody in particular: `QUALITY_LOSS[UNALLOCATED]`; `QUALITY_LOSS` alone is \
all of it together |
| only the money is of interest | leave `cost` out: goods without a value post nothing; with it list their entries too |
| a late event | `happened: 2026-03-30` beside news that is heard only now, such as `decide`; \
`service` of an entry is that day |
| a Chinese e-invoice, which the tax platform flushes | `jurisdiction: CN-E-INVOICE`; then `platform-answers` |
| the platform says nothing; 72 hours pass | `platform-silent`, a step `on:` a later day; only an answer counts |
| the buyer confirms, refuses, enters | `buyer-confirms`, `buyer-refuses`, `buyer-enters-form` then `confirm-form` |
| a credit that no case asked for | `draft-credit`, `submit-credit`, and `approve-credit` by another |
| a credit that is taken back | `reverse`, and `state: REVERSED` of its document; its goods go with it, from \
quarantine or from where the same decision put them; after a later `dispose` it is `refused: GOODS_GONE` |
| what a complaint disputes of an invoice | `claim`, or a `decide` that is held; a `collection` leaves it out |
| a service that stops | a line with `approved` of a SERVICE line; `goods: false` is an allowance instead |
| a restocking fee | `restocking_fee_percent`, `fee_tax_mode`; by state `fee_tax_modes` and `buyer: {region: OK}`; \
none on an exchange, a service or an allowance; under FULL_TAX it bears no tax |
| an entry on a day of the accountant's own | `adjust` with its `date` |
| the ERP or the tax platform has it otherwise | `book-has-document`, `erp-has-account`, then `compare-books` |
| no money was to move | `entries: []`, `documents: []` |
"""


def page() -> str:
    """Write the page."""
    return "\n".join(
        [
            BEGINNING,
            SAYING,
            *_chapter("given", Given, Company, GivenInvoice, GivenLine, Buyer),
            *_steps(),
            *_chapter("then", Standing, StandingDocument, StandingEntry),
            *_table("### Smaller parts", Foreign, StandingLeft, StandingGate, StandingClaim, StandingRate),
            *_table("### Losses and suppliers", StandingLoss, StandingSupplierClaim),
            *_table("### Three books", StandingDifference),
            *_table("### What people of finance see", *SEEN),
            *_words("Roles of accounts", Account),
            *_words("Kinds of documents", DocumentType),
            *_words("Items of worklists", Work),
            *_codes(),
            *_policy(),
            "",
        ]
    )


def _chapter(key: str, first: type[BaseModel], *more: type[BaseModel]) -> Iterator[str]:
    yield f"## `{key}`"
    yield from ("", sentence(first), "", *_fields(first))
    for part in more:
        yield from _table(f"### {_name(part)}", part)


def _table(title: str, *parts: type[BaseModel]) -> Iterator[str]:
    yield from (title, "")
    for part in parts:
        yield from (sentence(part), "", *_fields(part))


def _name(part: type[BaseModel]) -> str:
    """Say what a part is called: `GivenInvoice` is an invoice."""
    return part.__name__.removeprefix("Given").removeprefix("Standing")


def sentence(thing: Any) -> str:
    """Give what the docstring says, without the lines that speak of the code."""
    return " ".join((thing.__doc__ or "").split("\n\n    Raises:")[0].split())


def _fields(part: type[BaseModel]) -> Iterator[str]:
    rows = [(field.alias or name, field) for name, field in part.model_fields.items() if field.description]
    if rows:
        yield from ("| key | what | |", "|---|---|---|")
        yield from (f"| `{k}` | {field.description}{_choices(field)} | {_default(field)} |" for k, field in rows)
        yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    plain = isinstance(value, str | int) and not isinstance(value, bool) and value not in ("", 0)
    return f"otherwise `{value}`" if plain else ""


def _steps() -> Iterator[str]:
    yield "## `steps`"
    yield from ("", sentence(Step), "", "Beside its word, a step may have:", "", *_fields(Step))
    yield from (TIMES, "")
    for act in ALL:
        yield from _step(act)
    for title, part in (
        ("A line of a decision", Line),
        ("What is given in exchange", Gives),
        ("A line of a claim", ClaimLine),
        ("A line of a drafted credit", CreditLine),
    ):
        yield from _table(f"### {title}", part)


def _step(act: type[Act]) -> Iterator[str]:
    yield f"### `{act.word}`"
    yield from ("", sentence(act), "", "```yaml", f"- {act.example}", "```", "", *_fields(act))


def _words(title: str, words: Any) -> Iterator[str]:
    yield from (f"### {title}", "", ", ".join(f"`{word}`" for word in words), "")


def _codes() -> Iterator[str]:
    yield from (
        "## Codes",
        "",
        "A step can be `refused` with one of these codes:",
        "",
        "| code | what it says |",
        "|---|---|",
    )
    yield from (f"| `{code}` | {REFUSED[code]} |" for code in sorted(REFUSED))
    yield from ("", "A credit can be `held` for one of these reasons:", "", "| code | the rule |", "|---|---|")
    yield from (f"| `{rule.__name__.replace('_', '-')}` | {sentence(rule)} |" for rule in HELD)
    yield from (
        "",
        f"News can be `parked`: {', '.join(f'`{code}`' for code in PARKED)} after such.",
        "",
    )


def _policy() -> Iterator[str]:
    yield from ("## `policy`", "", "The keys of accounting's policy, with the shipped figures:", "")
    yield from ("| key | what | shipped |", "|---|---|---|")
    [everywhere] = [row.values for row in SHIPPED if row.scope == "global"]
    for name, field in Policy.model_fields.items():
        yield f"| `{name}` | {field.description}{_choices(field)}{_inside(name, field)} | {_value(everywhere[name])} |"
    yield from ("", "Profiles, and what they say differently:", "", "| profile | key | figure |", "|---|---|---|")
    for row in SHIPPED:
        profile = row.scope.removeprefix("profile:")
        if profile != row.scope:
            yield from (f"| `{profile}` | `{key}` | {_value(value)} |" for key, value in row.values.items())


def _choices(field: FieldInfo) -> str:
    """Name the words that a key can have, unless its description does."""
    words = [word for word in get_args(field.annotation) if isinstance(word, str)]
    told = not words or words[0] in (field.description or "")
    return "" if told or get_origin(field.annotation) is not Literal else f": {' or '.join(words)}"


WRITTEN = {
    "booking_rates": "{USD: 7.20}",
    "fee_tax_modes": "{OK: NET_TAX}",
    "functional_currencies": "{DE01: EUR}",
    "holidays": "[2026-10-01]",
    "jurisdictions": "{DE01: EU}",
}
"""How figures are written of which none are shipped."""


def _inside(name: str, field: FieldInfo) -> str:
    """Show how a figure is written whose shipped value does not show it."""
    keys = [key for part in inside(field.annotation) for key in part.model_fields]
    if keys:
        return f"; each has {', '.join(f'`{key}`' for key in keys)}"
    return f"; such as `{WRITTEN[name]}`" if name in WRITTEN else ""


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f"`{value}`" if value else "nobody"
    return f"`{json.dumps(value)}`"
