-- award: Return an award in its newest version, with its arrangement; of a jurisdiction or a payee, if one is given.
SELECT a.award_id, v.policy, v.award, v.article, v.subject, v.award_year,
       jsonb_build_object('uscc', v.payee_uscc, 'name', v.payee_name) AS payee, v.jurisdiction, v.kind, v.result,
       a.version, a.split_version, v.entitlement_fen, a.first_decided_on, a.waiting_for,
       CASE WHEN g.id IS NOT NULL THEN jsonb_build_object(
           'id', g.id, 'number', g.number, 'sample', g.sample,
           'effective_from', g.effective_from, 'effective_until', g.effective_until) END AS arrangement
FROM awards a
JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
LEFT JOIN arrangements g ON g.id = a.arrangement_id
WHERE a.award_id = :award_id AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
  AND (CAST(:own_uscc AS text) IS NULL OR v.payee_uscc = :own_uscc);

-- versions: Return the versions of an award as received, each with its split.
SELECT v.version, v.result, v.reason, jsonb_build_object('uscc', v.payee_uscc, 'name', v.payee_name) AS payee,
       v.jurisdiction, v.entitlement_fen, v.instalments, v.decided_on, v.receipt, v.received_at,
       coalesce((SELECT jsonb_agg(jsonb_build_object(
                     'unit', s.unit, 'payee_uscc', s.payee_uscc, 'amount_fen', s.amount_fen,
                     'parts_fen', s.parts_fen) ORDER BY s.unit)
                 FROM award_shares s WHERE s.award_id = v.award_id AND s.version = v.version), '[]') AS split
FROM award_versions v WHERE v.award_id = :award_id AND (CAST(:own_uscc AS text) IS NULL OR v.payee_uscc = :own_uscc)
ORDER BY v.version;

-- shares: Return what each unit owes to each payee for an award, and what became of it.
WITH owed AS (
    SELECT s.unit, s.payee_uscc, s.amount_fen AS fen
    FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
    WHERE a.award_id = :award_id
), ordered AS (
    SELECT unit, payee_uscc, sum(amount_fen)::bigint AS fen,
           (sum(amount_fen) FILTER (WHERE state = 'settled'))::bigint AS paid
    FROM payment_orders WHERE award_id = :award_id AND live GROUP BY unit, payee_uscc
), claimed AS (
    SELECT unit, payee_uscc, sum(repaid_fen)::bigint AS repaid, sum(written_off_fen)::bigint AS written_off
    FROM recoveries WHERE award_id = :award_id GROUP BY unit, payee_uscc
)
SELECT unit, jsonb_build_object('uscc', payee_uscc, 'name', (
           SELECT payee_name FROM award_versions v
           WHERE v.award_id = :award_id AND v.payee_uscc = u.payee_uscc ORDER BY v.version DESC LIMIT 1)) AS payee,
       coalesce(w.fen, 0) AS entitlement_fen, coalesce(o.fen, 0) AS ordered_fen, coalesce(o.paid, 0) AS paid_fen,
       greatest(0, coalesce(o.fen, 0) - coalesce(c.repaid, 0) - coalesce(c.written_off, 0) - coalesce(w.fen, 0))
           AS to_recover_fen,
       coalesce(c.repaid, 0) AS recovered_fen
FROM (SELECT DISTINCT unit, payee_uscc FROM award_shares
      WHERE award_id = :award_id AND (CAST(:own_uscc AS text) IS NULL OR payee_uscc = :own_uscc)) u
LEFT JOIN owed w USING (unit, payee_uscc)
LEFT JOIN ordered o USING (unit, payee_uscc)
LEFT JOIN claimed c USING (unit, payee_uscc)
ORDER BY w.fen IS NULL, unit, payee_uscc;

-- recoveries: Return the recoveries of an award.
SELECT id, version, unit, payee_uscc, amount_fen, dropped_fen, repaid_fen, written_off_fen,
       amount_fen - dropped_fen - repaid_fen - written_off_fen AS outstanding_fen, raised_at
FROM recoveries WHERE award_id = :award_id AND (CAST(:own_uscc AS text) IS NULL OR payee_uscc = :own_uscc) ORDER BY id;

