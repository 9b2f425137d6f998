-- holds: Return holds after one, oldest first: those in force alone or all, those on awards of a jurisdiction if one is given.
SELECT h.id, h.award_id, a.award, h.uscc, h.reason, h.held_by, h.held_at, h.release_reason, h.released_by, h.released_at
FROM holds h LEFT JOIN awards a ON a.award_id = h.award_id
WHERE h.id > :after AND (NOT CAST(:in_force AS boolean) OR h.released_at IS NULL)
  AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
ORDER BY h.id LIMIT :limit;

-- holds_on: Return the holds in force on an award and on a payee.
SELECT id, award_id, uscc, reason, held_by, held_at, release_reason, released_by, released_at
FROM holds WHERE released_at IS NULL AND (award_id = :award_id OR uscc = :uscc) ORDER BY id;

-- unconfirmed_instalments: Return the instalments of an award, due by a year, that wait for a confirmation.
SELECT p.number::int AS instalment
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version,
     jsonb_array_elements(v.instalments) WITH ORDINALITY AS p(part, number)
WHERE a.award_id = :award_id AND v.later_wait AND p.number > 1 AND (p.part->>'due_year')::int <= :year
  AND NOT EXISTS (SELECT FROM instalment_confirmations c WHERE c.award_id = a.award_id AND c.instalment = p.number)
ORDER BY p.number;

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
SELECT o.first_decided_on::text AS first_decided_on, o.award_place, o.subject, o.award_year, o.award_id::text AS award_id
FROM payment_orders o
WHERE o.state = 'waiting' AND o.waiting_for = 'funds'
  AND (o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id) >= (CAST(:start_day AS date),
       CAST(:start_place AS int), CAST(:start_subject AS text), CAST(:start_year AS int), CAST(:start_award AS uuid))
ORDER BY o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id, o.instalment OFFSET :orders LIMIT 1;

-- needed: Return what the queue needs between two positions and its smallest order, by unit.
SELECT o.unit, sum(o.amount_fen)::bigint AS fen, min(o.amount_fen) AS least_fen FROM payment_orders o
WHERE o.state = 'waiting' AND o.waiting_for = 'funds'
  AND (o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id) >= (CAST(:start_day AS date),
       CAST(:start_place AS int), CAST(:start_subject AS text), CAST(:start_year AS int), CAST(:start_award AS uuid))
  AND (o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id) < (CAST(:until_day AS date),
       CAST(:until_place AS int), CAST(:until_subject AS text), CAST(:until_year AS int), CAST(:until_award AS uuid))
GROUP BY o.unit;

-- queue: Return the orders that wait for money between two positions, in order.
SELECT o.id::text AS id, o.first_decided_on AS day, o.award_id::text AS award_id, o.instalment, o.unit, o.amount_fen,
       o.award_place, o.subject, o.award_year
FROM payment_orders o
WHERE o.state = 'waiting' AND o.waiting_for = 'funds'
  AND (o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id) >= (CAST(:start_day AS date),
       CAST(:start_place AS int), CAST(:start_subject AS text), CAST(:start_year AS int), CAST(:start_award AS uuid))
  AND (o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id) < (CAST(:until_day AS date),
       CAST(:until_place AS int), CAST(:until_subject AS text), CAST(:until_year AS int), CAST(:until_award AS uuid))
ORDER BY o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id, o.instalment;

-- queue_extent: Return how long the queue is and which order joined it last.
SELECT count(*) AS orders, max(number) AS last FROM payment_orders WHERE state = 'waiting' AND waiting_for = 'funds';

-- in_proportion: Return the periods of confirmed arrangements that share shortages in proportion, with their policy's units.
SELECT g.effective_from, g.effective_until, array(SELECT u.unit FROM policy_units u WHERE u.policy = g.policy) AS units
FROM arrangements g
WHERE g.state = 'confirmed' AND g.shortage = 'in_proportion' AND g.id IS DISTINCT FROM CAST(:other_than AS uuid);

-- period_of: Return the period of an arrangement, with its policy's units.
SELECT g.effective_from, g.effective_until, array(SELECT u.unit FROM policy_units u WHERE u.policy = g.policy) AS units
FROM arrangements g WHERE g.id = :id;

-- waiting_in_period: Return the awards of an arrangement's period that wait for one, with what they entitle to.
SELECT a.award_id::text AS award_id, v.jurisdiction, v.award, v.subject, v.award_year, v.instalments, a.first_decided_on
FROM awards_in_period(:id) c JOIN awards a ON a.award_id = c.award_id
JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
WHERE c.waiting_for IS NOT NULL AND a.split_version IS NULL;

-- left_over: Return what shared days left in the budgets of a year, no more than is free now.
SELECT s.first_decided_on, s.unit, least(s.left_fen, b.appropriated_fen - b.committed_fen) AS fen
FROM shared_days s JOIN budgets b ON b.unit = s.unit AND b.year = s.year WHERE s.year = :year;

-- keep_left_over: Store what shared days left in the budgets of a year.
INSERT INTO shared_days (year, first_decided_on, unit, left_fen)
SELECT :year, day, unit, fen FROM unnest(CAST(:days AS date[]), CAST(:units AS text[]), CAST(:fen AS bigint[])) AS t(day, unit, fen)
ON CONFLICT (year, first_decided_on, unit) DO UPDATE SET left_fen = excluded.left_fen;

-- confirmed_instalments: Return the later instalments of some awards that were confirmed.
SELECT award_id::text AS award_id, instalment FROM instalment_confirmations WHERE award_id = ANY(CAST(:award_ids AS uuid[]));

-- later_instalment: Return whether an instalment of an award waits for a confirmation, and the year in which it is due.
SELECT v.later_wait, (v.instalments->(CAST(:instalment AS int) - 1)->>'due_year')::int AS due_year
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version WHERE a.award_id = :award_id;
