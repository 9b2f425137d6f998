-- approved: Return approved orders of a unit that are not on hold and that another person approved: all, or those named.
-- Each with what its award states in the highest version.
SELECT o.id::text AS id, o.amount_fen, o.payee_uscc, o.account_revision, o.award_id::text AS award_id,
       v.version, v.entitlement_fen, v.payee_uscc AS award_payee_uscc, v.jurisdiction, o.award, c.award_year
FROM payment_order_details o JOIN awards a ON a.award_id = o.award_id
JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
JOIN payment_order_classes c ON c.id = o.id
WHERE o.state = 'approved' AND o.unit = :unit AND o.approved_by <> :by AND NOT o.held
  AND (CAST(:ids AS uuid[]) IS NULL OR o.id = ANY(CAST(:ids AS uuid[])))
ORDER BY o.number;

-- list_orders: List the orders that were put into a batch, with the purpose of each in words.
INSERT INTO batch_orders (batch_id, order_id, amount_fen, payee_uscc, purpose)
SELECT o.batch_id, o.id, o.amount_fen, o.payee_uscc, p.purpose
FROM payment_orders o
LEFT JOIN unnest(CAST(:ids AS uuid[]), CAST(:purposes AS text[])) AS p(id, purpose) ON p.id = o.id
WHERE o.batch_id = :id;

-- lines: Return what the file of a batch lists, in order; a batch of before has no purposes in words.
SELECT b.order_id, b.payee_uscc, coalesce(b.purpose, concat(a.award, ' ', o.award_id, '/', o.instalment)),
       i.indicator, i.project, i.function_code, i.economic_code, o.award_id, o.instalment, b.amount_fen, b.purpose IS NULL
FROM batch_orders b JOIN payment_orders o ON o.id = b.order_id JOIN awards a ON a.award_id = o.award_id
LEFT JOIN indicators i ON i.id = o.indicator_id
WHERE b.batch_id = :id ORDER BY o.number;

-- batched_orders: Return which of these orders are in a batch, with the results on record and the outcomes that were corrected.
SELECT o.id::text AS id, o.state, o.amount_fen,
       ARRAY(SELECT c.former_outcome FROM result_corrections c
             WHERE c.order_id = o.id AND c.confirmed_at IS NOT NULL) AS replaced,
       array_agg(r.outcome) FILTER (WHERE r.order_id IS NOT NULL) AS outcomes,
       array_agg(r.bank_reference) FILTER (WHERE r.order_id IS NOT NULL) AS bank_references,
       array_agg(r.occurred_on) FILTER (WHERE r.order_id IS NOT NULL) AS days
FROM batch_orders b JOIN payment_orders o ON o.id = b.order_id
LEFT JOIN results_on_record r ON r.order_id = o.id
WHERE b.batch_id = :batch_id AND o.id = ANY(CAST(:ids AS uuid[])) GROUP BY o.id;

-- in_other_batches: Return which of these orders are in a batch other than this one.
SELECT order_id::text FROM batch_orders WHERE order_id = ANY(CAST(:ids AS uuid[])) AND batch_id <> :batch_id;

-- order_ids: Return the orders of a batch.
SELECT order_id::text FROM batch_orders WHERE batch_id = :batch_id ORDER BY order_id;

-- add_statement: Keep the number of a bank's statement, unless it is there.
INSERT INTO bank_statements (unit, kind, number, year) VALUES (:unit, :kind, :number, :year) ON CONFLICT DO NOTHING;

-- add_results: Record what the bank reported.
INSERT INTO payment_results (batch_id, order_id, outcome, occurred_on, bank_reference, reason, recorded_by, proposal_id)
SELECT :batch_id, order_id, outcome, occurred_on, bank_reference, reason, :by, :proposal_id
FROM unnest(CAST(:ids AS uuid[]), CAST(:outcomes AS text[]), CAST(:days AS date[]),
            CAST(:bank_references AS text[]), CAST(:reasons AS text[]))
     AS r(order_id, outcome, occurred_on, bank_reference, reason);

-- result_proposals: Return results that persons entered of a batch, or one, with how many orders each outcome has and their sum.
SELECT p.id, p.batch_id,
       CASE WHEN p.confirmed_at IS NOT NULL THEN 'confirmed' WHEN p.discarded_at IS NOT NULL THEN 'discarded'
            ELSE 'proposed' END AS state,
       p.proposed_by, p.proposed_at, p.confirmed_by, p.confirmed_at, p.discarded_by, p.discarded_at, p.discard_reason,
       (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.outcome)
        FROM (SELECT r.outcome, count(*) AS orders, sum(o.amount_fen)::bigint AS amount_fen
              FROM result_proposal_rows r JOIN batch_orders o ON (o.batch_id, o.order_id) = (p.batch_id, r.order_id)
              WHERE r.proposal_id = p.id GROUP BY r.outcome) s) AS outcomes
FROM result_proposals p
WHERE p.batch_id = :batch_id AND (CAST(:id AS uuid) IS NULL OR p.id = :id) AND (CAST(:after AS uuid) IS NULL OR p.id > :after)
ORDER BY p.id LIMIT :limit;

-- result_rows: Return rows of entered results after a line, each beside its order as it is now.
SELECT r.line, r.order_id, d.payee, d.amount_fen, d.state, r.outcome, r.occurred_on, r.bank_reference, r.reason
FROM result_proposal_rows r JOIN payment_order_details d ON d.id = r.order_id
WHERE r.proposal_id = :id AND r.line > :after ORDER BY r.line LIMIT :limit;
