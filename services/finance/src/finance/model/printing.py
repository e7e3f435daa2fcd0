"""What is printed: documents, vouchers, slips, certificates and claims, archived as they were printed first."""

from typing import Literal

from pydantic import AwareDatetime

from contracts.base import Code, Name, Part
from finance.model.papers import PaperKind

Sheet = Literal["DOCUMENT", "VOUCHER", "SUPPLIER_CLAIM", "PAYMENT_VOUCHER"] | PaperKind


class PrintPaper(Part):
    """Ask for the page of an issued document or of the journal voucher (记账凭证) with its entries, by its number.

    A return slip or an allowance certificate is asked for by the decision that it is about, such as K-1.1; a claim on a
    supplier, once it is sent, and the payment voucher of a refund, once it is approved, by the id of either.
    """

    sheet: Sheet = "DOCUMENT"
    entity: Code
    number: Code


class Printing(Part):
    """Who printed it, and when."""

    by: Name
    at: AwareDatetime


class PrintedPaper(Part):
    """A page as it was printed first, its hash, and every time that it was printed; later ones are copies."""

    key: str
    sheet: Sheet
    entity: Code
    number: Code
    page: str
    digest: str
    printings: tuple[Printing, ...]
