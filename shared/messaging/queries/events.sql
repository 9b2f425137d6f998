-- take_new_events: Record events as received; return those that had been received before.
WITH received AS (
    SELECT source, event_id FROM json_to_recordset(CAST(:events AS json)) AS e(source text, event_id text)
), taken AS (
    INSERT INTO inbox (source, event_id) SELECT source, event_id FROM received ON CONFLICT DO NOTHING
    RETURNING source, event_id
)
SELECT source, event_id FROM received EXCEPT SELECT source, event_id FROM taken;

-- unpublished_batches: Return the next batches to publish after those in flight, of about so many events, as the text that is sent.
-- With the first one that goes beyond it, so that a batch of any size is published.
SELECT id, topic, type, source, to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS occurred_at,
       trace_parent, keys, coalesce(subjects, keys) AS subjects, event_ids::text[] AS event_ids, data
FROM (SELECT *, sum(events) OVER (ORDER BY id) - events AS before FROM (
          SELECT * FROM event_batches WHERE published_at IS NULL AND id > :in_flight ORDER BY id LIMIT :events) next) counted
WHERE before < :events ORDER BY id;

-- mark_published: Mark batches as published.
UPDATE event_batches SET published_at = now() WHERE id = ANY(:ids) AND published_at IS NULL;

-- adopt_events: Put what processes of 0.1.0 wrote, and nobody has published, into batches of one.
WITH adopted AS (
    UPDATE outbox SET published_at = now() WHERE published_at IS NULL
    RETURNING id, topic, type, source, occurred_at, trace_parent, key, subject, event_id, data)
INSERT INTO event_batches (topic, type, source, occurred_at, trace_parent, events, keys, subjects, event_ids, data)
SELECT topic, type, source, occurred_at, trace_parent, 1, ARRAY[key], ARRAY[subject], ARRAY[event_id], ARRAY[data]
FROM adopted ORDER BY id;

-- republish_latest: Write the latest event of each key and type to the outbox again, of one topic and some keys or of all; count them.
-- What waits to be published is not written again. Their ids stay, so that they take effect once.
WITH latest AS (
    SELECT DISTINCT ON (topic, key, type) * FROM outbox_events
    WHERE (CAST(:topic AS text) IS NULL OR topic = :topic) AND (CAST(:keys AS text[]) IS NULL OR key = ANY(:keys))
    ORDER BY topic, key, type, batch DESC, place DESC
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY topic, type, source, occurred_at, trace_parent ORDER BY batch, place) AS number
    FROM latest WHERE published_at IS NOT NULL
), written AS (
    INSERT INTO event_batches (topic, type, source, occurred_at, trace_parent, events, keys, subjects, event_ids, data)
    SELECT topic, type, source, occurred_at, trace_parent, count(*), array_agg(key ORDER BY number),
           array_agg(subject ORDER BY number), array_agg(event_id ORDER BY number), array_agg(data ORDER BY number)
    FROM numbered GROUP BY topic, type, source, occurred_at, trace_parent, (number - 1) / 500
    ORDER BY min(batch), min(place)
    RETURNING events
)
SELECT coalesce(sum(events), 0) FROM written;

-- remember_broker_log: Store the identity of the broker's log.
INSERT INTO broker_log (identity) VALUES (:identity)
ON CONFLICT (singleton) DO UPDATE SET identity = excluded.identity;

-- last_publication: Return when this database last published an event, and the sources of its events.
SELECT max(published_at) AS published_at, array_agg(DISTINCT source) AS sources
FROM (SELECT published_at, source FROM event_batches UNION ALL SELECT published_at, source FROM outbox) told
WHERE published_at IS NOT NULL;

-- unknown_events: Return which of the events in `logged_events` the outbox does not know.
SELECT event_id FROM logged_events EXCEPT SELECT event_id FROM outbox EXCEPT SELECT unnest(event_ids) FROM event_batches;

-- has_open_dead_letters: Return whether a topic has dead letters that are still open.
SELECT EXISTS (SELECT FROM dead_letters WHERE state = 'open' AND topic = :topic);

-- clear_dead_letters: Close the open dead letters of keys whose later event took effect.
UPDATE dead_letters SET state = 'cleared', ended_at = now(), ended_by = 'consumer',
                        ended_reason = 'a later valid event of the same key took effect'
WHERE state = 'open' AND topic = :topic AND key = ANY(:keys);
