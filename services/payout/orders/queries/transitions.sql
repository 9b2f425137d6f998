-- reconsider: Update what waiting orders wait for, of some payees or awards, of those that are due, or of all.
-- One that waits for nothing has its money already and is issued. What the bank reported before stays with it.
WITH seen AS MATERIALIZED (
    SELECT w.id, w.blocker FROM waiting_orders(:today) w
    WHERE (CAST(:usccs AS text[]) IS NULL OR w.payee_uscc = ANY(CAST(:usccs AS text[])))
      AND (CAST(:award_ids AS uuid[]) IS NULL OR w.award_id = ANY(CAST(:award_ids AS uuid[])))
      AND (NOT CAST(:only_due AS boolean) OR w.waiting_for = 'due_year' AND w.due_year <= CAST(:year AS integer))
)
UPDATE payment_orders o
SET state = CASE WHEN s.blocker IS NULL THEN 'issued' ELSE 'waiting' END, waiting_for = s.blocker, changed_at = now(),
    issued_by = CASE WHEN s.blocker IS NULL THEN :by END,
    account_revision = CASE WHEN s.blocker IS NULL THEN NULL ELSE o.account_revision END
FROM seen s WHERE s.id = o.id AND o.state = 'waiting' AND s.blocker IS DISTINCT FROM o.waiting_for
RETURNING o.id::text AS id, o.state;

-- fund: Reserve the money of orders that wait for it, between two positions of the queue, all or some of them, and issue them.
-- Those of a unit draw on one indicator, or on money without a classification. Order, posting, event and budget in one statement.
WITH funded AS (
    UPDATE payment_orders o
    SET state = 'issued', waiting_for = NULL, budget_year = :year, indicator_id = m.indicator_id, funded_at = :now,
        changed_at = now(), issued_by = :by
    FROM unnest(CAST(:units AS text[]), CAST(:indicators AS bigint[])) AS m(unit, indicator_id)
    WHERE o.unit = m.unit AND o.state = 'waiting' AND o.waiting_for = 'funds' AND o.due_year <= :year
      AND (o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id) >= (CAST(:start_day AS date),
           CAST(:start_place AS int), CAST(:start_subject AS text), CAST(:start_year AS int), CAST(:start_award AS uuid))
      AND (o.first_decided_on, o.award_place, o.subject, o.award_year, o.award_id) < (CAST(:until_day AS date),
           CAST(:until_place AS int), CAST(:until_subject AS text), CAST(:until_year AS int), CAST(:until_award AS uuid))
      AND (CAST(:ids AS uuid[]) IS NULL OR o.id = ANY(CAST(:ids AS uuid[])))
    RETURNING o.id, o.award_id, o.version, o.unit, o.amount_fen, o.budget_year, o.indicator_id, order_event(o) AS event
), posted AS (
    INSERT INTO postings (kind, source, destination, amount_fen, unit, award_id, version, order_id, actor)
    SELECT 'funded', budget_account(o.unit, o.budget_year), reserved_account(o.award_id, o.unit), o.amount_fen, o.unit,
           o.award_id, o.version, o.id, :by
    FROM funded o
), published AS (
    INSERT INTO event_batches (topic, type, source, occurred_at, trace_parent, events, keys, subjects, event_ids, data)
    SELECT :topic, CAST(:type AS text), :source, :now, trace_parent, count(*), array_agg(award_id::text ORDER BY number),
           array_agg(id::text ORDER BY number),
           array_agg(md5(concat_ws('/', CAST(:type AS text), id))::uuid ORDER BY number), array_agg(event ORDER BY number)
    FROM (SELECT award_id, o.id, o.event, v.trace_parent, row_number() OVER (PARTITION BY v.trace_parent) AS number
          FROM funded o LEFT JOIN award_versions v USING (award_id, version)) told
    GROUP BY trace_parent, (number - 1) / 500
), drawn AS (
    UPDATE indicators i SET committed_fen = i.committed_fen + s.fen
    FROM (SELECT indicator_id, sum(amount_fen)::bigint AS fen FROM funded GROUP BY indicator_id) s
    WHERE i.id = s.indicator_id
)
UPDATE budgets b
SET committed_fen = b.committed_fen + s.fen, classified_committed_fen = b.classified_committed_fen + s.classified_fen
FROM (SELECT unit, sum(amount_fen)::bigint AS fen, count(*) AS orders,
             coalesce(sum(amount_fen) FILTER (WHERE indicator_id IS NOT NULL), 0)::bigint AS classified_fen
      FROM funded GROUP BY unit) s
