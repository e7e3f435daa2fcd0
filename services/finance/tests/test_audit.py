"""Who did what, and is it still what was written? On a real database, with the triggers off."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import text

from finance import handlers
from finance.handlers import witness
from finance.model.audit import BEGINNING, RECORDED, AuditRecord, chained, fingerprint, plain
from finance.views.audit import verify
from servicekit.work import Handle

PROOF = {"kind": "allowance-certificate", "reference": "file 1"}


async def worked(http, ledger, blue, returned, decided):
    """Let people and departments do what they do: a sale, a credit, an allowance that waits for a proof, an export."""
    await ledger.sell([blue()], "I-1")
    await ledger.hear(decided("CREDIT", [returned(approved="3", original=("I-1", 1))]))
    await ledger.hear(decided("ALLOWANCE", [returned(original=("I-1", 1), allowance="100")], "K-2", decided_by="rita"))
    done = await http.post("finance", "/settlements/K-2:record-evidence", PROOF, "accountant", seen=1)
    assert done.status_code == 200
    await http.post("finance", "/exports/gl", {"entity": "CN01"}, "accountant")


async def findings(ledger, entity=""):
    async with ledger.engine.connect() as conn:
        seen = await verify(conn, entity)
    return [(finding.row, finding.wrong) for finding in seen.findings]


async def tamper(ledger, table, statement):
    """Change a row as somebody would who owns the database."""
    async with ledger.engine.begin() as conn:
        await conn.execute(text("ALTER TABLE exported_entry DROP CONSTRAINT exported_entry_id_fkey"))
        await conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await conn.execute(text(statement))
        await conn.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


async def test_what_was_done_is_told_with_who_when_from_where_what_and_why(http, ledger, blue, returned, decided):
    await worked(http, ledger, blue, returned, decided)

    heard, proved = (await http.get("finance", "/audit?object=K-2", "finance-manager")).json()["items"]

    assert (heard["actor"], heard["action"]) == ("rita", "redletter.rma.disposition_decided.v1")
    assert heard["source"].startswith("rma.case.v1/0/")
    assert heard["reason"] == "certificate_missing"
    assert (proved["actor"], proved["action"], proved["correlation"]) == ("accountant", "RecordEvidence", "K-2")
    assert proved["source"] == "127.0.0.1"
    assert proved["changes"]["Settlement:K-2"]["stage"] == ["HELD", "ISSUED"]
    assert proved["changes"]["BlueInvoice:CN01/I-1"]["open_amount"] == ["791", "678"]
    assert {key.partition(":")[0] for key in proved["papers"]} == {"document", "entry"}
    assert proved["at"] > heard["at"]
    by_actor = (await http.get("finance", "/audit?actor=accountant", "finance-manager")).json()["items"]
    assert [row["action"] for row in by_actor] == ["RecordEvidence", "ExportGL"]
    assert (await http.get("finance", "/audit", "accountant")).status_code == 403


async def test_a_trail_that_nobody_touched_is_whole(http, ledger, blue, returned, decided):
    await worked(http, ledger, blue, returned, decided)

    seen = (await http.get("finance", "/audit:verify", "finance-manager")).json()

    [documents] = (await ledger.rows("SELECT count(*) FROM credit_document"))[0]
    [entries] = (await ledger.rows("SELECT count(*) FROM journal_entry"))[0]
    assert (seen["findings"], seen["records"], seen["papers"]) == ([], 5, documents + entries)
    assert set(seen["heads"]) == {"CN01"}
    assert (await http.get("finance", "/audit:verify?entity=CN02", "finance-manager")).json()["records"] == 0


ENTRY = "K-1.1/T1/CREDIT_MEMO/I-1/02"
TAMPERINGS = {
    "an amount of an entry": (
        "journal_line",
        f"UPDATE journal_line SET amount = amount + 1, functional = functional + 1 WHERE entry = '{ENTRY}'",
        (f"entry {ENTRY}", "it was changed"),
    ),
    "the date of an entry": (
        "journal_entry",
        f"UPDATE journal_entry SET posted_on = '2026-01-01' WHERE id = '{ENTRY}'",
        (f"entry {ENTRY}", "it was changed"),
    ),
    "an entry that is gone": (
        "journal_entry",
        f"DELETE FROM journal_entry WHERE id = '{ENTRY}'",
        (f"entry {ENTRY}", "it is gone"),
    ),
    "a line that is gone": (
        "journal_line",
        f"DELETE FROM journal_line WHERE entry = '{ENTRY}' AND no = 1",
        (f"entry {ENTRY}", "it was changed"),
    ),
    "an entry of nobody": (
        "journal_entry",
        """INSERT INTO journal_entry (id, entity, case_id, template, document, customer, currency, books_currency,
             posted_on) VALUES ('X', 'CN01', '', 'T', '', '', 'CNY', 'CNY', '2026-04-10')""",
        ("entry X", "no record tells of it"),
    ),
    "a document's tax": (
        "credit_document",
        "UPDATE credit_document SET tax = 0 WHERE case_id = 'K-1'",
        ("document K-1.1/CREDIT_MEMO/I-1/02", "it was changed"),
    ),
    "who did it": (
        "audit_record",
        "UPDATE audit_record SET actor = 'somebody else' WHERE n = 4",
        ("record 4: RecordEvidence of K-2 by somebody else", "it was changed"),
    ),
    "what it was before": (
        "audit_record",
        "UPDATE audit_record SET changes = replace(changes, '791', '790') WHERE n = 4",
        ("record 4: RecordEvidence of K-2 by accountant", "it was changed"),
    ),
    "the last record": (
        "audit_record",
        "DELETE FROM audit_record WHERE n = 5",
        ("record 5", "the trail ends elsewhere than its head says"),
    ),
    "a record between": ("audit_record", "DELETE FROM audit_record WHERE n = 1", ("record 1", "it is gone")),
}


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_what_is_not_as_it_was_written_is_named(http, ledger, blue, returned, decided, what):
    await worked(http, ledger, blue, returned, decided)
    table, statement, expected = TAMPERINGS[what]
    assert await findings(ledger) == []

    await tamper(ledger, table, statement)

    assert await findings(ledger) == [expected]


async def test_a_record_hashed_anew_breaks_the_next_one(http, ledger, blue, returned, decided):
    await worked(http, ledger, blue, returned, decided)
    row, before = await ledger.rows("SELECT * FROM audit_record WHERE n IN (3, 4) ORDER BY n DESC")
    forged = AuditRecord(**{**{name: getattr(row, name) for name in RECORDED}, "actor": "mallory"})

    digest = chained(before.hash, 4, forged)
    await tamper(ledger, "audit_record", f"UPDATE audit_record SET actor = 'mallory', hash = '{digest}' WHERE n = 4")

    [(broken, wrong)] = await findings(ledger)
    assert broken.startswith("record 5: ExportGL")
    assert wrong == "it was changed"


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_record SET actor = 'x'", "DELETE FROM audit_record", "TRUNCATE audit_record"]
)
async def test_with_its_triggers_on_a_record_cannot_be_changed(ledger, blue, statement):
    await ledger.sell([blue()], "I-1")

    with pytest.raises(Exception, match="never changes"):
        async with ledger.engine.begin() as conn:
            await conn.execute(text(statement))


async def test_many_at_once_make_one_chain(ledger, blue, returned, decided):
    await ledger.sell([blue()], "I-1")

    credits_ = (decided("CREDIT", [returned(original=("I-1", 1))], f"K-{n}") for n in range(1, 6))
    await asyncio.gather(*(ledger.hear(one) for one in credits_))

    assert await findings(ledger) == []
    assert await ledger.rows("SELECT n FROM audit_head") == [(6,)]


async def test_the_routine_of_a_batch_shares_a_record_in_which_each_case_and_paper_stands(
    http, ledger, blue, returned, decided
):
    await ledger.sell([blue()], "I-1")
    makers = {"K-1": "rita", "K-2": "rosa", "K-3": "rita"}
    lines = [returned(original=("I-1", 1))]
    await ledger.hear(*(decided("CREDIT", lines, case, decided_by=maker) for case, maker in makers.items()))

    [record] = (await http.get("finance", "/audit?object=K-2", "finance-manager")).json()["items"]

    assert record["changes"] == makers
    assert len([key for key in record["papers"] if key.startswith("document:")]) == 3
    assert await findings(ledger) == []
    await tamper(
        ledger, "journal_line", "UPDATE journal_line SET amount = 99 WHERE entry LIKE 'K-2.1/T1/%' AND side = 'C'"
    )
    assert await findings(ledger) == [("entry K-2.1/T1/CREDIT_MEMO/I-1/02", "it was changed")]
    assert (await http.get("finance", "/audit?object=K-9", "finance-manager")).json()["items"] == []


def test_every_handler_of_accounting_has_a_witness():
    rows = {name: each for name, each in vars(handlers).items() if isinstance(each, Handle)}

    # What RMA has authorized is noted for the month end; RMA has decided it, and says so itself.
    assert [name for name, each in rows.items() if each.handler.__module__ != witness.__name__] == ["AUTHORIZED"]
    assert len(rows) > 15


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"net": Decimal("1.00")}, {"net": Decimal(1)}, True),
        ({"net": Decimal(100)}, {"net": Decimal("1E+2")}, True),
        ({"net": Decimal(1)}, {"net": Decimal("1.01")}, False),
        ({"net": Decimal(0)}, {}, True),
        ({"run": ""}, {}, True),
        ({"adjusting": False, "due": None}, {}, True),
        ({"a": "1", "b": ""}, {"a": "", "b": "1"}, False),
        ({"lines": [{"no": "1"}]}, {"lines": [{"no": "1", "department": ""}]}, True),
        ({"lines": [{"no": "1"}]}, {"lines": []}, False),
    ],
)
def test_a_paper_is_the_same_from_memory_and_from_the_database(one, other, same):
    assert (fingerprint(one) == fingerprint(other)) is same


def test_a_chain_depends_on_everything_before_it():
    record = AuditRecord("w", "CN01", None, "a", "s", "act", "o", "{}", "{}", "", "c")

    first = chained(BEGINNING, 1, record)

    assert len({first, chained(first, 1, record), chained(BEGINNING, 2, record)}) == 3
    assert plain(("P", Decimal("1.0"), (Decimal("2E+1"),))) == ["P", "1", ["20"]]
