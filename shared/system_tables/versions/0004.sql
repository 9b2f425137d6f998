-- The outbox by batches: what one statement tells of thousands of awards is a few rows, compressed, and is marked as published by few.
-- Version 4. Frozen. The statements may be run again.

CREATE TABLE IF NOT EXISTS event_batches (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    topic TEXT NOT NULL,
    type TEXT NOT NULL,
    source TEXT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    trace_parent TEXT,
    events INTEGER NOT NULL,
    keys TEXT[] NOT NULL,
    subjects TEXT[],
    event_ids UUID[] NOT NULL,
    data TEXT[] NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_event_batches PRIMARY KEY (id),
    CONSTRAINT ck_event_batches_events CHECK (
        events > 0 AND cardinality(keys) = events AND cardinality(event_ids) = events AND cardinality(data) = events
        AND (subjects IS NULL OR cardinality(subjects) = events))
);
CREATE INDEX IF NOT EXISTS ix_event_batches_unpublished ON event_batches (id) WHERE published_at IS NULL;
COMMENT ON TABLE event_batches IS 'The outbox: events in the order in which they are published, those of one statement together. Rows of `outbox` are what 0.1.0 wrote';
COMMENT ON COLUMN event_batches.events IS 'How many events it has';
COMMENT ON COLUMN event_batches.subjects IS 'What each event is about; empty: its key';

-- LZ4 is several times as fast as PostgreSQL's own compression; a server that was built without it has that one.
DO $$ BEGIN
    ALTER TABLE event_batches ALTER COLUMN data SET COMPRESSION lz4, ALTER COLUMN keys SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;

-- Every event in the order of publication, those that 0.1.0 wrote before all others.
CREATE OR REPLACE VIEW outbox_events WITH (security_invoker = true) AS
SELECT 0::bigint AS batch, id AS place, topic, key, type, event_id, source, subject, occurred_at, data, trace_parent, created_at,
       published_at
FROM outbox
UNION ALL
SELECT b.id, e.place, b.topic, e.key, b.type, e.event_id, b.source, coalesce(e.subject, e.key), b.occurred_at, e.data,
       b.trace_parent, b.created_at, b.published_at
FROM event_batches b
CROSS JOIN LATERAL unnest(b.keys, b.subjects, b.event_ids, b.data) WITH ORDINALITY AS e(key, subject, event_id, data, place);
GRANT SELECT ON outbox_events TO PUBLIC;
