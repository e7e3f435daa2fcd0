"""The verdict: all invariants over one history, and what may never change from one history to a later one."""

from collections.abc import Callable, Iterator, Mapping

from redletter.oracle import cases, effects, messages, money, replay
from redletter.oracle.history import Found, History, Violation, named

INVARIANTS: Mapping[int, Callable[[History], list[Violation]]] = {
    1: cases.no_loss,
    2: money.conservation,
    3: effects.exactly_once,
    4: money.refund_cap,
    5: cases.one_disposition,
    6: money.documents,
    7: messages.delivery,
    8: cases.sagas,
    9: replay.replay,
    10: messages.order,
    11: messages.causes,
    12: messages.liveness,
    13: cases.agreement,
}
"""number in the design of the fault suite → the function of that invariant"""


def judge(history: History) -> list[Violation]:
    """Say everything that must not be."""
    return [violation for invariant in INVARIANTS.values() for violation in invariant(history)]


def grown(before: History, after: History) -> list[Violation]:
    """Compare two histories of one system: what was written stays as it is, and versions never fall."""
    return [
        *named("conservation", _papers(before, after)),
        *named("order", _events(before, after), _fallen(before, after)),
    ]


def _papers(before: History, after: History) -> Iterator[Found]:
    for was, is_ in (
        (before.books.documents, after.books.documents),
        (before.books.document_lines, after.books.document_lines),
        (before.books.entries, after.books.entries),
        (before.books.entry_lines, after.books.entry_lines),
    ):
        for row in set(was) - set(is_):
            yield str(row[0]), f"{type(row).__name__} is gone or has changed"


def _events(before: History, after: History) -> Iterator[Found]:
    now = {event.id: (event.seq, event.key, event.version, event.type, event.body) for event in after.events}
    for event in before.events:
        if now.get(event.id) != (event.seq, event.key, event.version, event.type, event.body):
            yield event.id, f"{event.type} of {event.key} is gone or has changed"


def _fallen(before: History, after: History) -> Iterator[Found]:
    for name, department in before.departments.items():
        for was in department.aggregates:
            is_ = after.kind(name, was.kind).get(was.id)
            if is_ is None or (is_.version, is_.emitted) < (was.version, was.emitted):
                yield was.id, f"{name}: {was.kind} was at version {was.version}, is at {is_.version if is_ else 'none'}"
