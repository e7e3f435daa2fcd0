"""Everything that the database holds against whoever has its password is attacked: no guard is there that nobody tried.

A good row is taken; the same row with one thing wrong, or a second time, is refused by the guard that is against it.
The list is compared with what the migrations have made: a new guard needs its attack.
"""

import pytest
from sqlalchemy.exc import DBAPIError

FILLING = {
    "numeric": 1, "integer": 1, "bigint": 1, "boolean": False, "date": "2026-04-10", "character": "CNY",
    "timestamp without time zone": "2026-04-10", "timestamp with time zone": "2026-04-10", "jsonb": "{}",
}  # fmt: skip
PERIOD = '{"entity": "CN01", "name": "2026-03", "status": "OPEN", "starts": "2026-03-01", "ends": "2026-03-31"}'
BY_ALICE = '"signatures": [{"person": "alice", "on_behalf_of": ""}]'
ONE_SHARE = '{"stage": "SPLIT", "total": "9", "shares": [{"percent": "100", "amount": "9", "moved": "0"}]}'
REFUND = '{"requested_by": "alice", "entity": "CN01", "stage": "SENT", "return_slip": "RS-7", "signatures": []}'
NOTHING = {f"{what}_{name}": 0 for what in ("reserved", "credited") for name in ("quantity", "net", "tax")}
DIFFERENCE = '{"stage": "CLOSED", "entity": "CN01", "period": "2026-03", "reason": "rounding", "closed_by": "alice"}'
GOOD = {  # where a row of ones and x is none
    "accounting_period": {"id": "CN01/2026-03", "body": PERIOD},
    "blue_line": {"kind": "GOODS", "price_mode": "EXCLUSIVE", "quantity": 10, "net": 100, "tax": 13, **NOTHING},
    "book_difference": {"body": DIFFERENCE},
    "credit_document": {"type": "CREDIT_MEMO", "seq": 1},
    "credit_document_line": {"document": "x"},
    "customer_credit": {"balance": 400, "functional": 400},
    "export_batch": {"style": "RED"},
    "exported_entry": {"batch": "x", "state": "PENDING", "erp_number": ""},
    "inbound_form": {"body": '{"live": "CN01/B"}'},
    "journal_entry": {"seq": 1, "reverses": "an earlier one"},
    "journal_line": {"entry": "x", "side": "D"},
    "loss": {"body": ONE_SHARE},
    "pending_credit": {"body": '{"live": "CN01/B"}'},
    "printed_paper": {"body": '{"page": "a page", "digest": "its hash"}'},
    "proposal": {"body": '{"proposed_by": "alice", "signatures": []}'},
    "refund": {"body": REFUND},
    "settlement": {"body": '{"decision": {"decided_by": "alice"}, "signatures": []}'},
    "supplier_claim": {"body": '{"amount": "9", "accepted": "5", "withdrawn": "4"}'},
}  # fmt: skip
ENTRY, DOCUMENT = ("journal_entry", "journal_line", "journal_line"), ("credit_document", "credit_document_line")
WITH = {  # what comes in one transaction with it
    "journal_entry": ENTRY, "journal_line": ENTRY, "exported_entry": (*ENTRY, "export_batch", "exported_entry"),
    "credit_document": DOCUMENT, "credit_document_line": DOCUMENT,
}  # fmt: skip
OTHER = {"id": "other"}
WRONG = {
    "accounting_period": {
        "period_has_a_state": {"body": PERIOD.replace("OPEN", "AJAR")},
        "period_has_days": {"body": PERIOD.replace("03-31", "02-28")},
        "period_is_its_key": OTHER,
    },
    "blue_invoice": {
        "blue_invoice_rate_check": {"rate": 0},
        "open_carried": {"open_amount": 0},
        "open_not_negative": {"open_amount": -1, "open_functional": 0},
    },
    "blue_line": {
        "blue_line_decimals_check": {"decimals": 5},
        "blue_line_kind_check": {"kind": "GIFT"},
        "blue_line_net_check": {"net": -1},
        "blue_line_price_mode_check": {"price_mode": "FREE"},
        "blue_line_quantity_check": {"quantity": 0},
        "blue_line_tax_check": {"tax": -1},
        "counters_not_negative": {"reserved_tax": "-0.01"},
        "kept_not_negative": {"kept_net": "-0.01"},
        "red_net_le_blue": {"credited_net": 60, "reserved_net": 30, "kept_net": "10.01"},
        "red_quantity_le_blue": {"credited_quantity": 6, "reserved_quantity": "4.000001"},
        "red_tax_le_blue": {"credited_tax": 13, "kept_tax": "0.01"},
    },
    "book_difference": {"closed_with_a_reason": {"body": DIFFERENCE.replace("rounding", "")}},
    "credit_document": {
        "credit_document_net_check": {"net": -1},
        "credit_document_no_check": {"no": 0},
        "credit_document_tax_check": {"tax": -1},
        "credit_needs_blue": {"type": "RED_INVOICE", "original": ""},
    },
    "credit_document_line": {
        "credit_document_line_net_check": {"net": -1},
        "credit_document_line_quantity_check": {"quantity": -1},
        "credit_document_line_tax_check": {"tax": -1},
    },
    "customer_credit": {
        "credit_carried": {"balance": 0},
        "credit_within_limit": {"reserved": "400.01"},
        "customer_credit_overdraft_check": {"overdraft": -1},
        "customer_credit_tolerance_percent_check": {"tolerance_percent": -1},
    },
    "export_batch": {
        "batch_balances": {"debit": "1.01"},
        "export_batch_entries_check": {"entries": 0},
        "export_batch_style_check": {"style": "BLUE"},
    },
    "exported_entry": {
        "acknowledged_with_a_number": {"state": "ACKNOWLEDGED"},
        "exported_entry_state_check": {"state": "LOST"},
    },
    "invoice_payment": {"invoice_payment_amount_check": {"amount": 0}},
    "journal_entry": {"reverses_another": {"reverses": "x"}},
    "journal_line": {"journal_line_side_check": {"side": "X"}, "line_has_an_amount": {"amount": 0, "functional": 0}},
    "period_change": {"two_persons_reopen": {"before": "LOCKED", "by": "alice", "second": "alice"}},
    "policy_row": {"four_eyes": {"proposed_by": "alice", "approved_by": "alice"}},
    "proposal": {"four_eyes": {"body": '{"proposed_by": "alice", %s}' % BY_ALICE}},  # noqa: UP031  braces are JSON's
    "refund": {"four_eyes": {"body": REFUND.replace('"signatures": []', BY_ALICE)}},
    "settlement": {"four_eyes": {"body": '{"decision": {"decided_by": "alice"}, %s}' % BY_ALICE}},  # noqa: UP031  the same
    "supplier_claim": {"claim_is_not_exceeded": {"body": '{"amount": "9", "accepted": "5", "withdrawn": "4.01"}'}},
}
SPRING = PERIOD.replace('"2026-03"', '"spring"').replace("2026-03-31", "2026-05-31").replace("2026-03-01", "2026-03-31")
AGAIN = {
    "accounting_period": {"one_period_per_day": {"id": "CN01/spring", "body": SPRING}},
    "blue_invoice": {"one_invoice_per_number": OTHER},
    "blue_line": {"one_line_per_number": OTHER},
    "credit_document": {
        "credit_document_seq": {**OTHER, "no": 2, "number": "y"},
        "one_document_per_number": {**OTHER, "no": 2, "seq": 2},
        "one_document_per_place": {**OTHER, "number": "y", "seq": 2},
    },
    "customer_credit": {"one_balance": OTHER},
    "inbound_form": {"one_live_form_per_blue_inbound_form": OTHER},
    "invoice_payment": {"one_payment_per_reference": OTHER},
    "journal_entry": {"journal_entry_seq": {**OTHER, "reverses": ""}, "reversed_once": {**OTHER, "seq": 2}},
    "outbox": {"one_event_per_version": OTHER},
    "pending_credit": {"one_live_form_per_blue_pending_credit": OTHER},
    "policy_run": {"one_run_of_each_kind": OTHER},
    "refund": {"one_refund_per_slip": OTHER},
}
WRITTEN_ONCE = (
    "audit_record", "audit_start", "credit_document", "credit_document_line", "export_batch", "invoice_payment",
    "journal_entry", "journal_line", "period_change", "policy_run",
)  # fmt: skip
LOCKED = {
    "accounting_period": {
        "id": "CN01/2026-04",
        "body": PERIOD.replace("2026-03", "2026-04").replace("04-31", "04-30").replace("OPEN", "LOCKED"),
    }
}


