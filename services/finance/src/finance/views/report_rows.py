"""What do reports add up? A select for each report: a row is a thing that happened, with its case, document and entry.

Every column that is no measure is a dimension: totals are grouped by it, and opened by it.
"""

# Journal lines with what they mean; amounts in the currency of the books, signed towards debit.
LINES = """
SELECT to_char(e.posted_on, 'YYYY-MM') AS month, e.entity, e.books_currency AS currency, e.customer, e.template,
  e.case_id, e.document, e.id AS entry, l.account, l.department,
  CASE l.side WHEN 'D' THEN l.functional ELSE -l.functional END AS amount, e.posted_on, e.run
FROM journal_entry e JOIN journal_line l ON l.entry = e.id
"""

CREDITS = """
SELECT to_char(d.issued_on, 'YYYY-MM') AS month, d.entity, d.currency, d.customer, d.type, d.reason,
  d.number AS document, d.original, d.case_id, d.id AS entry,
  CASE WHEN d.net = 0 THEN 0 ELSE round(d.tax * 100 / d.net, 2) END::text AS rate,
  d.net, d.tax, d.net + d.tax AS gross, blue.remaining_net
FROM credit_document d LEFT JOIN LATERAL (
  SELECT sum(b.net - b.reserved_net - b.credited_net - b.kept_net) AS remaining_net FROM blue_line b
  WHERE b.entity = d.entity AND b.invoice = d.original) blue ON d.original <> ''
WHERE d.type IN ('RED_INVOICE', 'CREDIT_NOTE', 'ALLOWANCE', 'CREDIT_MEMO', 'GOODWILL_MEMO', 'COMMERCIAL_MEMO')
"""

ALLOWANCES = f"SELECT * FROM ({CREDITS}) c WHERE reason = '04' OR type = 'COMMERCIAL_MEMO'"  # noqa: S608  no value in it

# What was invoiced and what was credited, by the month of each and by product.
RETURNS = """
SELECT to_char(b.issued_at, 'YYYY-MM') AS month, b.entity, b.currency, b.customer, b.item AS product, '' AS case_id,
  b.invoice AS document, '' AS entry, b.net AS invoiced, 0 AS credited
FROM blue_line b
UNION ALL
SELECT to_char(d.issued_on, 'YYYY-MM'), d.entity, d.currency, d.customer, l.item, d.case_id, d.number, d.id, 0, l.net
FROM credit_document d JOIN credit_document_line l ON l.document = d.id
WHERE d.type IN ('RED_INVOICE', 'CREDIT_NOTE', 'ALLOWANCE', 'CREDIT_MEMO', 'GOODWILL_MEMO', 'COMMERCIAL_MEMO')
"""

# What the books say that poor quality has cost: losses, what the warranty used, allowances; and what came back of it.
QUALITY = f"""
SELECT *, greatest(amount, 0) AS gross, greatest(-amount, 0) AS recovered, amount AS net FROM ({LINES}) l
WHERE account IN ('QUALITY_LOSS', 'SALES_ALLOWANCE', 'SCRAP_INCOME') AND template NOT LIKE 'T17%'
  OR account = 'WARRANTY_PROVISION' AND template <> 'T19'
"""  # noqa: S608  no value in it

REPAIRS = f"""
SELECT *, CASE account WHEN 'REPAIR_REVENUE' THEN -amount ELSE 0 END AS revenue,
  CASE account WHEN 'REPAIR_COST' THEN amount ELSE 0 END AS cost, -amount AS margin
FROM ({LINES}) l WHERE account IN ('REPAIR_REVENUE', 'REPAIR_COST')
"""  # noqa: S608  no value in it

WARRANTY = f"""
SELECT *, CASE WHEN template LIKE 'T19%' AND amount < 0 THEN -amount ELSE 0 END AS accrued,
  CASE WHEN template NOT LIKE 'T19%' AND amount > 0 THEN amount ELSE 0 END AS used,
  CASE WHEN template LIKE 'T19%' AND amount > 0 THEN amount ELSE 0 END AS released,
  CASE WHEN template NOT LIKE 'T19%' AND amount < 0 THEN -amount ELSE 0 END AS recovered, -amount AS change
FROM ({LINES}) l WHERE account = 'WARRANTY_PROVISION'
"""  # noqa: S608  no value in it

