"""Where do the rows of worklists come from? One select for each kind of record; a worklist says which rows it wants.

Every source gives id, case_id, customer, currency, amount, since, version, level, maker and note, and what its
worklists choose by.
"""

# A settlement with what it asks for at its prices, who may sign, and how its payment gate stands.
SETTLEMENTS = """
SELECT s.id, s.id AS case_id, s.customer, s.body->>'currency' AS currency, asked.amount, s.changed_at AS since,
  s.version, s.body->>'approver' AS level, coalesce(s.body->'decision'->>'decided_by', '') AS maker,
  concat_ws(' ', s.stage, s.body->'held'->>'code', s.body->'held'->>'policy') AS note,
  s.stage, coalesce(s.body->'held'->>'code', '') AS held
FROM settlement s
LEFT JOIN LATERAL (
  SELECT sum(asked_amount(l, s.body->>'entity', s.body->>'currency')) AS amount
  FROM jsonb_array_elements(nullif(s.body->'decision', 'null')->'lines') l) asked ON true
"""

# Cases whose money is still open, since finance first heard of them.
OPEN_CASES = """
SELECT s.id, s.id AS case_id, s.customer, s.body->>'currency' AS currency, asked.amount,
  s.created_at AS since, s.version,
  '' AS level, '' AS maker, s.stage AS note
FROM settlement s
LEFT JOIN LATERAL (
  SELECT sum(asked_amount(l, s.body->>'entity', s.body->>'currency')) AS amount
  FROM jsonb_array_elements(nullif(s.body->'decision', 'null')->'lines') l) asked ON true
WHERE s.stage IN ('OPEN', 'HELD')
"""

# The items that a decision left behind: too few, too many, no original.
TODOS = """
SELECT s.id, s.id AS case_id, s.customer, s.body->>'currency' AS currency, (t->>'amount')::numeric AS amount,
  s.changed_at AS since, s.version, '' AS level, '' AS maker,
  concat(t->>'work', ' line ', t->>'line', ': ', t->>'quantity') AS note, t->>'work' AS work
FROM settlement s CROSS JOIN LATERAL jsonb_array_elements(s.body->'worklist') t
WHERE s.body->'worklist' <> '[]'
"""

GATES = """
SELECT s.id, s.id AS case_id, s.customer, s.body->>'currency' AS currency, g.due - g.paid AS amount,
  s.changed_at AS since, s.version, '' AS level, '' AS maker, concat(g.paid, ' of ', g.due, ' is paid') AS note,
  g.due, g.paid,
  (s.body->'gate'->>'invoiced')::boolean OR coalesce((s.body->'gate'->>'ended')::boolean, false) AS invoiced
FROM settlement s CROSS JOIN LATERAL (
  SELECT (s.body->'gate'->>'net')::numeric + (s.body->'gate'->>'tax')::numeric
      - coalesce((s.body->'gate'->>'discount')::numeric + (s.body->'gate'->>'discount_tax')::numeric, 0) AS due,
    (SELECT coalesce(sum(p.value::numeric), 0) FROM jsonb_each_text(s.body->'gate'->'payments') p)
      - coalesce((s.body->'gate'->>'given_back')::numeric, 0) AS paid) g
WHERE s.body->'gate' <> 'null'
"""

REFUNDS = """
SELECT r.id, '' AS case_id, r.customer, r.body->>'currency' AS currency, (r.body->>'amount')::numeric AS amount,
  r.changed_at AS since, r.version, '' AS level, r.body->>'requested_by' AS maker,
  coalesce(r.body->>'bank_reference', '') AS note, r.stage
FROM refund r
"""

# Units that were sent before the old ones came back, since they left.
AHEAD = """
SELECT s.id, s.id AS case_id, s.customer, s.body->>'currency' AS currency,
  (SELECT sum((a->>'net')::numeric + (a->>'tax')::numeric) FROM jsonb_array_elements(s.body->'ahead') a) AS amount,
  e.posted_on::timestamptz AS since, s.version, '' AS level, '' AS maker, concat('sent on ', e.posted_on) AS note
FROM settlement s JOIN journal_entry e ON e.case_id = s.id AND e.template = 'T8'
WHERE s.body->'ahead' <> '[]'
"""

