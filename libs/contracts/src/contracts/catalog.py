"""Every event of the house by its wire name, and every topic by its owner."""

from collections.abc import Mapping
from types import ModuleType

from contracts import finance, inspection, intake, repair, rma
from contracts.base import Event

PUBLISHERS: Mapping[str, ModuleType] = {
    "intake": intake,
    "rma": rma,
    "inspection": inspection,
    "repair": repair,
    "finance": finance,
}
EVENTS: Mapping[str, type[Event]] = {e.TYPE: e for module in PUBLISHERS.values() for e in module.EVENTS}
TOPIC_OF: Mapping[type[Event], str] = {e: m.TOPIC for m in PUBLISHERS.values() for e in m.EVENTS}
TOPICS: tuple[str, ...] = tuple(module.TOPIC for module in PUBLISHERS.values())
PARTITIONS = 12
