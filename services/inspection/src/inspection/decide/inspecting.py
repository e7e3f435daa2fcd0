"""Quality looks at every line, says whose fault it was, and what becomes of the goods."""

from decimal import Decimal

from contracts.base import Event, Reason, because, total
from contracts.inspection import (
    DisposedLine,
    GoodsDisposed,
    InspectedLine,
    InspectionCompleted,
    ScrapApprovalRequested,
)
from contracts.policy import InForce
from inspection import rules
from inspection.model import (
    SCRAP_PENDING,
    ApproverLevelTooLow,
    ApproveScrap,
    Becomes,
    CompleteInspection,
    Decision,
    DispositionMissing,
    Finding,
    FindingsDiffer,
    FourEyes,
    GoodsNotReceived,
    Inspection,
    InspectionAlreadyCompleted,
    Line,
    NoScrapPending,
    PartWithoutPrice,
    Policy,
    Stage,
    UnknownResponsibility,
)

Decided = tuple[Inspection, list[Event]]


def complete(inspection: Inspection, said: CompleteInspection, policy: InForce[Policy], actor: str) -> Decided:
    """Take the findings; so much scrap that quality may not decide alone waits for an approval (R-202).

    Raises:
        GoodsNotReceived: there is nothing to inspect yet.
        InspectionAlreadyCompleted: findings are final.
        UnknownResponsibility: not in the reference list.
        FindingsDiffer: a line that came has no finding, or another one has.
        PartWithoutPrice: nobody knows what to deduct.
    """
    check_findings(inspection, said, policy.values)
    findings = {finding.line: finding for finding in said.lines}
    words = {line.line: word(line, findings.get(line.line)) for line in inspection.lines}
    pieces = total(line.received for line in inspection.lines if words[line.line] == Becomes.SCRAP)
    waits = rules.scrap_needs_approval(pieces, policy.values.scrap_approval_pieces)
    lines = tuple(
        line.but(becomes=rules.scrap_word(words[line.line], approved_first=waits)) for line in inspection.lines
    )
    reason = verdict(said.lines)
    events: list[Event] = [
        InspectionCompleted(
            case_id=inspection.case_id,
            lines=tuple(inspected(line, findings.get(line.line), policy.values) for line in lines),
            responsibility=said.responsibility,
            inspector=said.inspector,
            reason=reason,
        )
    ]
    approver = policy.values.scrap_approver if waits else ""
    if waits:
        why = because(rules.scrap_needs_approval, policy.row("scrap_approval_pieces"))
        events.append(ScrapApprovalRequested(case_id=inspection.case_id, pieces=pieces, approver=approver, reason=why))
    return inspection.but(
        stage=Stage.SCRAP_PENDING if waits else Stage.COMPLETED,
        lines=lines,
        inspector=said.inspector,
        completed_by=actor,
        responsibility=said.responsibility,
        reason=reason,
        scrap_approver=approver,
        deadlines={},
    ), events


def check_findings(inspection: Inspection, said: CompleteInspection, values: Policy) -> None:
    """Look whether these findings can be taken."""
    if inspection.stage is Stage.ANNOUNCED:
        raise GoodsNotReceived
    if inspection.stage is not Stage.RECEIVED:
        raise InspectionAlreadyCompleted
    if said.responsibility not in values.responsibilities:
        raise UnknownResponsibility(f"Responsible can be: {', '.join(values.responsibilities)}.")
    came = [line.line for line in inspection.lines if line.received]
    if not rules.findings_fit(came, [finding.line for finding in said.lines]):
        raise FindingsDiffer(f"Findings are needed on the lines {', '.join(map(str, came))}.")


def word(line: Line, finding: Finding | None) -> str:
    """Say what becomes of a line before anybody has to approve it."""
    if finding is None:
        return rules.becomes(Becomes.RETURN_TO_CUSTOMER, established=False, came=False)
    return rules.becomes(finding.becomes, established=finding.established, came=bool(line.received))


def inspected(line: Line, finding: Finding | None, values: Policy) -> InspectedLine:
    """Tell the finding on one line; what never came has nothing that could be established."""
    if finding is None:
        return InspectedLine(
            line=line.line, item=line.item, received=line.received, established=False, becomes=line.becomes
        )
    return InspectedLine(
        line=line.line,
        item=line.item,
        received=line.received,
        established=finding.established,
        repairable=finding.repairable,
        customer_fault=finding.customer_fault,
        missing_parts=finding.missing_parts,
        deduction=deducted(finding, values),
        becomes=line.becomes,
    )


def deducted(finding: Finding, values: Policy) -> Decimal:
    """Price what is missing; the list's price goes before the inspector's."""
    if not finding.missing_parts:
        return Decimal(0)
    if not rules.charges_missing_parts(values.missing_parts, customer_fault=finding.customer_fault):
        return Decimal(0)
    prices = {**finding.part_prices, **values.missing_part_prices}
    unknown = rules.parts_without_price(finding.missing_parts, prices)
    if unknown:
        raise PartWithoutPrice(f"No price is known for: {', '.join(unknown)}.")
    return rules.deduction(finding.missing_parts, prices)


def verdict(findings: tuple[Finding, ...]) -> Reason:
    """Name the rule that decided the inspection."""
    if rules.no_fault_found(finding.established for finding in findings):
        return because(rules.no_fault_found)
    if rules.customer_at_fault(finding.customer_fault for finding in findings if finding.established):
        return because(rules.customer_at_fault)
    return because(rules.fault_confirmed)


def approve_scrap(inspection: Inspection, said: ApproveScrap, actor: str, levels: frozenset[str]) -> Decided:
    """Decide on goods that wait to be scrapped (R-202).

    Raises:
        NoScrapPending: none do.
        ApproverLevelTooLow: another level has to sign.
        FourEyes: the approver inspected the goods, or signed twice.
        DispositionMissing: rejected without saying what else.
    """
    if inspection.stage is not Stage.SCRAP_PENDING:
        raise NoScrapPending
    if f"level:{inspection.scrap_approver}" not in levels:
        raise ApproverLevelTooLow(f"This scrap waits for the {inspection.scrap_approver} or above.")
    inspectors = (inspection.inspector, inspection.completed_by)
    if not all(rules.different_people(inspector, said.cosigned_by, actor) for inspector in inspectors):
        raise FourEyes
    destiny = Becomes.SCRAP if said.decision is Decision.APPROVE else said.becomes
    if destiny is None or (said.decision is Decision.REJECT and destiny is Becomes.SCRAP):
        raise DispositionMissing
    waiting = [line for line in inspection.lines if line.becomes == SCRAP_PENDING]
    told = GoodsDisposed(
        case_id=inspection.case_id,
        lines=tuple(
            DisposedLine(line=line.line, item=line.item, quantity=line.received, becomes=destiny) for line in waiting
        ),
        approved_by=actor,
    )
    return inspection.but(
        stage=Stage.COMPLETED,
        lines=tuple(line.but(becomes=destiny) if line in waiting else line for line in inspection.lines),
        scrap_approver="",
        cosigned_by=said.cosigned_by,
        disposed_by=actor,
    ), [told]


def deadline_passed(inspection: Inspection, name: str) -> Inspection:
    """Mark a test that did not end in time; the limit stands no more (R-179)."""
    if not rules.inspection_overdue(inspection.deadlines, name):
        return inspection
    return inspection.but(test_overdue=True, deadlines={})
