-- take_new_events: Record events as received; return those that had been received before.
WITH received AS (
    SELECT source, event_id FROM json_to_recordset(CAST(:events AS json)) AS e(source text, event_id text)
), taken AS (
    INSERT INTO inbox (source, event_id) SELECT source, event_id FROM received ON CONFLICT DO NOTHING
    RETURNING source, event_id
)
SELECT source, event_id FROM received EXCEPT SELECT source, event_id FROM taken;

-- unpublished_events: Return the next events to publish after those in flight, every column as the text that is sent.
SELECT id, topic, key, type, event_id::text AS event_id, source, subject,
       to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS occurred_at, data, trace_parent
FROM outbox WHERE published_at IS NULL AND id > :in_flight ORDER BY id LIMIT :rows;

-- mark_published: Mark events as published.
UPDATE outbox SET published_at = now() WHERE id = ANY(:ids) AND published_at IS NULL;

-- republish_latest: Mark the latest event of each key and type as unpublished, of one topic and some keys or of all.
UPDATE outbox SET published_at = NULL
WHERE published_at IS NOT NULL AND id IN (
    SELECT max(id) FROM outbox
    WHERE (CAST(:topic AS text) IS NULL OR topic = :topic)
      AND (CAST(:keys AS text[]) IS NULL OR key = ANY(:keys))
    GROUP BY topic, key, type);

-- remember_broker_log: Store the identity of the broker's log.
INSERT INTO broker_log (identity) VALUES (:identity)
ON CONFLICT (singleton) DO UPDATE SET identity = excluded.identity;

-- last_publication: Return when this database last published an event, and the sources of its events.
SELECT max(published_at) AS published_at, array_agg(DISTINCT source) AS sources
FROM outbox WHERE published_at IS NOT NULL;

-- unknown_events: Return which of the events in `logged_events` the outbox does not know.
SELECT event_id FROM logged_events e WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.event_id = e.event_id);

-- has_open_dead_letters: Return whether a topic has dead letters that are still open.
SELECT EXISTS (SELECT FROM dead_letters WHERE state = 'open' AND topic = :topic);

-- clear_dead_letters: Close the open dead letters of keys whose later event took effect.
UPDATE dead_letters SET state = 'cleared', ended_at = now(), ended_by = 'consumer',
                        ended_reason = 'a later valid event of the same key took effect'
WHERE state = 'open' AND topic = :topic AND key = ANY(:keys);
