"""Who may do what: one table of operations with the scope each asks for, one of roles with the scopes each holds.

A service refuses to start when its routes and this table differ (deny by default).
"""

from collections.abc import Mapping

OPERATIONS: Mapping[str, Mapping[str, str]] = {
    "intake": {
        "POST /complaints": "intake:register",
        "POST /complaints:bulk": "intake:register",
        "GET /complaints": "intake:read",
        "GET /complaints/{case_id}": "intake:read",
        "POST /complaints/{case_id}:not-establish": "intake:not-establish",
        "POST /complaints/{case_id}:confirm": "intake:confirm",
    },
    "rma": {
        "GET /cases": "rma:read",
        "GET /cases/{case_id}": "rma:read",
        "GET /obligations": "rma:read",
        "POST /cases/{case_id}:approve": "rma:approve",
        "POST /cases/{case_id}:refuse": "rma:approve",
        "POST /cases/{case_id}:offer-replacement": "rma:offer",
        "POST /cases/{case_id}:ship-replacement": "rma:ship",
    },
    "inspection": {
        "POST /receipts": "inspection:receive",
        "POST /receipts:bulk": "inspection:receive",
        "GET /receipts": "inspection:read",
        "GET /receipts/{receipt_id}": "inspection:read",
        "POST /receipts/{receipt_id}:identify": "inspection:receive",
        "GET /inspections": "inspection:read",
        "GET /inspections/{case_id}": "inspection:read",
        "POST /inspections/{case_id}:complete": "inspection:inspect",
        "POST /inspections:bulk": "inspection:inspect",
        "POST /inspections/{case_id}:approve-scrap": "inspection:approve-scrap",
    },
    "repair": {
        "GET /orders": "repair:read",
        "GET /orders/{case_id}": "repair:read",
        "POST /orders/{case_id}:quote": "repair:quote",
        "POST /orders/{case_id}:confirm-quote": "repair:confirm",
        "POST /orders/{case_id}:decline-quote": "repair:confirm",
        "POST /orders/{case_id}:complete": "repair:work",
        "POST /orders/{case_id}:give-up": "repair:work",
        "POST /orders/{case_id}:ship": "repair:ship",
    },
    "finance": {
        "POST /blue-invoices:bulk": "finance:import",
        "GET /blue-invoices/{entity}/{invoice}": "finance:read",
        "POST /claims": "finance:claim",
        "POST /claims:bulk": "finance:claim",
        "GET /claims/{claim_id}": "finance:read",
        "GET /settlements": "finance:read",
        "GET /settlements/{case_id}": "finance:read",
        "POST /settlements/{case_id}:approve": "finance:approve",
        "POST /settlements/{case_id}:record-evidence": "finance:evidence",
        "POST /payments": "finance:pay",
        "POST /scrap-sales": "finance:pay",
        "POST /refunds": "finance:refund.request",
        "GET /refunds/{refund_id}": "finance:read",
        "POST /refunds/{refund_id}:approve": "finance:refund.approve",
        "POST /refunds/{refund_id}:send": "finance:refund.confirm",
        "POST /refunds/{refund_id}:confirm-payment": "finance:refund.confirm",
        "POST /refunds/{refund_id}:report-failure": "finance:refund.confirm",
        "POST /delegations/{person}": "finance:approve",
        "GET /delegations/{person}": "finance:read",
        "GET /documents": "finance:read",
        "GET /entries": "finance:read",
        "GET /balances": "finance:read",
        "POST /credit-documents:preview": "finance:read",
        "GET /worklists": "finance:read",
        "GET /worklists/{name}": "finance:read",
        "GET /customers/{customer}/statement": "finance:read",
        "GET /ageing": "finance:read",
        "GET /credit-balances": "finance:read",
        "GET /reports/collection-rate": "finance:read",
        "POST /invoice-payments": "finance:import",
        "GET /exports": "finance:read",
        "GET /exports/{export_id}": "finance:read",
        "GET /exports/{export_id}/file": "finance:export",
        "POST /exports/gl": "finance:export",
        "POST /exports:acknowledge": "finance:export",
        "POST /periods": "finance:period.close",
        "GET /periods": "finance:read",
        "GET /periods/{entity}/{period}": "finance:read",
        "GET /periods/{entity}/{period}/changes": "finance:read",
        "POST /periods/{entity}/{period}:soft-lock": "finance:period.close",
        "POST /periods/{entity}/{period}:lock": "finance:period.close",
        "POST /periods/{entity}/{period}:reopen": "finance:period.reopen",
    },
}

