-- waiting_orders: Which payment orders wait to be approved, put into a batch, answered, reissued or looked into, by unit?
-- What `by` issued or approved itself is left out.
SELECT 'order_approval' AS kind, concat_ws('/', o.unit, o.due_year) AS subject, min(o.changed_at) AS since, count(*)::integer AS cases,
       jsonb_build_object('unit', o.unit, 'year', o.due_year) AS parameters
FROM payment_orders o
WHERE 'order_approval' = ANY(:kinds) AND o.live AND o.state = 'issued' AND o.issued_by IS DISTINCT FROM :by
  AND (CAST(:jurisdiction AS text) IS NULL
       OR EXISTS (SELECT FROM awards a WHERE a.award_id = o.award_id AND a.jurisdiction = :jurisdiction))
GROUP BY o.unit, o.due_year, CASE WHEN :by_day THEN (o.changed_at AT TIME ZONE 'Asia/Shanghai')::date END
UNION ALL
SELECT 'batch', o.unit, min(o.changed_at), count(*)::integer, jsonb_build_object('unit', o.unit)
FROM payment_orders o
WHERE 'batch' = ANY(:kinds) AND o.live AND o.state = 'approved' AND o.approved_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR o.unit = :jurisdiction)
GROUP BY o.unit, CASE WHEN :by_day THEN (o.changed_at AT TIME ZONE 'Asia/Shanghai')::date END
UNION ALL
SELECT 'bank_results', o.batch_id::text, min(o.changed_at), count(*)::integer,
       jsonb_build_object('unit', o.unit, 'day', (min(o.changed_at) AT TIME ZONE 'Asia/Shanghai')::date)
FROM payment_orders o
WHERE 'bank_results' = ANY(:kinds) AND o.live AND o.state = 'batched'
  AND (CAST(:jurisdiction AS text) IS NULL OR o.unit = :jurisdiction)
GROUP BY o.batch_id, o.unit
UNION ALL
SELECT 'reissue', concat_ws('/', o.unit, o.state), min(o.changed_at), count(*)::integer,
       jsonb_build_object('unit', o.unit, 'state', o.state)
FROM payment_orders o
WHERE 'reissue' = ANY(:kinds) AND o.live AND o.state IN ('failed', 'returned')
  AND (CAST(:jurisdiction AS text) IS NULL
       OR EXISTS (SELECT FROM awards a WHERE a.award_id = o.award_id AND a.jurisdiction = :jurisdiction))
GROUP BY o.unit, o.state, CASE WHEN :by_day THEN (o.changed_at AT TIME ZONE 'Asia/Shanghai')::date END
UNION ALL
SELECT 'finding', o.unit, min(f.found_at), count(DISTINCT o.id)::integer, jsonb_build_object('unit', o.unit)
FROM payment_findings f JOIN payment_orders o ON o.id = f.order_id
WHERE 'finding' = ANY(:kinds) AND f.released_at IS NULL AND f.found_by <> :by AND o.live
  AND (CAST(:jurisdiction AS text) IS NULL
       OR EXISTS (SELECT FROM awards a WHERE a.award_id = o.award_id AND a.jurisdiction = :jurisdiction))
GROUP BY o.unit, CASE WHEN :by_day THEN (f.found_at AT TIME ZONE 'Asia/Shanghai')::date END;

-- later_instalments: Which orders of later instalments wait for somebody to confirm that the project still operates, by unit and due year?
-- Those of the whole city are counted already (`later_orders`), but for the few that wait for something else to be released.
SELECT 'later_instalment' AS kind, concat_ws('/', l.unit, l.due_year) AS subject,
       min(l.changed_on)::timestamp AT TIME ZONE 'Asia/Shanghai' AS since, sum(l.orders)::integer AS cases,
       jsonb_build_object('unit', l.unit, 'year', l.due_year) AS parameters
