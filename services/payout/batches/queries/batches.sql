-- approved: Return approved orders of a unit that are not on hold and that another person approved: all, or those named.
-- Each with what its award states in the highest version.
SELECT o.id::text AS id, o.amount_fen, o.payee_uscc, o.account_revision, o.award_id::text AS award_id,
       v.version, v.entitlement_fen, v.payee_uscc AS award_payee_uscc, v.jurisdiction
FROM payment_order_details o JOIN awards a ON a.award_id = o.award_id
JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
WHERE o.state = 'approved' AND o.unit = :unit AND o.approved_by <> :by AND NOT o.held
  AND (CAST(:ids AS uuid[]) IS NULL OR o.id = ANY(CAST(:ids AS uuid[])))
ORDER BY o.number;

-- list_orders: List the orders that were put into a batch.
INSERT INTO batch_orders (batch_id, order_id, amount_fen, payee_uscc)
SELECT batch_id, id, amount_fen, payee_uscc FROM payment_orders WHERE batch_id = :id;

-- lines: Return what the file of a batch lists, in order.
SELECT b.order_id, b.amount_fen, b.payee_uscc, concat(a.award, ' ', o.award_id, '/', o.instalment)
FROM batch_orders b JOIN payment_orders o ON o.id = b.order_id JOIN awards a ON a.award_id = o.award_id
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

-- add_results: Record what the bank reported.
INSERT INTO payment_results (batch_id, order_id, outcome, occurred_on, bank_reference, reason, recorded_by)
SELECT :batch_id, order_id, outcome, occurred_on, bank_reference, reason, :by
FROM unnest(CAST(:ids AS uuid[]), CAST(:outcomes AS text[]), CAST(:days AS date[]),
            CAST(:bank_references AS text[]), CAST(:reasons AS text[]))
     AS r(order_id, outcome, occurred_on, bank_reference, reason);