-- postings: Return the ledger's entries of an award; they are not for enterprises.
SELECT id, kind, source, destination, amount_fen, unit, version, order_id, recovery_id, document, actor, posted_at
FROM postings WHERE award_id = :award_id AND CAST(:own_uscc AS text) IS NULL ORDER BY id;

-- steps: Return everything that happened to an award here, in order; not for enterprises.
SELECT at, actor, step, unit, amount_fen, version, reference FROM (
    SELECT v.received_at AS at, 'payout' AS actor, 'received' AS step, NULL AS unit, v.entitlement_fen AS amount_fen,
           v.version, v.award_id::text AS reference, 1 AS place
    FROM award_versions v WHERE v.award_id = :award_id
    UNION ALL SELECT s.split_at, 'payout', 'split', s.unit, s.amount_fen, s.version, s.payee_uscc, 2
    FROM award_shares s WHERE s.award_id = :award_id
    UNION ALL SELECT p.posted_at, p.actor, p.kind, p.unit, p.amount_fen, p.version,
                     coalesce(p.order_id::text, p.recovery_id::text, p.document), 3
    FROM postings p WHERE p.award_id = :award_id
    UNION ALL SELECT o.approved_at, o.approved_by, 'order_approved', o.unit, o.amount_fen, o.version, o.id::text, 4
    FROM payment_orders o WHERE o.award_id = :award_id AND o.approved_at IS NOT NULL
    -- A batch entered again after a restore is one whose file the bank has; any other is sent once its file is fetched.
    UNION ALL SELECT b.built_at, b.built_by, CASE WHEN b.reentered_checksum IS NULL THEN 'batched' ELSE 'sent_to_bank' END,
                     o.unit, o.amount_fen, o.version, b.id::text, 5
    FROM payment_orders o JOIN payment_batches b ON b.id = o.batch_id WHERE o.award_id = :award_id
    UNION ALL SELECT f.acted_at, f.actor, 'sent_to_bank', o.unit, o.amount_fen, o.version, o.batch_id::text, 5
    FROM payment_orders o
    CROSS JOIN LATERAL (SELECT l.acted_at, l.actor FROM audit_log l
                        WHERE l.subjects @> ARRAY[o.batch_id::text] AND l.act = 'get_payment_batch_file'
                        ORDER BY l.id LIMIT 1) f
    WHERE o.award_id = :award_id
    UNION ALL SELECT r.recorded_at, r.recorded_by, 'bank_' || r.outcome, o.unit, o.amount_fen, o.version,
                     r.bank_reference, 6
    FROM payment_orders o JOIN payment_results r ON r.order_id = o.id WHERE o.award_id = :award_id
    UNION ALL SELECT c.proposed_at, c.proposed_by, 'correction_proposed', o.unit, o.amount_fen, o.version,
                     c.bank_reference, 6
    FROM payment_orders o JOIN result_corrections c ON c.order_id = o.id WHERE o.award_id = :award_id
    UNION ALL SELECT c.confirmed_at, c.confirmed_by, 'corrected_to_' || c.outcome, o.unit, o.amount_fen, o.version,
                     c.bank_reference, 6
    FROM payment_orders o JOIN result_corrections c ON c.order_id = o.id
    WHERE o.award_id = :award_id AND c.confirmed_at IS NOT NULL
    UNION ALL SELECT w.proposed_at, w.proposed_by, 'write_off_proposed', c.unit, w.amount_fen, c.version, c.id::text, 7
    FROM write_offs w JOIN recoveries c ON c.id = w.recovery_id WHERE c.award_id = :award_id
    UNION ALL SELECT c.confirmed_at, c.confirmed_by, 'instalment_confirmed', NULL, NULL, NULL, c.reason, 8
    FROM instalment_confirmations c WHERE c.award_id = :award_id
    UNION ALL SELECT h.held_at, h.held_by, 'held', NULL, NULL, NULL, h.reason, 8
    FROM holds h WHERE h.award_id = :award_id
    UNION ALL SELECT h.released_at, h.released_by, 'released_hold', NULL, NULL, NULL, h.release_reason, 9
    FROM holds h WHERE h.award_id = :award_id AND h.released_at IS NOT NULL
) steps WHERE CAST(:own_uscc AS text) IS NULL ORDER BY at, place, version;
