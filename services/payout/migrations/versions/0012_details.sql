-- Views that several statements share.

-- Payment batches as their readers see them.
CREATE VIEW payment_batch_details WITH (security_invoker = true) AS
    SELECT b.id, b.unit,
           CASE WHEN EXISTS (SELECT FROM payment_orders o WHERE o.batch_id = b.id AND o.state = 'batched')
                THEN 'sent' ELSE 'completed' END AS state,
           b.orders, b.total_fen, b.registry_revision, b.built_by, b.built_at, b.reentered_checksum,
           (SELECT count(*) FROM payment_orders o WHERE o.batch_id = b.id AND o.state = 'settled') AS settled,
           (SELECT count(*) FROM payment_orders o WHERE o.batch_id = b.id AND o.state = 'failed') AS failed,
           (SELECT count(*) FROM payment_orders o WHERE o.batch_id = b.id AND o.state = 'returned') AS returned
    FROM payment_batches b;

-- Recoveries as their readers see them. A proposed write-off of more than is outstanding has lapsed and is not shown.
CREATE VIEW recovery_details WITH (security_invoker = true) AS
    SELECT r.id, r.award_id, r.version, a.jurisdiction, r.unit, r.payee_uscc,
           jsonb_build_object('uscc', r.payee_uscc, 'name', (
               SELECT v.payee_name FROM award_versions v
               WHERE v.award_id = r.award_id AND v.payee_uscc = r.payee_uscc ORDER BY v.version DESC LIMIT 1)) AS payee,
           CASE WHEN o.fen > 0 THEN 'open' WHEN r.written_off_fen > 0 THEN 'written_off'
                WHEN r.repaid_fen > 0 THEN 'repaid' ELSE 'dropped' END AS state,
           r.amount_fen, r.dropped_fen, r.repaid_fen, r.written_off_fen, o.fen AS outstanding_fen,
           (SELECT w.amount_fen FROM write_offs w
            WHERE w.recovery_id = r.id AND w.confirmed_at IS NULL AND w.lapsed_at IS NULL AND w.amount_fen <= o.fen)
               AS proposed_write_off_fen,
           r.raised_at
    FROM recoveries r JOIN awards a ON a.award_id = r.award_id
    CROSS JOIN LATERAL (SELECT r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen AS fen) o;

-- What each award owes now per unit and payee, beside what was ordered, paid and claimed back; fen.
CREATE VIEW share_positions WITH (security_invoker = true) AS
    WITH owed AS (
        SELECT a.award_id, s.unit, s.payee_uscc, s.amount_fen AS fen
        FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
    ), ordered AS (
        SELECT award_id, unit, payee_uscc, sum(amount_fen) AS fen,
               coalesce(sum(amount_fen) FILTER (WHERE state = 'settled'), 0) AS paid,
               coalesce(sum(amount_fen) FILTER (WHERE state NOT IN ('batched', 'settled')), 0) AS unsent
        FROM payment_orders WHERE live GROUP BY award_id, unit, payee_uscc
    ), claimed AS (
        SELECT award_id, unit, payee_uscc, sum(repaid_fen) AS repaid, sum(written_off_fen) AS written_off,
               sum(amount_fen - dropped_fen - repaid_fen - written_off_fen) AS outstanding
        FROM recoveries GROUP BY award_id, unit, payee_uscc
    )
    SELECT award_id, unit, payee_uscc, coalesce(w.fen, 0) AS owed_fen, coalesce(o.fen, 0) AS ordered_fen,
           coalesce(o.paid, 0) AS paid_fen, coalesce(o.unsent, 0) AS unsent_fen, coalesce(c.repaid, 0) AS repaid_fen,
           coalesce(c.written_off, 0) AS written_off_fen, coalesce(c.outstanding, 0) AS outstanding_fen
    FROM owed w FULL JOIN ordered o USING (award_id, unit, payee_uscc)
    FULL JOIN claimed c USING (award_id, unit, payee_uscc);

GRANT SELECT ON payment_batch_details, recovery_details, share_positions TO PUBLIC;