# Every service has these from the kit; `{department}` is its name.
KIT_OPERATIONS: Mapping[str, str] = {
    "GET /policy": "{department}:read",
    "POST /policy": "{department}:policy.propose",
    "POST /policy/{version}:approve": "{department}:policy.approve",
    "GET /parked": "{department}:operate",
    "POST /parked/{message_id}:redrive": "{department}:operate",
}


def operations(department: str) -> dict[str, str]:
    """Give every operation of a department with the scope it asks for."""
    kit = {operation: scope.format(department=department) for operation, scope in KIT_OPERATIONS.items()}
    return {**OPERATIONS[department], **kit}


_ALL = tuple(sorted({scope for department in OPERATIONS for scope in operations(department).values()}))
_READ = tuple(scope for scope in _ALL if scope.endswith(":read"))

ROLES: Mapping[str, tuple[str, ...]] = {
    "clerk": (*_READ, "intake:register", "intake:confirm"),
    "service-manager": (*_READ, "intake:register", "intake:confirm", "intake:not-establish"),
    "rma-officer": (*_READ, "rma:offer", "rma:ship"),
    "regional-sales-manager": (*_READ, "rma:approve", "level:regional-sales-manager"),
    "deputy-head": (*_READ, "rma:approve", "level:regional-sales-manager", "level:deputy-head"),
    "general-manager": (
        *_READ,
        "rma:approve",
        "inspection:approve-scrap",
        "finance:approve",
        "finance:refund.approve",
        "finance:period.reopen",
        "intake:not-establish",
        "level:regional-sales-manager",
        "level:deputy-head",
        "level:sales-manager",
        "level:vice-president",
        "level:finance-manager",
        "level:general-manager",
    ),
    "dock": (*_READ, "inspection:receive"),
    "inspector": (*_READ, "inspection:inspect"),
    "technician": (*_READ, "repair:quote", "repair:work", "repair:ship"),
    "customer-desk": (*_READ, "repair:confirm", "intake:confirm"),
    "accountant": (
        *_READ,
        "finance:import",
        "finance:export",
        "finance:claim",
        "finance:evidence",
        "finance:pay",
        "finance:refund.request",
        "finance:refund.confirm",
    ),
    "sales-manager": (*_READ, "finance:approve", "finance:refund.approve", "level:sales-manager"),
    "vice-president": (
        *_READ,
        "finance:approve",
        "finance:refund.approve",
        "level:sales-manager",
        "level:vice-president",
    ),
    "after-sales-desk": (*_READ, "finance:refund.request", "level:after-sales"),
    "commercial-desk": (*_READ, "finance:refund.approve", "level:commercial-desk"),
    "e-commerce-desk": (*_READ, "finance:refund.request", "level:e-commerce"),
    "finance-manager": (
        *_READ,
        "finance:approve",
        "finance:refund.approve",
        "finance:period.close",
        "finance:period.reopen",
        "level:finance-manager",
    ),
    "importer": (
        *_READ,
        "intake:register",
        "inspection:receive",
        "inspection:inspect",
        "finance:import",
        "finance:claim",
    ),
    "policy-maker": (*_READ, *(s for s in _ALL if s.endswith(":policy.propose"))),
    "policy-approver": (*_READ, *(s for s in _ALL if s.endswith(":policy.approve"))),
    "operator": (*_READ, *(s for s in _ALL if s.endswith(":operate"))),
    "reader": _READ,
}
