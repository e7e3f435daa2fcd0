"""A tax platform to try things on: a small HTTP service that issues red-letter forms, and lies when it is told to.

`python -m redletter.taxplatform --port 8190` runs it. `POST /lies` says how it lies: `silent` takes the request and
does not answer, `twice` says again what it said before, `late` answers after some seconds, `refuse` takes nothing,
`busy` is still looking (10). `POST /forms/{serial}` is the other side: the buyer, or the clock.
"""

import argparse
import asyncio
from dataclasses import asdict, dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Response

from redletter.process import HOST

LATE_SECONDS = 2.0
SILENCE = 504
USED = "02"
DONE = {"05", "06", "07", "08", "09"}


@dataclass
class Form:
    """One form, as the bureau has it."""

    serial: str
    blue: str
    net: str
    tax: str
    state: str
    form_no: str
    number: str = ""


@dataclass
class Bureau:
    """Every form, and how the next requests are lied to."""

    forms: dict[str, Form] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Blue invoices that the buyer has used: it has to confirm."""
    lies: list[str] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    issued: int = 0

    def submit(self, asked: dict[str, Any]) -> Form:
        """Take a form once for each serial; the same serial again is the same form."""
        serial = asked["serial"]
        if serial not in self.forms:
            live = [f for f in self.forms.values() if f.blue == asked["blue"] and f.state not in DONE and not f.number]
            if live:
                raise Refuses("another-form-is-live")
            state = "02" if asked["blue"] in self.used else "01"
            no = f"{len(self.forms) + 1:016d}"
            self.forms[serial] = Form(serial, asked["blue"], asked["net"], asked["tax"], "", no)
            self.move(self.forms[serial], state)
        return self.forms[serial]

    def move(self, form: Form, state: str) -> None:
        """Let a form stand elsewhere; a confirmed one has its red invoice at once, and one that is done stays so."""
        if form.state in DONE or form.number:
            return
        form.state = state
        if state in {"01", "04"}:
            self.issued += 1
            form.number = f"26312{self.issued:015d}"

    def known(self, asked: dict[str, Any]) -> Form:
        """Find the form of a serial, or of the buyer's own number.

        Raises:
            Refuses: there is none.
        """
        found = self.forms.get(asked["serial"])
        if found is None:
            raise Refuses("no-such-form")
        return found

    def answer(self, operation: str, asked: dict[str, Any], lie: str) -> dict[str, Any]:
        """Do what a provider offers, and say how it went; a lie is told after it is done.

        Raises:
            Refuses: it is not taken.
        """
        if lie == "refuse":
            raise Refuses("not-today")
        form = self.submit(asked) if operation == "submit" else self.known(asked)
        if operation in MOVES:
            self.move(form, MOVES[operation])
        said = asdict(form)
        if lie == "busy":
            said = {**said, "state": "10", "number": ""}
        if lie == "twice" and self.last:
            said = self.last
        self.last = said
        return said


class Refuses(Exception):
    """The bureau does not take it."""


MOVES = {"withdraw": "08", "confirm": "04", "reject": "06"}


def application(bureau: Bureau | None = None) -> FastAPI:
    """Make the service."""
    app = FastAPI(title="A tax platform to try things on")
    app.state.bureau = office = bureau or Bureau()

    @app.get("/readyz")
    async def readyz() -> str:
        return "ready"

    @app.post("/lies")
    async def lie(body: dict[str, Any]) -> dict[str, Any]:
        """Say how the next requests are lied to, and which blue invoices the buyer has used."""
        office.lies += body.get("lies", [])
        office.used |= set(body.get("used", []))
        return {"lies": office.lies, "used": sorted(office.used)}

    @app.post("/forms/{serial}")
    async def move(serial: str, body: dict[str, Any]) -> dict[str, Any]:
        """Be the buyer, or the clock: 03 with a blue invoice enters a form, 04 confirms, 05 refuses, 07 lapses."""
        new = Form(serial, body.get("blue", ""), body.get("net", "0"), body.get("tax", "0"), "", serial)
        office.move(office.forms.setdefault(serial, new), body["state"])
        return asdict(office.forms[serial])

    @app.post("/forms:{operation}")
    async def ask(operation: str, body: dict[str, Any], response: Response) -> dict[str, Any]:
        """Be the provider."""
        office.requests.append((operation, body["serial"]))
        lie = office.lies.pop(0) if office.lies else ""
        try:
            answer = office.answer(operation, body, lie)
        except Refuses as no:
            response.status_code = 409
            return {"code": str(no)}
        await asyncio.sleep(LATE_SECONDS if lie == "late" else 0)
        response.status_code = SILENCE if lie == "silent" else 200
        return {} if lie == "silent" else answer

    return app


def main() -> None:
    """Run it on this machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(application(), host=HOST, port=parser.parse_args().port, log_level="warning")


if __name__ == "__main__":
    main()