QUANTITIES = """
SELECT to_char(s.changed_at, 'YYYY-MM') AS month, s.body->>'entity' AS entity, s.customer, t->>'work' AS difference,
  s.id AS case_id, '' AS document, '' AS entry, (t->>'quantity')::numeric AS quantity, 1 AS lines
FROM settlement s CROSS JOIN LATERAL jsonb_array_elements(s.body->'worklist') t
WHERE s.body->'worklist' <> '[]' AND t->>'work' IN ('QTY_MISSING', 'QTY_OVER_TOLERANCE', 'NO_BLUE_LEFT')
"""

# A refund is as fast as the days from the last signature to the bank's word.
REFUNDS = """
SELECT to_char(coalesce(paid.posted_on, asked.posted_on, r.changed_at::date), 'YYYY-MM') AS month,
  r.body->>'entity' AS entity, r.body->>'currency' AS currency, r.customer, r.stage, r.id AS case_id, '' AS document,
  coalesce(paid.id, asked.id, '') AS entry, (r.body->>'amount')::numeric AS amount, 1 AS refunds,
  CASE WHEN paid.id IS NULL THEN 0 ELSE 1 END AS paid, coalesce(paid.posted_on - asked.posted_on, 0) AS days
FROM refund r
LEFT JOIN journal_entry asked ON asked.id = r.id || '/T15/'
LEFT JOIN journal_entry paid ON paid.id = r.id || '/T15-paid/'
"""

# What is authorised and not credited: what a closing has to accrue.
CUT_OFF = """
SELECT to_char(s.created_at, 'YYYY-MM') AS month, s.body->>'entity' AS entity, s.body->>'currency' AS currency,
  s.customer, s.stage, coalesce(s.body->'held'->>'code', '') AS held, s.id AS case_id, '' AS document, '' AS entry,
  (l->>'approved')::numeric AS approved, (l->>'received')::numeric AS received,
  asked_amount(l, s.body->>'entity', s.body->>'currency') AS amount
FROM settlement s CROSS JOIN LATERAL jsonb_array_elements(nullif(s.body->'decision', 'null')->'lines') l
WHERE s.stage = 'HELD'
"""

NUMBERS = """
SELECT to_char(d.issued_on, 'YYYY-MM') AS month, d.entity, d.series, d.type, d.number AS document, d.case_id,
  d.id AS entry, CASE WHEN r.id IS NULL THEN '' ELSE 'REVERSED' END AS void, 1 AS numbers, d.net, d.tax
FROM credit_document d LEFT JOIN journal_entry e ON e.document = d.number AND e.entity = d.entity
  AND e.template IN ('T1', 'T5') LEFT JOIN journal_entry r ON r.reverses = e.id AND r.reverses <> ''
UNION ALL
SELECT '', g.entity, g.series, '', concat(g.gap_from, ' to ', g.gap_to), '', '', 'GAP', g.gap_to - g.gap_from + 1, 0, 0
FROM number_gap g
"""

APPROVALS = """
SELECT to_char(a.at, 'YYYY-MM') AS month, a.entity, a.actor, a.action, a.object AS case_id, a.reason, '' AS document,
  concat(a.entity, ' ', a.n) AS entry, 1 AS decisions
FROM audit_record a WHERE a.object <> '' AND a.action ~ '^(Approve|Reopen|RecordEvidence|Delegate|Propose|Split|Close)'
"""

# What was booked for each return, and where its case stands.
BOOKINGS = """
SELECT to_char(d.issued_on, 'YYYY-MM') AS month, d.entity, d.currency, d.customer, d.type, d.case_id,
  coalesce(s.body->>'rma_number', '') AS return_slip, coalesce(s.stage, '') AS status, d.number AS document,
  d.id AS entry, d.net, d.tax, d.net + d.tax AS gross
FROM credit_document d LEFT JOIN settlement s ON s.id = d.case_id
"""

ADVANCE = """
SELECT to_char(e.posted_on, 'YYYY-MM') AS month, s.body->>'entity' AS entity, s.body->>'currency' AS currency,
  s.customer, s.id AS case_id, a->>'item' AS product, '' AS document, e.id AS entry,
  (a->>'quantity')::numeric AS quantity, (a->>'cost')::numeric AS cost,
  (a->>'net')::numeric + (a->>'tax')::numeric AS gross
FROM settlement s JOIN journal_entry e ON e.case_id = s.id AND e.template = 'T8' AND e.document = ''
CROSS JOIN LATERAL jsonb_array_elements(s.body->'ahead') a WHERE s.body->'ahead' <> '[]'
"""
