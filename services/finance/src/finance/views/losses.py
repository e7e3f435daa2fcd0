"""What have complaints cost in a month, who bears it, and what have suppliers given back (F-52)?"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from contracts.base import total
from finance.model.losses import Loss
from finance.model.suppliers import SupplierClaim

# A split loss as one row for each party: what it bears after the answers of suppliers, and what of it came back; and
# one for each supplier who gave something back although he has no share of it.
ROWS = """
SELECT to_char((l.body->>'split_on')::date, 'YYYY-MM') AS month, l.body->>'entity' AS entity,
  l.body->>'currency' AS currency, l.body->>'cause' AS cause, p.share->>'party' AS party, p.share->>'kind' AS kind,
  coalesce((SELECT min(dl.item) FROM credit_document d JOIN credit_document_line dl ON dl.document = d.id
    WHERE d.case_id = l.body->>'case_id'), '') AS product,
  l.body->>'case_id' AS case_id, '' AS document, '' AS entry,
  (p.share->>'amount')::numeric + (p.share->>'moved')::numeric AS gross,
  c.recovered, (p.share->>'amount')::numeric + (p.share->>'moved')::numeric - c.recovered AS net
FROM loss l CROSS JOIN LATERAL (
  SELECT e.share FROM jsonb_array_elements(l.body->'shares') e(share)
  UNION ALL
  SELECT DISTINCT jsonb_build_object('party', c.supplier, 'kind', 'SUPPLIER', 'amount', 0, 'moved', 0)
  FROM supplier_claim c WHERE c.case_id = l.body->>'case_id' AND (c.body->>'accepted')::numeric > 0
    AND NOT l.body->'shares' @> jsonb_build_array(jsonb_build_object('party', c.supplier, 'kind', 'SUPPLIER'))) p
CROSS JOIN LATERAL (
  SELECT coalesce(sum((c.body->>'accepted')::numeric), 0) AS recovered FROM supplier_claim c
  WHERE c.case_id = l.body->>'case_id' AND c.supplier = p.share->>'party' AND p.share->>'kind' = 'SUPPLIER') c
WHERE l.stage = 'SPLIT'
"""

# What suppliers were asked for and what they accepted.
RECOVERY = """
SELECT to_char((c.body->>'sent_on')::date, 'YYYY-MM') AS month, c.body->>'entity' AS entity,
  c.body->>'currency' AS currency, c.supplier, c.stage, c.case_id, '' AS document, c.id AS entry,
  (c.body->>'amount')::numeric AS claimed, (c.body->>'accepted')::numeric AS accepted,
  (c.body->>'withdrawn')::numeric AS withdrawn
FROM supplier_claim c WHERE c.stage <> 'DRAFT'
"""


class LossReport(NamedTuple):
    """What each party bears, and what all of it came to."""

    parties: dict[str, Decimal]
    gross: Decimal
    recovered: Decimal
    net: Decimal


def report(month: str, losses: Iterable[Loss], claims: Iterable[SupplierClaim]) -> LossReport:
    """Add up the losses that were split in a month."""
    own = {loss.case_id: loss for loss in losses if loss.split_on and f"{loss.split_on:%Y-%m}" == month}
    parties: dict[str, Decimal] = defaultdict(Decimal)
    for loss in own.values():
        for share in loss.shares:
            parties[share.party] += share.amount + share.moved
    gross = total(parties.values())
    recovered = total(claim.accepted for claim in claims if claim.case_id in own)
    return LossReport(dict(parties), gross, recovered, gross - recovered)
