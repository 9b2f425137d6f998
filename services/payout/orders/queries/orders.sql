-- to_approve: Return issued orders after a number: of a unit and due year, or named; those of a jurisdiction, if one is given.
SELECT o.id::text AS id, o.number, o.payee_uscc, o.issued_by, o.held
FROM payment_order_details o
WHERE o.state = 'issued' AND o.number > :after
  AND (CAST(:unit AS text) IS NULL OR o.unit = :unit)
  AND (CAST(:due_year AS int) IS NULL OR o.due_year = :due_year)
  AND (CAST(:order_ids AS uuid[]) IS NULL OR o.id = ANY(CAST(:order_ids AS uuid[])))
  AND (CAST(:jurisdiction AS text) IS NULL OR o.jurisdiction = :jurisdiction)
ORDER BY o.number LIMIT :limit;

-- order: Return one order with its award's jurisdiction and whether it is held.
SELECT o.id::text AS id, o.state, o.payee_uscc, o.issued_by, o.jurisdiction, o.held
FROM payment_order_details o WHERE o.id = :id;

-- lock_awards_of: Lock the awards of some orders, in one order for all workers, and return them.
SELECT award_id::text AS award_id, jurisdiction FROM awards
WHERE award_id IN (SELECT award_id FROM payment_orders WHERE id = ANY(CAST(:ids AS uuid[])))
ORDER BY award_id FOR UPDATE;