FROM (
    SELECT c.unit, c.due_year, c.changed_on, sum(c.orders) AS orders
    FROM (
        SELECT unit, due_year, changed_on, orders FROM later_orders
        UNION ALL
        SELECT o.unit, o.due_year, (o.changed_at AT TIME ZONE 'Asia/Shanghai')::date, -1
        FROM payment_orders o
        WHERE o.id IN (
            SELECT p.id FROM holds h JOIN payment_orders p ON p.award_id = h.award_id WHERE h.released_at IS NULL
            UNION ALL
            SELECT p.id FROM holds h JOIN payment_orders p ON p.payee_uscc = h.uscc WHERE h.released_at IS NULL
            UNION ALL
            SELECT p.id FROM awards a JOIN payment_orders p ON p.award_id = a.award_id
            WHERE a.waiting_for IS NOT NULL AND a.split_version IS NOT NULL
            UNION ALL
            SELECT f.order_id FROM payment_findings f WHERE f.released_at IS NULL)
          AND o.live AND o.waiting_for = 'release' AND o.instalment > 1
          AND (EXISTS (SELECT FROM instalment_confirmations c WHERE c.award_id = o.award_id AND c.instalment = o.instalment)
               OR EXISTS (SELECT FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
                          WHERE a.award_id = o.award_id AND NOT v.later_wait))
    ) c
    WHERE CAST(:jurisdiction AS text) IS NULL
    GROUP BY c.unit, c.due_year, c.changed_on HAVING sum(c.orders) > 0
    UNION ALL
    SELECT o.unit, o.due_year, (o.changed_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
    FROM payment_orders o
    JOIN awards a ON a.award_id = o.award_id
    JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
    WHERE a.jurisdiction = CAST(:jurisdiction AS text) AND o.live AND o.state = 'waiting' AND o.waiting_for = 'release'
      AND o.instalment > 1 AND v.later_wait
      AND NOT EXISTS (SELECT FROM instalment_confirmations c WHERE c.award_id = o.award_id AND c.instalment = o.instalment)
    GROUP BY 1, 2, 3
) l
WHERE 'later_instalment' = ANY(:kinds)
GROUP BY l.unit, l.due_year, CASE WHEN :by_day THEN l.changed_on END;

-- add_up: Put one row in the place of all that differ in nothing else.
WITH gone AS (DELETE FROM later_orders RETURNING *)
INSERT INTO later_orders (unit, due_year, changed_on, orders)
SELECT unit, due_year, changed_on, sum(orders) FROM gone GROUP BY 1, 2, 3 HAVING sum(orders) <> 0;

-- waiting_recoveries: What has to come back, together by unit?
SELECT 'recovery' AS kind, r.unit AS subject, min(r.raised_at) AS since, count(*)::integer AS cases,
       jsonb_build_object('unit', r.unit) AS parameters
FROM recoveries r
WHERE 'recovery' = ANY(:kinds) AND r.amount_fen > r.dropped_fen + r.repaid_fen + r.written_off_fen
  AND (CAST(:jurisdiction AS text) IS NULL
       OR EXISTS (SELECT FROM awards a WHERE a.award_id = r.award_id AND a.jurisdiction = :jurisdiction))
GROUP BY r.unit, CASE WHEN :by_day THEN (r.raised_at AT TIME ZONE 'Asia/Shanghai')::date END;

-- own_recoveries: What has an enterprise to pay back?
SELECT 'recovery' AS kind, r.id::text AS subject, r.raised_at AS since, 1 AS cases,
       jsonb_build_object('unit', r.unit, 'award', a.award, 'award_id', r.award_id,
                          'fen', r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen) AS parameters
FROM recoveries r JOIN awards a ON a.award_id = r.award_id
WHERE r.payee_uscc = :own_uscc AND r.amount_fen > r.dropped_fen + r.repaid_fen + r.written_off_fen;

-- second_persons: Which acts wait for a second person? Those that `by` proposed are left out.
-- A write-off of more than is outstanding can no longer be confirmed.
SELECT 'arrangement' AS kind, id::text AS subject, drafted_at AS since, 1 AS cases, jsonb_build_object('number', number) AS parameters
FROM arrangements WHERE 'arrangement' = ANY(:kinds) AND state = 'draft' AND drafted_by <> :by
UNION ALL
SELECT 'appropriation', id::text, proposed_at, 1, jsonb_build_object('unit', unit, 'year', year, 'document', document)
FROM appropriation_proposals
WHERE 'appropriation' = ANY(:kinds) AND confirmed_at IS NULL AND discarded_at IS NULL AND proposed_by <> :by
UNION ALL
SELECT 'results', p.id::text, p.proposed_at, 1,
       jsonb_build_object('unit', b.unit, 'batch', b.id,
                          'orders', (SELECT count(*) FROM result_proposal_rows r WHERE r.proposal_id = p.id))
FROM result_proposals p JOIN payment_batches b ON b.id = p.batch_id
WHERE 'results' = ANY(:kinds) AND p.confirmed_at IS NULL AND p.discarded_at IS NULL AND p.proposed_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR b.unit = :jurisdiction)
UNION ALL
SELECT 'result_correction', c.id::text, c.proposed_at, 1, jsonb_build_object('unit', b.unit, 'reason', c.reason)
FROM result_corrections c JOIN payment_batches b ON b.id = c.batch_id
WHERE 'result_correction' = ANY(:kinds) AND c.confirmed_at IS NULL AND c.discarded_at IS NULL AND c.proposed_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR b.unit = :jurisdiction)
UNION ALL
SELECT 'release', h.id::text, h.held_at, 1,
       jsonb_build_object('reason', h.reason, 'award', a.award, 'award_id', h.award_id, 'uscc', h.uscc)
