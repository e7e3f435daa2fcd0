"""Has the authority got the certificate in time?"""

from datetime import UTC, datetime, time, timedelta

from finance import rules
from finance.decide.books import Books
from finance.model import BlueInvoice, Buyer, Document, NotPossibleInThisState, Policy, Upload

NEAR = "upload-near"


def due(document: Document, invoice: BlueInvoice, books: Books, values: Policy) -> None:
    """Note by which day an issued certificate has to be uploaded, where the law asks for it (F-45)."""
    if not books.law.uploaded:
        return
    business = Buyer.model_validate_json(invoice.buyer).business if invoice.buyer else bool(invoice.customer)
    terms = {"business_days": values.upload_business_days, "consumer_days": values.upload_consumer_days}
    day = rules.upload_due(document.issued_on, business=business, **terms)
    near = datetime.combine(day - timedelta(days=values.upload_warning_days), time(), UTC)
    key = upload_key(document.entity, document.number)
    books.moved[Upload, key] = Upload(
        document=document.id,
        entity=document.entity,
        case_id=document.case_id,
        number=document.number,
        state="WAITING",
        due_on=day,
        deadlines={NEAR: near},
    )


def upload_key(entity: str, number: str) -> str:
    """Name the upload of a document."""
    return f"{entity}.{number}"


def near(upload: Upload) -> Upload:
    """Put it on the worklist: its day is near."""
    return upload.but(state="NEAR" if upload.state == "WAITING" else upload.state, deadlines={})


def done(upload: Upload, reference: str) -> Upload:
    """Note that the authority has it.

    Raises:
        NotPossibleInThisState: it was there already.
    """
    if upload.state == "UPLOADED":
        raise NotPossibleInThisState("It has been uploaded.")
    return upload.but(state="UPLOADED", reference=reference, deadlines={})
