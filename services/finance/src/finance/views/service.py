"""What has after-sales service cost in a month, what of it was given away, and who was punished for it?"""

from finance.views.report_rows import LINES

# Parts, work and carriage that repairs used, whoever bears them, and the expenses of service staff.
COSTS = f"""
SELECT month, entity, currency, customer, '' AS project, 'REPAIR' AS kind, case_id, document, entry,
  0 AS persons, 0 AS days, 0 AS journeys, 0 AS installation, 0 AS dispatch,
  CASE account WHEN 'PARTS' THEN -amount ELSE 0 END AS material,
  CASE account WHEN 'LABOUR_ABSORBED' THEN -amount ELSE 0 END AS labour,
  CASE account WHEN 'AP' THEN -amount ELSE 0 END AS transport, 0 AS contractual, -amount AS total
FROM ({LINES}) l WHERE account IN ('PARTS', 'LABOUR_ABSORBED', 'AP') AND template LIKE ANY (ARRAY['T9%', 'T10%'])
UNION ALL
SELECT to_char((c.body->>'spent_on')::date, 'YYYY-MM'), c.body->>'entity', c.body->>'currency', c.customer, c.project,
  c.kind, c.body->>'case_id', '', c.id, (c.body->>'persons')::numeric, (c.body->>'days')::numeric,
  CASE WHEN c.kind IN ('INSTALLATION', 'DISPATCH') THEN 1 ELSE 0 END, of.installation, of.dispatch, of.material, 0,
  of.transport, of.contractual, of.installation + of.dispatch + of.material + of.transport - of.contractual
FROM service_cost c CROSS JOIN LATERAL (
  SELECT CASE c.kind WHEN 'INSTALLATION' THEN a ELSE 0 END AS installation,
    CASE c.kind WHEN 'DISPATCH' THEN a ELSE 0 END AS dispatch,
    CASE c.kind WHEN 'MATERIAL' THEN a ELSE 0 END AS material,
    CASE c.kind WHEN 'TRANSPORT' THEN a ELSE 0 END AS transport,
    CASE WHEN (c.body->>'contractual')::boolean THEN a ELSE 0 END AS contractual
  FROM (SELECT (c.body->>'amount')::numeric AS a) spent) of
"""  # noqa: S608  no value in it

PROJECTS = f"SELECT * FROM ({COSTS}) c WHERE project <> ''"  # noqa: S608  no value in it

# Fees of repairs that no warranty covers, as far as they were given away; `free` names those of which nothing is left.
GIVEN_AWAY = """
SELECT to_char(p.changed_at, 'YYYY-MM') AS month, p.body->>'entity' AS entity, p.body->>'currency' AS currency,
  p.customer, s.body->'gate'->>'repair_number' AS repair_number, p.body->>'reason' AS reason,
  CASE WHEN (s.body->'gate'->>'discount')::numeric >= (s.body->'gate'->>'net')::numeric THEN 'FREE' ELSE '' END AS free,
  p."case" AS case_id, '' AS document, p.id AS entry, (p.body->>'amount')::numeric AS discount, 1 AS discounts
FROM proposal p JOIN settlement s ON s.id = p."case"
WHERE p.stage = 'IN_FORCE' AND p.body->>'kind' = 'FEE_DISCOUNT'
"""

# Notices that are out and say a sanction instead of an amount: what personnel publishes.
SANCTIONS = """
SELECT to_char(p.changed_at, 'YYYY-MM') AS month, p.body->>'entity' AS entity, p.body->>'department' AS department,
  p.body->>'person' AS person, p.body->>'offence' AS offence, p.body->>'sanction' AS sanction, p.case_id,
  '' AS document, p.id AS entry, 1 AS notices
FROM penalty p WHERE p.stage = 'NOTIFIED' AND p.body->>'sanction' <> ''
"""
