"""Invariants of what is said and heard: 7 outbox and inbox, 10 order, 11 causes, 12 liveness."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

from redletter.oracle import law
from redletter.oracle.history import Found, History, Violation, named
from redletter.oracle.rows import Department

GRACE = timedelta(seconds=30)  # timers look every second; a machine may be busy


def delivery(history: History) -> list[Violation]:
    """7: all is published, what is published is in its topic, nothing else is there, and everybody heard it."""
    streams = [_versions(history), _emitted(history), _ghosts(history), _first_occurrences(history)]
    if history.at_rest:
        streams += [_unpublished(history), _missing(history), _heard(history)]
    return named("delivery", *streams)


def _unpublished(history: History) -> Iterator[Found]:
    for event in history.events:
        if not event.published:
            yield event.id, f"{event.type} of {event.key} is not published by {event.department}"


def _versions(history: History) -> Iterator[Found]:
    """The events of a key are numbered 1..n."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in history.events:
        numbers[event.department, event.key].append(event.version)
    for (department, key), versions in numbers.items():
        if sorted(versions) != list(range(1, len(versions) + 1)):
            yield key, f"{department} has the versions {sorted(versions)} of {len(versions)} events"


def _emitted(history: History) -> Iterator[Found]:
    """A record knows how many events it has given out, and so many are there."""
    for department in history.departments.values():
        published = Counter(event.key for event in department.outbox)
        counted: Counter[str] = Counter()
        for aggregate in department.aggregates:
            counted[aggregate.id] += aggregate.emitted
        for key in published.keys() | counted.keys():
            if published[key] != counted[key]:
                yield key, f"{department.name} has {published[key]} events of it, its records say {counted[key]}"


def _ghosts(history: History) -> Iterator[Found]:
    """No record without its outbox row, and every one with the bytes of its row."""
    rows = {(event.topic, event.id): event for event in history.events}
    for record in history.records or ():
        if record.id in history.planted or record.place in history.planted:
            continue
        row = rows.get((record.topic, record.id))
        if row is None:
            yield record.place, f"the record {record.id or 'without id'} has no outbox row"
            continue
        headers = (record.headers.get("ce_type"), record.headers.get("ce_aggregateversion"))
        if record.body != row.body.encode() or record.key != row.key or headers != (row.type, str(row.version)):
            yield record.place, f"the record {record.id} is not what its outbox row says"


def _missing(history: History) -> Iterator[Found]:
    """Every published row is in its topic."""
    if history.records is None or not history.records_whole:
        return
    there = {(record.topic, record.id) for record in history.records}
    for event in history.events:
        if event.published and (event.topic, event.id) not in there:
            yield event.id, f"{event.type} of {event.key} is marked as published and not in {event.topic}"


def _first_occurrences(history: History) -> Iterator[Found]:
    """In a topic a key has one partition, and its events come first in the order of their versions."""
    seen: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    partitions: dict[tuple[str, str], set[int]] = defaultdict(set)
    for record in sorted(history.records or (), key=lambda r: (r.topic, r.partition, r.offset)):
        if record.id in history.planted or record.place in history.planted:
            continue
        version = record.headers.get("ce_aggregateversion", "")
        seen[record.topic, record.key].setdefault(record.id, int(version) if version.isdigit() else 0)
        partitions[record.topic, record.key].add(record.partition)
    for (topic, key), versions in seen.items():
        order = list(versions.values())
        if len(partitions[topic, key]) > 1:
            yield key, f"{topic} has it in the partitions {sorted(partitions[topic, key])}"
        elif order != (list(range(1, len(order) + 1)) if history.records_whole else sorted(order)):
            yield key, f"{topic} has its versions in the order {order}"


