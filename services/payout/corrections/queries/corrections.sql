-- corrections: Return corrections as their readers see them: one, or those after another, of a unit, open ones alone or all.
SELECT c.id, c.batch_id, c.order_id, o.unit, o.amount_fen,
       jsonb_build_object('outcome', c.former_outcome, 'occurred_on', c.former_occurred_on,
                          'bank_reference', c.former_bank_reference) AS on_record,
       c.outcome, c.occurred_on, c.bank_reference, c.bank_reason, c.reason,
       CASE WHEN c.confirmed_at IS NOT NULL THEN 'confirmed' WHEN c.discarded_at IS NOT NULL THEN 'discarded'
            ELSE 'proposed' END AS state,
       c.proposed_by, c.proposed_at, c.confirmed_by, c.confirmed_at, c.discarded_by, c.discarded_at, c.discard_reason
FROM result_corrections c JOIN payment_orders o ON o.id = c.order_id
WHERE (CAST(:id AS uuid) IS NULL OR c.id = :id) AND (CAST(:after AS uuid) IS NULL OR c.id > :after)
  AND (CAST(:unit AS text) IS NULL OR o.unit = :unit) AND (CAST(:order_id AS uuid) IS NULL OR c.order_id = :order_id)
  AND (NOT CAST(:open AS boolean) OR c.confirmed_at IS NULL AND c.discarded_at IS NULL)
ORDER BY c.id LIMIT :limit;

-- order: Lock an order that is in a batch, and return what the bank reported of it.
SELECT o.batch_id, o.unit, o.state, o.live, o.result_on, o.bank_reference, b.accounts_on
FROM payment_orders o JOIN payment_batches b ON b.id = o.batch_id
WHERE o.id = :id FOR UPDATE OF o;

-- order_now: Return what the bank reported of an order that is in a batch, and whether a correction of it waits.
SELECT o.unit, o.state, o.live, o.result_on, o.bank_reference,
       EXISTS (SELECT FROM result_corrections c
               WHERE c.order_id = o.id AND c.confirmed_at IS NULL AND c.discarded_at IS NULL) AS waits
FROM payment_orders o JOIN payment_batches b ON b.id = o.batch_id WHERE o.id = :id;
