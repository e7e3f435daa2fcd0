"""What is one unit of work? Which decision answers which command or news, and what is locked for it."""

from finance.handlers import (
    adjusting,
    approvals,
    claims,
    desk_touches,
    documents,
    exports,
    forms,
    losses,
    monthend,
    payments,
    periods,
    printing,
    proposals,
    reconciling,
    refunds,
    service,
    settlements,
    suppliers,
    touches,
    writeoffs,
)
from finance.handlers.witness import Handle, of_case
from finance.model import Delegations, Proposal, Refund, Settlement
from servicekit import work

IMPORT = Handle(claims.import_blue_invoice, touches.imported)
CLAIM = Handle(claims.make_claim, touches.claimed)
RELEASE = Handle(claims.release_claim, touches.released)
DECIDED = of_case(Settlement, settlements.follow, touches.decided, touches.calendar)
SENT = of_case(Settlement, settlements.follow, touches.originals, touches.calendar)
NUMBERED = of_case(Settlement, settlements.follow, touches.numbers, touches.calendar)
SHIPPED = of_case(Settlement, settlements.follow, touches.shipped, touches.calendar)
FOLLOW = of_case(Settlement, settlements.follow, touches.calendar)
APPROVE = of_case(Settlement, settlements.approve, touches.held, touches.calendar)
RECORD_EVIDENCE = of_case(Settlement, settlements.record_evidence, touches.held, touches.calendar)
HAND_OVER = of_case(Settlement, settlements.hand_over, touches.held, touches.calendar)
PAY = Handle(settlements.pay, touches.paid)
APPLY_CREDIT = Handle(settlements.apply_credit, touches.applied)
SELL_SCRAP = Handle(settlements.sell_scrap, touches.paid)
REQUEST_REFUND = Handle(refunds.request_refund, touches.requested)
APPROVE_REFUND = of_case(Refund, refunds.approve_refund, touches.refund_credit)
SEND_REFUND = of_case(Refund, refunds.send_refund, touches.refund_credit)
CONFIRM_PAYMENT = of_case(Refund, refunds.confirm_payment, touches.refund_credit)
REPORT_FAILURE = of_case(Refund, refunds.report_failure, touches.refund_credit)
PROPOSE = Handle(proposals.propose, touches.proposed)
APPROVE_PROPOSAL = of_case(Proposal, proposals.approve, touches.proposal)
REFUSE_PROPOSAL = of_case(Proposal, proposals.refuse, touches.proposal)
DELEGATE = of_case(Delegations, approvals.delegate)
REPORT_PAYMENT = Handle(payments.report_payment, desk_touches.paid_invoice)
EXPORT = Handle(exports.export, desk_touches.waiting)
ACKNOWLEDGE = Handle(exports.acknowledge, desk_touches.answered)
MAKE_PERIOD = Handle(periods.make, periods.asked_for)
SOFT_LOCK = Handle(periods.soft_lock, periods.named)
LOCK = Handle(periods.lock, periods.named)
REOPEN = Handle(periods.reopen, periods.named)
DRAFT_CREDIT = Handle(documents.draft, touches.drafted)
SUBMIT_CREDIT = Handle(documents.submit, touches.document)
APPROVE_CREDIT = Handle(documents.approve, touches.signed)
REJECT_CREDIT = Handle(documents.reject, touches.document)
ISSUE_CREDIT = Handle(documents.issue, touches.document)
CANCEL_CREDIT = Handle(documents.cancel, touches.document)
PLATFORM_SAYS = Handle(documents.platform_says, touches.document)
PLATFORM_ASKED = Handle(documents.platform_asked, touches.document)
ENTER_FORM = Handle(forms.enter, touches.entered)
CONFIRM_FORM = Handle(forms.confirm, touches.confirmed)
REFUSE_FORM = Handle(forms.refuse, touches.form)
FORM_SAYS = Handle(forms.platform_says, touches.form)
FORM_ASKED = Handle(forms.platform_asked, touches.form)
UPLOAD_NEAR = Handle(forms.upload_near, touches.upload)
RECORD_UPLOAD = Handle(forms.record_upload, touches.upload)
PRINT = Handle(printing.print_paper, printing.asked_for)
REVERSE = Handle(forms.reverse, touches.reversed_)
REPORT_LOSS = Handle(losses.report, losses.reported)
SPLIT_LOSS = Handle(losses.split, losses.split_up)
REFURBISH = of_case(Settlement, losses.refurbish, touches.calendar)
TAKE_GRADE_B = of_case(Settlement, losses.take_grade_b, touches.calendar)
CLAIM_FROM_SUPPLIER = Handle(suppliers.draft, suppliers.drafted)
SEND_CLAIM = Handle(suppliers.send, suppliers.claimed)
ANSWER_CLAIM = Handle(suppliers.answer, suppliers.claimed)
WITHDRAW_CLAIM = Handle(suppliers.withdraw, suppliers.claimed)
SETTLE_CLAIM = Handle(suppliers.settle, suppliers.claimed)
SEND_TO_SUPPLIER = Handle(suppliers.send_back, suppliers.sending)
SUPPLIER_CREDITS = Handle(suppliers.credited, suppliers.returned)
REPORT_WRITE_OFF = Handle(writeoffs.report, writeoffs.found)
APPROVE_WRITE_OFF = Handle(writeoffs.approve, writeoffs.decided)
REJECT_WRITE_OFF = Handle(writeoffs.reject, writeoffs.decided)
DRAFT_PENALTY = Handle(writeoffs.draft_penalty, writeoffs.noticed)
SIGN_PENALTY = Handle(writeoffs.sign_penalty, writeoffs.noticed)
CLAIM_EXPENSE = Handle(service.claim, service.spent)
FILE_CUSTOMER = Handle(service.file, service.filed)
ADJUST = Handle(adjusting.adjust, adjusting.made)
REVERSE_ADJUSTMENT = Handle(adjusting.reverse, adjusting.known)
TELL_DOCUMENT = Handle(reconciling.tell_document, reconciling.told_document)
TELL_ACCOUNT = Handle(reconciling.tell_account, reconciling.told_account)
RECONCILE = Handle(reconciling.reconcile, reconciling.asked_for)
CLOSE_DIFFERENCE = Handle(reconciling.close, reconciling.named)
RUN_MONTH_END = Handle(monthend.run, monthend.ending)
AUTHORIZED = work.Handle(monthend.expect, monthend.authorized)  # a note of what others decided needs no witness