def _heard(history: History) -> Iterator[Found]:
    """An inbox holds exactly what its department listens to."""
    kinds = {event.id: event.type for event in history.events}
    for name, department in history.departments.items():
        dead = {parked.id for parked in department.parked if parked.state == "dead"}
        meant = {message for message, kind in kinds.items() if kind in law.LISTENS[name]}
        for message in meant - department.inbox - dead:
            yield message, f"{name} never heard {kinds[message]}"
        for message in department.inbox - meant - history.planted:
            yield message, f"{name} heard {kinds.get(message, 'what nobody said')}"


def order(history: History) -> list[Violation]:
    """10: versions only rise, in the order of time, without a fork; an update that was acknowledged is not lost."""
    return named("order", _forks(history), _time(history), _acknowledged(history))


def _forks(history: History) -> Iterator[Found]:
    events = Counter((event.department, event.key, event.version) for event in history.events)
    for (department, key, version), times in events.items():
        if times > 1:
            yield key, f"{department} has {times} events of version {version}"
    for event_id, times in Counter(event.id for event in history.events).items():
        if times > 1:
            yield event_id, f"{times} events have this id"


def _time(history: History) -> Iterator[Found]:
    """What was written later has the higher version and no earlier time."""
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for event in sorted(history.events, key=lambda e: (e.department, e.key, e.version)):
        here = (event.department, event.key)
        if here in last and event.seq < last[here][1]:
            yield event.key, f"{event.department} wrote version {event.version} before version {last[here][0]}"
        last[here] = (event.version, event.seq)


def _acknowledged(history: History) -> Iterator[Found]:
    """Two commands were never told the same version of a record, and none a version that it has not reached."""
    for department in history.departments.values():
        versions = {asked.id: asked.version for asked in department.asked}
        told: dict[tuple[str, int], str] = {}
        reached: dict[str, int] = defaultdict(int)
        for aggregate in department.aggregates:
            reached[aggregate.id] = max(reached[aggregate.id], aggregate.version)
        for event in department.outbox:
            version = versions.get(event.cause)
            if version is None:
                continue
            if told.setdefault((event.key, version), event.cause) != event.cause:
                yield event.key, f"{department.name} told two commands that they made version {version}"
            if version > reached[event.key]:
                yield event.key, f"{department.name} told version {version} and stands at {reached[event.key]}"


def causes(history: History) -> list[Violation]:
    """11: every event has its cause in the same database, and all of a case are one trace."""
    return named("causes", _caused(history), _traces(history))


def _caused(history: History) -> Iterator[Found]:
    for department in history.departments.values():
        taken = {asked.id for asked in department.asked} | department.inbox
        for event in department.outbox:
            if event.cause not in taken and not event.cause.startswith("deadline:"):
                yield (
                    event.id,
                    f"{event.type} of {event.key} has the cause {event.cause}, which {department.name} never took",
                )


def _traces(history: History) -> Iterator[Found]:
    for key, told in history.told.items():
        traces = {
            event.trace.split("-")[1] if "-" in event.trace else "" for events in told.values() for event in events
        }
        if len(traces) > 1:
            yield key, f"its events are in {len(traces)} traces"


def liveness(history: History) -> list[Violation]:
    """12: nothing waits: no lag, nothing parked but what was planted, no timer overdue, no transaction asleep."""
    if not history.at_rest:
        return []
    departments = history.departments.values()
    return named("liveness", _lag(history), *(_waiting(d, history.planted) for d in departments))


def _lag(history: History) -> Iterator[Found]:
    for who, behind in (history.lag or {}).items():
        if behind:
            yield who, f"{behind} records behind"


def _waiting(department: Department, planted: frozenset[str]) -> Iterator[Found]:
    for parked in department.parked:
        if parked.id not in planted and parked.id.rpartition("@")[0] not in planted:
            yield parked.id, f"{department.name} has {parked.type} of {parked.key} as {parked.state}: {parked.reason}"
    for deadline in department.deadlines:
        if deadline.due_at < department.now - GRACE:
            yield deadline.id, f"{department.name}: the timer {deadline.name} was due at {deadline.due_at}"
    if department.stale:
        yield department.name, f"{department.stale} transactions sleep or wait for a lock"