class Tables:
    """Writes rows of which it knows every column that has to be there."""

    def __init__(self, conn, columns):
        self.conn = conn
        self.needed = {}
        for table, column, kind in columns:
            self.needed.setdefault(table, {})[column] = FILLING.get(kind, "x")

    def good(self, table, **changed):
        """Write a good row, with what comes along with it, or one of which something is wrong."""
        for number, each in enumerate(WITH.get(table, (table,))):
            line = {"no": 2, "side": "C"} if each == "journal_line" and number > 1 else {}
            changes = changed if each == table and not line else {}
            yield self.row(each, {**GOOD.get(each, {}), **line, **changes})

    def row(self, table, values):
        """Write a row."""
        row = {**self.needed[table], **values}
        said = ", ".join("'{}'".format(str(value).replace("'", "''")) for value in row.values())
        names = ", ".join(map('"{}"'.format, row))
        return f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({said})"

    async def refusal(self, statements):
        """Give what stops these statements by the end of their transaction; nothing of them stays."""
        savepoint = await self.conn.begin_nested()
        try:
            for statement in (*statements, "SET CONSTRAINTS ALL IMMEDIATE"):
                await self.conn.exec_driver_sql(statement)
        except DBAPIError as error:
            return str(error.orig)
        else:
            return ""
        finally:
            await savepoint.rollback()

    def attacks(self):
        """Give every attack: what it is on, what it does, and by what words its guard is known."""
        for table, wrong in WRONG.items():
            for guard, values in wrong.items():
                yield f"{table}.{guard}", self.good(table, **values), f'"{guard}"'
        for table, again in AGAIN.items():
            for guard, values in again.items():
                second = self.row(table, {**GOOD.get(table, {}), **values})
                yield f"{table}.{guard}", [*self.good(table), second], f'"{guard}"'
        for table in WRITTEN_ONCE:
            column = "seq" if table == "audit_start" else next(iter(self.needed[table]))
            for change in (
                f"UPDATE {table} SET {column} = {column}",
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
            ):
                yield f"{table}.never_changes", [change], "never changes"
        yield "accounting_period.never_changes", ["TRUNCATE accounting_period"], "never changes"
        close = """UPDATE accounting_period SET body = jsonb_set(body, '{status}', '"SOFT_LOCKED"')"""
        for change in ("DELETE FROM printed_paper", "TRUNCATE printed_paper"):
            yield "printed_paper.never_changes", [change], "never changes"
        another = """UPDATE printed_paper SET body = jsonb_set(body, '{page}', '"another"')"""
        yield "printed_paper.page_is_kept", [*self.good("printed_paper"), another], "is archived"
        yield "accounting_period.changes_in_order", [*self.good("accounting_period"), close], "is not recorded"
        for change in ("UPDATE exported_entry SET batch = 'y'", "DELETE FROM exported_entry"):
            yield "exported_entry.stays", [*self.good("exported_entry"), change], "stays in its batch"
        for table in ("journal_line", "credit_document_line"):
            yield f"{table}.sealed", [self.row(table, GOOD[table])], "only together with their head"
        yield "journal_entry.entry_balances", self.good("journal_line", amount=2), "does not balance"
        yield "credit_document.document_adds_up", self.good("credit_document", net=2), "not the sum of its lines"
        locked = self.row("accounting_period", LOCKED["accounting_period"])
        yield (
            "journal_entry.period_takes_postings",
            [locked, *self.good("journal_entry", entity="CN01")],
            "PERIOD_LOCKED",
        )
        yield "loss.shares_add_up", self.good("loss", body=ONE_SHARE.replace("100", "99")), "not the whole of it"


COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
WHERE c.table_schema = 'public' AND c.is_nullable = 'NO' AND c.column_default IS NULL AND c.is_generated = 'NEVER'
  AND c.is_identity = 'NO'
"""
GUARDS = """
SELECT conrelid::regclass || '.' || conname FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'x')
UNION SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT i.indrelid::regclass || '.' || i.indexrelid::regclass FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = 'public'::regnamespace AND i.indisunique AND NOT i.indisprimary
  AND i.indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""


@pytest.fixture
async def tables(ledger):
    columns = await ledger.rows(COLUMNS)
    async with ledger.engine.connect() as conn:
        yield Tables(conn, columns)


async def test_what_is_right_is_taken(tables):
    attacked = {guard.partition(".")[0] for guard, _, _ in tables.attacks()} - {"audit_record", "audit_start"}

    refused = {table: await tables.refusal(tables.good(table)) for table in attacked}

    assert {table: why for table, why in refused.items() if why} == {}


@pytest.mark.req("F-34", "F-35", "F-36", "F-37", "F-38", "F-39", "F-41")
async def test_every_guard_stops_what_it_is_against(tables):
    taken = []
    for guard, statements, words in tables.attacks():
        stopped = await tables.refusal(statements)
        if words not in stopped:
            taken.append((guard, stopped))

    assert taken == []


async def test_no_guard_is_there_that_nobody_tried(tables, ledger):
    there = {name for (name,) in await ledger.rows(GUARDS)}

    assert there - {guard for guard, _, _ in tables.attacks()} == set()
