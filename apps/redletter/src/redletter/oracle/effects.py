"""Invariant 3: every effect once, and the same in every book."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from decimal import Decimal

from contracts import finance, rma
from contracts.base import total
from redletter.oracle import law
from redletter.oracle.history import Found, History, Violation, named
from redletter.oracle.rows import Document, Entry


def exactly_once(history: History) -> list[Violation]:
    """3: one document and one entry per decision and kind; the ledger, what was told and other books are equal."""
    streams = [_told(history), _numbers(history), _entries(history), _posted(history), _issued(history)]
    streams.append(_payouts(history))
    if history.at_rest:
        streams += [_settled(history), _expected(history), _bank(history)]
    return named("exactly_once", *streams)


def _twice(things: Iterator[tuple[Hashable, str]], what: str) -> Iterator[Found]:
    """Find what has the same effect as another one."""
    seen: Counter[Hashable] = Counter()
    subjects: dict[Hashable, str] = {}
    for effect, subject in things:
        seen[effect] += 1
        subjects[effect] = subject
    for effect, times in seen.items():
        if times > 1:
            yield subjects[effect], f"{times} {what} have the effect {effect}"


def _told(history: History) -> Iterator[Found]:
    """A message, a command or a timer makes its department say a thing at most once."""
    events = (((e.department, e.key, e.cause, e.type), e.key) for e in history.events)
    return _twice(events, "events")


def _numbers(history: History) -> Iterator[Found]:
    documents = history.books.documents
    yield from _twice(
        (((d.entity, d.decision_id, d.type, d.original, d.reason), d.number) for d in documents), "documents"
    )
    yield from _twice((((d.entity, d.type, d.number), d.number) for d in documents), "documents")
    yield from _twice((((d.id,), d.number) for d in documents), "documents")


def _entries(history: History) -> Iterator[Found]:
    """One entry per case, template and document; goods that go different ways differ in their accounts."""

    def effects() -> Iterator[tuple[Hashable, str]]:
        for entry in history.books.entries:
            if entry.document or entry.template not in law.MANY_PER_CASE:
                accounts = frozenset(line.account for line in history.books.lines_of.get(entry.id, []))
                yield (entry.entity, entry.case_id, entry.template, entry.document, accounts), entry.id

    yield from _twice(effects(), "entries")
    yield from _twice((((entry.id,), entry.id) for entry in history.books.entries), "entries")


def _posted(history: History) -> Iterator[Found]:
    """A document has the one entry that posts its whole amount, and no entry has a document that is not there."""
    entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in history.books.entries:
        if entry.document:
            entries[entry.entity, entry.document].append(entry)
    for document in history.books.documents:
        mine = entries.pop((document.entity, document.number), [])
        main = [entry for entry in mine if entry.template in law.POSTED_BY[document.type]]
        amounts = [_debits(history, entry) for entry in main]
        if amounts != ([document.gross] if document.gross else []):
            yield document.number, f"{document.gross} are posted as {[str(amount) for amount in amounts]}"
        if any(entry.case_id != document.case_id for entry in mine):
            yield document.number, "it is posted for another case"
    for _, document_number in entries:
        yield document_number, "it is posted and was never issued"


def _debits(history: History, entry: Entry) -> Decimal:
    return total(line.amount for line in history.books.lines_of.get(entry.id, []) if line.side == "D")


def _by_case(history: History) -> Mapping[str, list[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for document in history.books.documents:
        found[document.case_id].append(document)
    return found


def _issued(history: History) -> Iterator[Found]:
    """What accounting told is what it wrote: the documents, their amounts, and what they come to."""
    written = _by_case(history)
    for key, told in history.told.items():
        for event in told.get(finance.CreditIssued.TYPE, ()):
            said = event.said
            mine = [d for d in written.get(key, []) if d.decision_id == said["decision_id"]]
            papers = {d.number: (d.type, d.net, d.tax) for d in mine}
            if papers != {d["number"]: (d["type"], Decimal(d["net"]), Decimal(d["tax"])) for d in said["documents"]}:
                yield key, f"{said['decision_id']}: the documents told are not those written"
            if Decimal(said["credited"]) != credited(mine):
                yield key, f"{said['credited']} were told as credited, {credited(mine)} were"
    settlements = dict(history.settlements())
    for key in written.keys() | settlements.keys():
        shown = sorted(settlements[key]["documents"]) if key in settlements else []
        if shown != sorted(d.number for d in written.get(key, [])):
            yield key, f"its settlement shows the documents {shown}"
        told_of = {event.said["decision_id"] for event in history.told.get(key, {}).get(finance.CreditIssued.TYPE, ())}
        if any(d.type in law.CREDITS and d.decision_id not in told_of for d in written.get(key, [])):
            yield key, "a credit was written and nobody was told"


def credited(documents: list[Document]) -> Decimal:
    """Say what documents come to for the customer: credits, less what was charged with them."""
    credits_ = total(d.gross for d in documents if d.type in law.CREDITS)
    return credits_ - total(d.gross for d in documents if d.type == "DEBIT_NOTE")


def _settled(history: History) -> Iterator[Found]:
    """What the RMA office tells the customer of a credit is what accounting wrote."""
    for key in history.told:
        ended, issued = history.last(key, rma.CaseSettled.TYPE), history.last(key, finance.CreditIssued.TYPE)
        if ended and ended["credited"] is not None:
            amount, said = ended["credited"], issued or {"credited": 0, "currency": "", "documents": []}
            same = (Decimal(amount["amount"]), amount["currency"]) == (Decimal(said["credited"]), said["currency"])
            if not same or ended["documents"] != [d["number"] for d in said["documents"]][:100]:
                yield key, f"it was settled with {amount} and credited with {said['credited']} {said['currency']}"


def _expected(history: History) -> Iterator[Found]:
    """Books that are not ours say the same of every customer."""
    if history.expected is None:
        return
    booked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for document in history.books.documents:
        if document.type in law.CREDITS:
            booked[document.customer, document.currency] += document.gross
    for who in booked.keys() | history.expected.keys():
        if booked.get(who, Decimal(0)) != history.expected.get(who, Decimal(0)):
            yield (
                " ".join(who),
                f"credited were {booked.get(who, 0)}, the other books say {history.expected.get(who, 0)}",
            )


def _payouts(history: History) -> Iterator[Found]:
    """A payout left the credit balance once when it was approved, the bank once when it was paid, and was told once."""
    posted: Counter[tuple[str, str, Decimal]] = Counter()
    for entry in history.books.entries:
        posted[entry.case_id, entry.template, _debits(history, entry)] += 1
    for key, refund in history.kind("finance", "refund").items():
        stage, amount = refund.body["stage"], Decimal(refund.body["amount"])
        paid = [event.said["amount"] for event in history.told.get(key, {}).get(finance.RefundPaid.TYPE, ())]
        for template, stages in law.PAID_OUT.items():
            if (times := posted[key, template, amount]) != (stage in stages):
                yield key, f"the payout of {amount} is {stage} and is posted {times} times as {template}"
        if [Decimal(said) for said in paid] != ([amount] if stage == "PAID" else []):
            yield key, f"the payout of {amount} is {stage} and was told as {paid}"


def _bank(history: History) -> Iterator[Found]:
    """The bank has paid each payout once, with its amount, and nothing else."""
    if history.bank is None:
        return
    ours: Counter[tuple[str, Decimal]] = Counter(
        (refund.body["bank_reference"], Decimal(refund.body["amount"]))
        for refund in history.kind("finance", "refund").values()
        if refund.body["stage"] == "PAID"
    )
    theirs = Counter(history.bank)
    for reference, amount in ours.keys() | theirs.keys():
        if (here := ours[reference, amount]) != (there := theirs[reference, amount]):
            yield reference, f"{amount} were paid out {here} times by our books, {there} times by the bank's"
