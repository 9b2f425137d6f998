-- to_pay: Return orders with what their decisions rest on, and whether the holder that is mirrored has the payee's name.
SELECT o.id::text AS id, o.payee_uscc, d.payee->>'name' AS payee_name, v.award, v.subject, v.award_year,
       (v.receipt->>'facts_revision')::bigint AS facts_revision, d.jurisdiction
FROM payment_orders o JOIN payment_order_details d ON d.id = o.id
JOIN award_versions v ON v.award_id = o.award_id AND v.version = o.version
WHERE o.id = ANY(CAST(:ids AS uuid[]));

-- same_name: Return which of these holders have the same name as the payee, apart from how it is spelled.
SELECT n.id FROM unnest(CAST(:ids AS text[]), CAST(:holders AS text[]), CAST(:names AS text[])) AS n(id, holder, name)
WHERE name_key(n.holder) = name_key(n.name);

-- add_findings: Store findings that are new, and return them.
INSERT INTO payment_findings (order_id, kind, evidence, details, registry_revision, found_by)
SELECT order_id, kind, evidence, details, :revision, :by
FROM unnest(CAST(:order_ids AS uuid[]), CAST(:kinds AS text[]), CAST(:evidence AS text[]), CAST(:details AS jsonb[]))
     AS f(order_id, kind, evidence, details)
ON CONFLICT (order_id, kind, evidence) DO NOTHING
RETURNING order_id::text AS order_id, kind;

-- sampled: Return which of these orders were drawn for verification before.
SELECT DISTINCT order_id::text AS order_id FROM payment_findings
WHERE kind = 'sample' AND order_id = ANY(CAST(:ids AS uuid[]));

-- findings: Return findings, the newest last: of an order, or all that are open, after one.
SELECT f.id, f.order_id, o.payee, o.award, o.unit, o.amount_fen, f.kind, f.details, f.registry_revision, f.found_by, f.found_at,
       f.release_reason, f.released_by, f.released_at
FROM payment_findings f JOIN payment_order_details o ON o.id = f.order_id
WHERE (CAST(:order_id AS uuid) IS NULL OR f.order_id = :order_id) AND (NOT CAST(:open AS boolean) OR f.released_at IS NULL)
  AND (CAST(:jurisdiction AS text) IS NULL OR o.jurisdiction = :jurisdiction)
  AND (CAST(:after AS uuid) IS NULL OR f.id > :after)
ORDER BY f.id LIMIT :limit;

-- release: Release what was found about an order.
UPDATE payment_findings SET release_reason = :reason, released_by = :by, released_at = now()
WHERE order_id = :order_id AND released_at IS NULL RETURNING id;
