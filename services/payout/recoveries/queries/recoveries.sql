-- publish_raised: Write an event about each of these recoveries to the outbox.
INSERT INTO event_batches (topic, type, source, occurred_at, events, keys, subjects, event_ids, data)
SELECT :topic, CAST(:type AS text), :source, raised_at, count(*), array_agg(award_id::text ORDER BY number),
       array_agg(id::text ORDER BY number),
       array_agg(md5(concat_ws('/', CAST(:type AS text), id))::uuid ORDER BY number), array_agg(data ORDER BY number)
FROM (SELECT r.award_id, r.id, r.raised_at, row_number() OVER (PARTITION BY r.raised_at ORDER BY r.award_id, r.id) AS number,
             jsonb_build_object(
                 'recovery_id', r.id, 'award_id', r.award_id, 'version', r.version, 'unit', r.unit,
                 'payee_uscc', r.payee_uscc, 'amount_fen', r.amount_fen)::text AS data
      FROM recoveries r WHERE r.id = ANY(CAST(:ids AS uuid[]))) told
GROUP BY raised_at, (number - 1) / 500 ORDER BY raised_at, (number - 1) / 500;

-- drop_claims: Reduce the open recoveries of each award, unit and payee by an amount, the youngest first.
WITH dropped AS (
    SELECT * FROM unnest(CAST(:awards AS uuid[]), CAST(:units AS text[]), CAST(:usccs AS text[]),
                         CAST(:amounts AS bigint[])) AS d(award_id, unit, uscc, fen)
), open AS (
    SELECT r.id, r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen AS outstanding, d.fen,
           sum(r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen) OVER (
               PARTITION BY r.award_id, r.unit, r.payee_uscc ORDER BY r.id DESC) AS cumulated
    FROM recoveries r JOIN dropped d ON (r.award_id, r.unit, r.payee_uscc) = (d.award_id, d.unit, d.uscc)
)
UPDATE recoveries r
SET dropped_fen = r.dropped_fen + least(o.outstanding, o.fen - (o.cumulated - o.outstanding)), changed_at = now()
FROM open o WHERE o.id = r.id AND o.cumulated - o.outstanding < o.fen AND o.outstanding > 0;

-- claims: Return per award, unit and payee what was claimed back: repaid, written off and outstanding, fen.
SELECT award_id::text AS award_id, unit, payee_uscc, sum(repaid_fen)::bigint AS repaid,
       sum(written_off_fen)::bigint AS written_off,
       sum(amount_fen - dropped_fen - repaid_fen - written_off_fen)::bigint AS outstanding
FROM recoveries WHERE award_id = ANY(CAST(:ids AS uuid[]))
GROUP BY award_id, unit, payee_uscc;

-- lock_awards: Lock the award of a recovery, and of an order if one is given, in one order for all workers.
SELECT FROM awards
WHERE award_id IN (SELECT award_id FROM recoveries WHERE id = :recovery_id
                   UNION ALL SELECT award_id FROM payment_orders WHERE id = CAST(:order_id AS uuid))
ORDER BY award_id FOR UPDATE;

-- lock: Lock and return a recovery with its award's jurisdiction and what is outstanding, fen.
SELECT r.id, r.award_id, r.version, r.unit, r.payee_uscc, a.jurisdiction,
       r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen AS outstanding_fen
FROM recoveries r JOIN awards a ON a.award_id = r.award_id WHERE r.id = :id FOR UPDATE OF r;

-- repayments: Return repayments through the bank: one, or those of a recovery, with a reference, discarded ones or not.
SELECT id, recovery_id, amount_fen, received_on, bank_reference, state, proposed_by, proposed_at, confirmed_by, confirmed_at,
       discarded_by, discarded_at, discard_reason
FROM repayment_details
WHERE (CAST(:id AS uuid) IS NULL OR id = :id) AND (CAST(:recovery_id AS uuid) IS NULL OR recovery_id = :recovery_id)
  AND (CAST(:bank_reference AS text) IS NULL OR bank_reference = :bank_reference)
  AND (CAST(:discarded AS boolean) OR state <> 'discarded')
ORDER BY id;