WHERE b.unit = s.unit AND b.year = :year
RETURNING s.orders;

-- divide: Replace orders that wait for money by a part and a rest, both in the same place of the queue, and return the parts.
WITH cut AS (
    UPDATE payment_orders o SET live = false, state = 'cancelled', waiting_for = NULL, changed_at = now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:fen AS bigint[])) AS c(id, fen)
    WHERE o.id = c.id AND o.state = 'waiting' AND o.waiting_for = 'funds'
    RETURNING o.id, o.award_id, o.version, o.unit, o.instalment, o.due_year, o.amount_fen, o.payee_uscc, o.first_decided_on,
              o.award_place, o.subject, o.award_year, c.fen
), parts AS (
    INSERT INTO payment_orders (award_id, version, unit, instalment, due_year, amount_fen, payee_uscc, first_decided_on,
                                award_place, subject, award_year, state, waiting_for, replaces, part)
    SELECT c.award_id, c.version, c.unit, c.instalment, c.due_year, CASE p.part WHEN 1 THEN c.fen ELSE c.amount_fen - c.fen END,
           c.payee_uscc, c.first_decided_on, c.award_place, c.subject, c.award_year, 'waiting', 'funds', c.id, p.part
    FROM cut c CROSS JOIN (VALUES (1), (2)) AS p(part) ORDER BY c.id, p.part
    RETURNING id, replaces, part
)
SELECT id::text AS id, replaces::text AS replaces FROM parts WHERE part = 1;

-- approve: Approve issued orders, each with the revision of its payee's account.
UPDATE payment_orders o
SET state = 'approved', approved_by = :by, approved_at = :now, changed_at = now(), account_revision = a.revision
FROM unnest(CAST(:ids AS uuid[]), CAST(:revisions AS bigint[])) AS a(id, revision)
WHERE o.id = a.id AND o.state = 'issued' AND o.issued_by <> :by
RETURNING o.id::text AS id;

-- postpone: Let issued orders wait for an account of their payee; they keep their money.
UPDATE payment_orders SET state = 'waiting', waiting_for = 'account', changed_at = now()
WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'issued';

-- revoke: Take back the approval of orders whose payee has another account now.
UPDATE payment_orders
SET state = 'issued', approved_by = NULL, approved_at = NULL, account_revision = NULL, changed_at = now()
WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'approved';

-- batch: Put approved orders into a batch.
UPDATE payment_orders SET state = 'batched', batch_id = :batch_id, batched_by = :by, changed_at = now()
WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'approved';

-- apply_results: Move orders as the bank reported or a correction says, post what was paid or came back, and count it in the budgets.
WITH reported AS (
    SELECT t.*, o.state AS state_before
    FROM unnest(CAST(:ids AS uuid[]), CAST(:outcomes AS text[]), CAST(:days AS date[]),
                CAST(:bank_references AS text[]), CAST(:reasons AS text[]))
         AS t(order_id, outcome, occurred_on, bank_reference, reason)
    JOIN payment_orders o ON o.id = t.order_id
    FOR UPDATE OF o
), changed AS (
    UPDATE payment_orders o
    SET state = r.outcome, result_on = r.occurred_on, bank_reference = r.bank_reference, result_reason = r.reason,
        changed_at = now()
    FROM reported r WHERE o.id = r.order_id
    RETURNING o.id, o.award_id, o.version, o.unit, o.payee_uscc, o.amount_fen, o.budget_year, o.bank_reference,
              o.state, r.state_before
), moved AS (
    SELECT *, state = 'settled' AS paid FROM changed WHERE (state = 'settled') <> (state_before = 'settled')
), posted AS (
    INSERT INTO postings (kind, source, destination, amount_fen, unit, award_id, version, order_id, document, actor)
    SELECT CASE WHEN paid THEN 'paid' ELSE 'returned' END,
           CASE WHEN paid THEN reserved_account(award_id, unit) ELSE payee_account(payee_uscc) END,
           CASE WHEN paid THEN payee_account(payee_uscc) ELSE reserved_account(award_id, unit) END,
           amount_fen, unit, award_id, version, id, bank_reference, :by
    FROM moved
)
UPDATE budgets b SET paid_fen = b.paid_fen + s.fen
FROM (SELECT unit, budget_year, sum(CASE WHEN paid THEN amount_fen ELSE -amount_fen END)::bigint AS fen
      FROM moved GROUP BY unit, budget_year) s
