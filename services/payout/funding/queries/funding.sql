-- holds_in_force: Return the holds in force on some awards and on any payee; both are few.
SELECT award_id::text AS award_id, uscc FROM holds
WHERE released_at IS NULL AND (uscc IS NOT NULL OR award_id = ANY(CAST(:award_ids AS uuid[])));

-- without_account: Return those payees that have no account today; none while the registry keeps no accounts at all.
SELECT u.uscc FROM unnest(CAST(:usccs AS text[])) AS u(uscc)
WHERE EXISTS (SELECT FROM payee_accounts)
  AND NOT EXISTS (SELECT FROM accounts_in_force(:today) f WHERE f.uscc = u.uscc);

-- delete_accounts: Remove account periods that the registry withdrew from the mirror.
DELETE FROM payee_accounts p USING unnest(CAST(:usccs AS text[]), CAST(:since AS date[])) AS g(uscc, since)
WHERE p.uscc = g.uscc AND p.since = g.since;

-- mirror_accounts: Add account periods to the mirror, or change them.
INSERT INTO payee_accounts (uscc, since, until, revision, holder, number_masked)
SELECT * FROM unnest(CAST(:usccs AS text[]), CAST(:since AS date[]), CAST(:until AS date[]), CAST(:revisions AS bigint[]),
                     CAST(:holders AS text[]), CAST(:numbers AS text[]))
ON CONFLICT (uscc, since) DO UPDATE
SET until = excluded.until, revision = excluded.revision, holder = excluded.holder,
    number_masked = excluded.number_masked;

-- mirrored: Lock and return the revision that the mirror has reached; 0 if holders or numbers are missing, so that all is read again.
SELECT CASE WHEN EXISTS (SELECT FROM payee_accounts WHERE holder IS NULL OR number_masked IS NULL) THEN 0 ELSE revision END
FROM account_feed FOR UPDATE;

-- page_end: Return the position after so many orders of the queue from a position on.
SELECT o.first_decided_on::text AS first_decided_on, o.award_id::text AS award_id FROM payment_orders o
WHERE o.state = 'waiting' AND o.waiting_for = 'funds'
  AND (o.first_decided_on, o.award_id) >= (CAST(:start_day AS date), CAST(:start_award AS uuid))
ORDER BY o.first_decided_on, o.award_id, o.instalment OFFSET :orders LIMIT 1;

-- needed: Return what the queue needs between two positions and its smallest order, by unit.
SELECT o.unit, sum(o.amount_fen)::bigint AS fen, min(o.amount_fen) AS least_fen FROM payment_orders o
WHERE o.state = 'waiting' AND o.waiting_for = 'funds'
  AND (o.first_decided_on, o.award_id) >= (CAST(:start_day AS date), CAST(:start_award AS uuid))
  AND (o.first_decided_on, o.award_id) < (CAST(:until_day AS date), CAST(:until_award AS uuid))
GROUP BY o.unit;

-- queue: Return the orders that wait for money between two positions, in order.
SELECT o.id::text AS id, o.award_id::text AS award_id, o.instalment, o.unit, o.amount_fen
FROM payment_orders o
WHERE o.state = 'waiting' AND o.waiting_for = 'funds'
  AND (o.first_decided_on, o.award_id) >= (CAST(:start_day AS date), CAST(:start_award AS uuid))
  AND (o.first_decided_on, o.award_id) < (CAST(:until_day AS date), CAST(:until_award AS uuid))
ORDER BY o.first_decided_on, o.award_id, o.instalment;

-- queue_extent: Return how long the queue is and which order joined it last.
SELECT count(*) AS orders, max(number) AS last FROM payment_orders WHERE state = 'waiting' AND waiting_for = 'funds';
