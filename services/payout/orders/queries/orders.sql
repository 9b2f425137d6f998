-- to_approve: Return issued orders after a number: of a unit and due year except some, or named; of a jurisdiction, if one is given.
SELECT o.id::text AS id, o.number, o.payee_uscc, o.issued_by, o.held
FROM payment_order_details o
WHERE o.state = 'issued' AND o.number > :after
  AND (CAST(:unit AS text) IS NULL OR o.unit = :unit)
  AND (CAST(:due_year AS int) IS NULL OR o.due_year = :due_year)
  AND (CAST(:order_ids AS uuid[]) IS NULL OR o.id = ANY(CAST(:order_ids AS uuid[])))
  AND (CAST(:jurisdiction AS text) IS NULL OR o.jurisdiction = :jurisdiction)
  AND o.id <> ALL(CAST(:excepted AS uuid[]))
ORDER BY o.number LIMIT :limit;

-- order: Return one order with its award's jurisdiction and whether it is held.
SELECT o.id::text AS id, o.state, o.payee_uscc, o.issued_by, o.jurisdiction, o.held
FROM payment_order_details o WHERE o.id = :id;

-- lock_awards_of: Lock the awards of some orders, in one order for all workers, and return them.
SELECT award_id::text AS award_id, jurisdiction FROM awards
WHERE award_id IN (SELECT award_id FROM payment_orders WHERE id = ANY(CAST(:ids AS uuid[])))
ORDER BY award_id FOR UPDATE;

-- totals: Add up live orders by budget, years, award, state and what they wait for; those of a jurisdiction, if one is given.
SELECT o.unit, o.due_year, o.budget_year, a.award, o.state, o.waiting_for, count(*) AS orders, sum(o.amount_fen)::bigint AS amount_fen
FROM payment_orders o JOIN awards a ON a.award_id = o.award_id
WHERE o.live AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
GROUP BY o.unit, o.due_year, o.budget_year, a.award, o.state, o.waiting_for
ORDER BY o.unit, o.due_year, o.budget_year, a.award, o.state, o.waiting_for;