CREDIT = """
SELECT c.id, '' AS case_id, c.customer, c.currency, c.balance AS amount, moved.since, 0 AS version, '' AS level,
  '' AS maker, c.entity AS note
FROM customer_credit c CROSS JOIN LATERAL (
  SELECT min(e.posted_on)::timestamptz AS since FROM journal_entry e JOIN journal_line l ON l.entry = e.id
  WHERE e.customer = c.customer AND e.entity = c.entity AND e.currency = c.currency
    AND l.account = 'CUSTOMER_CREDIT' AND l.side = 'C') moved
WHERE c.balance > 0
"""

EXPORTED = """
SELECT x.id, e.case_id, e.customer, e.currency,
  (SELECT sum(l.amount) FROM journal_line l WHERE l.entry = e.id AND l.side = 'D') AS amount,
  x.answered_at AS since, 0 AS version, '' AS level, '' AS maker, concat(x.batch, ': ', x.answer) AS note, x.state
FROM exported_entry x JOIN journal_entry e ON e.id = x.id
"""

# Credit documents on their way; the note says where the form stands, and until when the other side may answer.
PENDING = """
SELECT p.id, p.case_id, p.body->>'customer' AS customer, p.body->>'currency' AS currency,
  (SELECT sum((l->>'net')::numeric + (l->>'tax')::numeric) FROM jsonb_array_elements(p.body->'lines') l) AS amount,
  p.changed_at AS since, p.version, '' AS level, p.body->>'made_by' AS maker,
  concat_ws(' ', p.state, p.body->'form'->>'state', p.body->>'refusal', p.body->'form'->>'expires_at') AS note,
  p.state, coalesce(p.body->'form'->>'state', '') AS form, coalesce((p.body->'form'->>'asked')::int, 0) AS asked
FROM pending_credit p
"""

# Forms that buyers have entered.
INBOUND = """
SELECT f.id, f.body->>'document_id' AS case_id, '' AS customer, '' AS currency,
  (f.body->>'net')::numeric + (f.body->>'tax')::numeric AS amount, f.changed_at AS since, f.version, '' AS level,
  '' AS maker, concat_ws(' ', f.invoice, 'reason', f.body->>'reason', 'until', f.body->>'expires_at') AS note,
  f.state, f.body->>'document_id' AS document
FROM inbound_form f
"""

# Certificates that the authority must have by a day.
UPLOADS = """
SELECT u.id, u.case_id, '' AS customer, '' AS currency, NULL::numeric AS amount, u.changed_at AS since, u.version,
  '' AS level, '' AS maker, concat_ws(' ', u.body->>'number', 'by', u.body->>'due_on') AS note, u.state
FROM upload u
"""

SUPPLIER_CLAIMS = """
SELECT c.id, c.case_id, c.supplier AS customer, c.body->>'currency' AS currency,
  (c.body->>'amount')::numeric - (c.body->>'accepted')::numeric - (c.body->>'withdrawn')::numeric AS amount,
  coalesce((c.body->>'sent_on')::timestamptz, c.changed_at) AS since, c.version, '' AS level, '' AS maker,
  concat_ws(' ', c.stage, c.body->>'reference') AS note, c.stage
FROM supplier_claim c
"""

# Periods that have ended and are not closed for good.
PERIODS = """
SELECT p.id, '' AS case_id, '' AS customer, '' AS currency, NULL::numeric AS amount, p.ends::timestamptz AS since,
  p.version, '' AS level, '' AS maker, concat_ws(' ', p.entity, p.name, p.status) AS note, p.status
FROM accounting_period p WHERE p.ends < current_date
"""

# Where our books, the ERP's and the tax platform's differ; the note says in what, and which book lacks it.
DIFFERENCES = """
SELECT d.id, '' AS case_id, '' AS customer, coalesce(d.body->'said'->'OURS'->>'currency', '') AS currency,
  (d.body->>'amount')::numeric AS amount, (d.body->>'seen_on')::timestamptz AS since,
  d.version, '' AS level, '' AS maker,
  concat_ws(' ', d.entity, d.period, d.body->>'what', d.body->>'name', d.body->>'problem',
    nullif(d.body->>'lacking', '[]')) AS note, d.stage
FROM book_difference d
"""
