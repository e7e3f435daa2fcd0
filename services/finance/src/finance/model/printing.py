"""What is printed: the pages of issued documents and vouchers, archived as they were printed first."""

from typing import Literal

from pydantic import AwareDatetime

from contracts.base import Code, Name, Part

Sheet = Literal["DOCUMENT", "VOUCHER"]


class PrintPaper(Part):
    """Ask for the page of an issued document, or of the journal voucher (记账凭证) with its entries."""

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
