"""What is a step? The word, what it needs, and how it is done in the office."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from contracts.base import CaseId, Original, Part
from redletter.scenarios.office import Office
from redletter.scenarios.spelling import upper

USUAL = {"case": "case_id", "posted": "posted_on", "behalf": "on_behalf_of"}
"""What requests usually call a field that a step has."""


class Act(Part, ABC):
    """One thing that can happen."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    word: ClassVar[str]
    may_wait: ClassVar[bool] = False
    """Whether it is done although the credit still waits for something else."""
    compares: ClassVar[bool] = False
    """Whether it compares something by itself."""
    example: ClassVar[str]

    @abstractmethod
    def play(self, office: Office) -> None:
        """Do it in the office."""


class Asks(Act):
    """One request: the fields of the step are those of the request, by the words that people use for them.

    The office adds whose books it is about, and its currency where none is said.
    """

    handle: ClassVar[Any]
    body: ClassVar[type[Part]]
    named: ClassVar[str] = ""
    """The field that names the record which the request is about."""
    words: ClassVar[Mapping[str, str]] = {}
    """What the request calls a field otherwise."""
    fixed: ClassVar[Mapping[str, Any]] = {}
    """What every such request says."""

    def play(self, office: Office) -> None:
        """Ask it."""
        office.ask(self.handle, self.asked(office), *([getattr(self, self.named)] if self.named else []))

    def asked(self, office: Office) -> Part:
        """Write it as accounting takes it."""
        takes = self.body.model_fields
        about: dict[str, Any] = {name: getattr(office, name) for name in ("entity", "currency") if name in takes}
        called: dict[str, str] = {name: other for name, other in USUAL.items() if other in takes}
        called.update(self.words)
        said = {called.get(name, name): value for name, value in self if name != self.named and value is not None}
        return self.body(**{**about, **self.fixed, **said})


class Differs(Exception):
    """A step gave another result than it says."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"expected {expected}, got {actual}")
        self.expected, self.actual = expected, actual


def original(text: str) -> Original:
    """Read where something was sold, `INVOICE/LINE`; without a line it is the first.

    Raises:
        ValueError: it is no such thing.
    """
    invoice, _, line = text.partition("/")
    if not invoice or not (line or "1").isdecimal():
        raise ValueError("an original is written INVOICE or INVOICE/LINE")
    return Original(invoice=invoice, line=int(line or 1))


def _original(value: object) -> object:
    return original(value) if isinstance(value, str) else value


Case = Annotated[CaseId, Field(description="the case")]
From = Annotated[Original, BeforeValidator(_original)]
Kind = Annotated[str, AfterValidator(upper)]


def _decision(value: object) -> object:
    """Read the kind of a decision; a return that is credited is one word in two."""
    kind = upper(value) if isinstance(value, str) else value
    return "CREDIT" if kind == "RETURN" else kind


Decision = Annotated[
    Literal["CREDIT", "EXCHANGE", "ALLOWANCE", "REPAIR", "SEND_BACK", "ADVANCE_SETTLED"], BeforeValidator(_decision)
]