FROM holds h LEFT JOIN awards a ON a.award_id = h.award_id
WHERE 'release' = ANY(:kinds) AND h.released_at IS NULL AND h.held_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
UNION ALL
SELECT 'recovery_act', c.id::text, c.proposed_at, 1,
       jsonb_build_object('unit', r.unit, 'recovery', r.id,
                          'fen', r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen)
FROM recovery_acts c JOIN recoveries r ON r.id = c.recovery_id JOIN awards a ON a.award_id = r.award_id
WHERE 'recovery_act' = ANY(:kinds) AND c.confirmed_at IS NULL AND c.discarded_at IS NULL AND c.proposed_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
UNION ALL
SELECT 'repayment_plan', l.id::text, l.proposed_at, 1,
       jsonb_build_object('unit', r.unit, 'recovery', r.id,
                          'fen', (SELECT sum((part->>'amount_fen')::bigint) FROM jsonb_array_elements(l.parts) part))
FROM repayment_plans l JOIN recoveries r ON r.id = l.recovery_id JOIN awards a ON a.award_id = r.award_id
WHERE 'repayment_plan' = ANY(:kinds) AND l.confirmed_at IS NULL AND l.discarded_at IS NULL AND l.proposed_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
UNION ALL
SELECT 'repayment', p.id::text, p.proposed_at, 1, jsonb_build_object('unit', r.unit, 'recovery', r.id, 'fen', p.amount_fen)
FROM repayment_proposals p JOIN recoveries r ON r.id = p.recovery_id JOIN awards a ON a.award_id = r.award_id
WHERE 'repayment' = ANY(:kinds) AND p.confirmed_at IS NULL AND p.discarded_at IS NULL AND p.proposed_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
UNION ALL
SELECT 'write_off', w.id::text, w.proposed_at, 1,
       jsonb_build_object('unit', r.unit, 'award_id', r.award_id, 'fen', w.amount_fen, 'reason', w.reason)
FROM write_offs w JOIN recoveries r ON r.id = w.recovery_id JOIN awards a ON a.award_id = r.award_id
WHERE 'write_off' = ANY(:kinds) AND w.confirmed_at IS NULL AND w.lapsed_at IS NULL AND w.proposed_by <> :by
  AND w.amount_fen <= r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen
  AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
UNION ALL
SELECT 'restoration', id::text, opened_at, 1, jsonb_build_object('reason', reason)
FROM restorations WHERE 'restoration' = ANY(:kinds) AND confirmed_at IS NULL AND ended_at IS NULL AND opened_by <> :by
UNION ALL
SELECT 'reentry', id::text, proposed_at, 1, jsonb_build_object('unit', unit, 'day', sent_on)
FROM reentry_proposals
WHERE 'reentry' = ANY(:kinds) AND confirmed_at IS NULL AND discarded_at IS NULL AND proposed_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR unit = :jurisdiction);