WHERE b.unit = s.unit AND b.year = s.budget_year;

-- net: Settle an issued order without the bank.
UPDATE payment_orders
SET state = 'settled', approved_by = :by, approved_at = :now, result_on = :day, bank_reference = :reference, changed_at = now()
WHERE id = :id AND state = 'issued';

-- cancel: Cancel orders that were not sent; one that failed or came back keeps that state and is no longer live.
UPDATE payment_orders
SET live = false, waiting_for = NULL, changed_at = now(),
    state = CASE WHEN state IN ('failed', 'returned') THEN state ELSE 'cancelled' END
WHERE id = ANY(CAST(:ids AS uuid[])) AND live;

-- reenter: Mark orders as sent in a batch that is entered again; those without money draw on the budget of a year.
UPDATE payment_orders o
SET state = 'batched', waiting_for = NULL, live = true, batch_id = :batch_id,
    budget_year = CASE WHEN live AND budget_year IS NOT NULL THEN budget_year ELSE :year END,
    indicator_id = CASE WHEN live AND budget_year IS NOT NULL THEN o.indicator_id ELSE k.indicator_id END,
    funded_at = coalesce(funded_at, now()), approved_by = :approver, approved_at = now(),
    issued_by = coalesce(issued_by, :issuer), batched_by = :by, changed_at = now()
FROM unnest(CAST(:ids AS uuid[]), CAST(:indicators AS bigint[])) AS k(id, indicator_id)
WHERE o.id = k.id;

-- reenter_lost: Store orders that were lost, as sent in a batch, under the ids that the bank knows them by.
INSERT INTO payment_orders (id, award_id, version, unit, instalment, due_year, amount_fen, payee_uscc, first_decided_on, state,
                            budget_year, indicator_id, funded_at, batch_id, approved_by, approved_at, issued_by, batched_by,
                            reentered)
SELECT id, award_id, version, :unit, instalment, due_year, fen, uscc, first_decided_on, 'batched', :year, indicator_id, now(),
       :batch_id, :approver, now(), :issuer, :by, true
FROM unnest(CAST(:ids AS uuid[]), CAST(:award_ids AS uuid[]), CAST(:versions AS int[]), CAST(:instalments AS int[]),
            CAST(:due_years AS int[]), CAST(:fen AS bigint[]), CAST(:usccs AS text[]), CAST(:days AS date[]),
            CAST(:indicators AS bigint[]))
     AS t(id, award_id, version, instalment, due_year, fen, uscc, first_decided_on, indicator_id);

-- publish: Write an event about each of these orders to the outbox.
-- Its id follows from what it says; an occasion sets a repeated event apart from the first.
INSERT INTO event_batches (topic, type, source, occurred_at, trace_parent, events, keys, subjects, event_ids, data)
SELECT :topic, CAST(:type AS text), :source, :now, trace_parent, count(*), array_agg(award_id::text ORDER BY number),
       array_agg(id::text ORDER BY number),
       array_agg(md5(concat_ws('/', CAST(:type AS text), id, CAST(:occasion AS text)))::uuid ORDER BY number),
       array_agg(event ORDER BY number)
FROM (SELECT award_id, o.id, order_event(o) AS event, v.trace_parent,
             row_number() OVER (PARTITION BY v.trace_parent ORDER BY award_id, o.number) AS number
      FROM payment_orders o LEFT JOIN award_versions v USING (award_id, version)
      WHERE o.id = ANY(CAST(:ids AS uuid[]))) told
GROUP BY trace_parent, (number - 1) / 500 ORDER BY trace_parent, (number - 1) / 500;
