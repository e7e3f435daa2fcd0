"""What can happen? Every step by its word."""

from redletter.scenarios.steps import documents, forms, losses, periods, reconciling, writeoffs
from redletter.scenarios.steps.base import Act
from redletter.scenarios.steps.credit import ApproveCredit, Decide, HandPaper, Lend, Prove
from redletter.scenarios.steps.desk import Acknowledge, Export, PayInvoice
from redletter.scenarios.steps.goods import Dispose, Inspect, Overdue, Receive, Scrap, SendReplacement
from redletter.scenarios.steps.money import (
    ApprovePayout,
    ConfirmPayout,
    FailPayout,
    Pay,
    RequestPayout,
    SendPayout,
)
from redletter.scenarios.steps.proposals import (
    ApproveProposal,
    RefuseProposal,
    RequestCompensation,
    RequestDiscount,
    RequestFine,
    RequestGoodwill,
    RequestTerms,
    SetOff,
)
from redletter.scenarios.steps.repair import CompleteRepair, ConfirmQuote, ShipRepair
from redletter.scenarios.steps.sales import Calculate, Claim, EndCase, Sell

ALL: tuple[type[Act], ...] = (
    Sell,
    Claim,
    Receive,
    Inspect,
    Decide,
    Prove,
    HandPaper,
    ApproveCredit,
    Lend,
    Dispose,
    Scrap,
    SendReplacement,
    Overdue,
    ConfirmQuote,
    Pay,
    CompleteRepair,
    ShipRepair,
    RequestPayout,
    ApprovePayout,
    SendPayout,
    ConfirmPayout,
    FailPayout,
    SetOff,
    RequestFine,
    RequestGoodwill,
    RequestCompensation,
    RequestDiscount,
    RequestTerms,
    ApproveProposal,
    RefuseProposal,
    EndCase,
    Calculate,
    PayInvoice,
    Export,
    Acknowledge,
    *documents.ALL,
    *forms.ALL,
    *losses.ALL,
    *writeoffs.ALL,
    *periods.ALL,
    *reconciling.ALL,
)
STEPS = {act.word: act for act in ALL}
