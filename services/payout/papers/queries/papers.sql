-- recovery: Return a recovery with its act and the versions that lowered the entitlement, of a jurisdiction or payee if given.
-- `amount_fen` was outstanding when the act was issued, or is outstanding now.
SELECT r.id, r.award_id, r.unit, r.payee_uscc, r.raised_at,
       (SELECT coalesce(sum(CASE p.kind WHEN 'claimed' THEN p.amount_fen ELSE -p.amount_fen END), 0)::bigint FROM postings p
        WHERE p.award_id = r.award_id AND p.recovery_id = r.id
          AND p.kind IN ('claimed', 'claim_dropped', 'claim_met', 'written_off')
          AND p.posted_at <= coalesce(c.confirmed_at, now())) AS amount_fen, v.policy, v.award, v.award_year, v.subject,
       v.version, v.decided_on, v.reason, v.result, c.id AS act_id, c.cause, c.kind AS act_kind, c.reason AS act_reason,
       c.document AS act_document, c.confirmed_at AS issued_at, c.due_on,
       CASE WHEN v.payee_uscc = r.payee_uscc THEN v.entitlement_fen ELSE 0 END AS after_fen,
       b.version AS before_version, coalesce(b.entitlement_fen, 0) AS before_fen,
       (SELECT n.payee_name FROM award_versions n WHERE n.award_id = r.award_id AND n.payee_uscc = r.payee_uscc
        ORDER BY n.version DESC LIMIT 1) AS payee_name
FROM recoveries r
JOIN awards a ON a.award_id = r.award_id
JOIN award_versions v ON v.award_id = r.award_id AND v.version = r.version
LEFT JOIN recovery_acts c ON c.recovery_id = r.id AND c.discarded_at IS NULL
LEFT JOIN LATERAL (SELECT p.version, p.entitlement_fen FROM award_versions p
                   WHERE p.award_id = r.award_id AND p.version < r.version AND p.payee_uscc = r.payee_uscc
                   ORDER BY p.version DESC LIMIT 1) b ON true
WHERE r.id = :id AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
  AND (CAST(:own_uscc AS text) IS NULL OR r.payee_uscc = :own_uscc);

-- statements: Return what a payee stated on an act, oldest first.
SELECT statement, document, made_at FROM recovery_statements WHERE act_id = :act_id ORDER BY id;

-- awards: Return every award that a payee was ever to be paid for, with what its newest version assesses for this payee; fen.
SELECT v.award_id, v.policy, v.award, v.award_year, v.subject, v.version, v.kind, a.waiting_for, a.first_decided_on,
       CASE WHEN v.payee_uscc = :uscc THEN v.entitlement_fen ELSE 0 END AS assessed_fen,
       (SELECT n.payee_name FROM award_versions n WHERE n.award_id = v.award_id AND n.payee_uscc = :uscc
        ORDER BY n.version DESC LIMIT 1) AS payee_name
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
WHERE EXISTS (SELECT FROM award_versions n WHERE n.award_id = a.award_id AND n.payee_uscc = :uscc)
  AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
ORDER BY v.award_year, v.award, v.subject, v.award_id;

-- positions: Return what each unit owes a payee for each award under the version in effect, and what was claimed back of it; fen.
SELECT award_id, unit, coalesce(w.fen, 0)::bigint AS share_fen, coalesce(c.repaid, 0)::bigint AS repaid_fen,
       coalesce(c.netted, 0)::bigint AS netted_fen, coalesce(c.written_off, 0)::bigint AS written_off_fen,
       coalesce(c.outstanding, 0)::bigint AS outstanding_fen
FROM (SELECT DISTINCT award_id, unit FROM award_shares WHERE payee_uscc = :uscc) u
LEFT JOIN (SELECT a.award_id, s.unit, sum(s.amount_fen) AS fen
           FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
           WHERE s.payee_uscc = :uscc GROUP BY 1, 2) w USING (award_id, unit)
LEFT JOIN (SELECT r.award_id, r.unit, sum(r.repaid_fen - p.netted) AS repaid, sum(p.netted) AS netted,
                  sum(r.written_off_fen) AS written_off,
                  sum(r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen) AS outstanding
           FROM recoveries r
           CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount_fen), 0) AS netted FROM repayments p
                               WHERE p.recovery_id = r.id AND p.order_id IS NOT NULL) p
           WHERE r.payee_uscc = :uscc GROUP BY 1, 2) c USING (award_id, unit)
ORDER BY award_id, unit;

-- orders: Return the live orders of a payee, with what each waits for; `netted` ones settle what another award is to get back.
SELECT o.award_id, o.unit, o.instalment, o.due_year, o.amount_fen, o.state, o.waiting_for, o.result_on, o.bank_reference,
       EXISTS (SELECT FROM repayments p WHERE p.order_id = o.id) AS netted,
       EXISTS (SELECT FROM holds h WHERE (h.award_id = o.award_id OR h.uscc = o.payee_uscc)
               AND h.released_at IS NULL) AS held
FROM payment_orders o WHERE o.payee_uscc = :uscc AND o.live
ORDER BY o.award_id, o.instalment, o.unit, o.number;
