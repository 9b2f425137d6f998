-- The tables that every service's database has beside its own: version 1. Frozen: a change is a new file and a migration.

CREATE TABLE broker_log (
    singleton INTEGER DEFAULT 1 NOT NULL,
    identity TEXT NOT NULL,
    CONSTRAINT pk_broker_log PRIMARY KEY (singleton)
);

CREATE TABLE dead_letters (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    log_offset BIGINT NOT NULL,
    key BYTEA,
    value BYTEA,
    headers JSONB NOT NULL,
    content_hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by TEXT,
    ended_reason TEXT,
    CONSTRAINT pk_dead_letters PRIMARY KEY (id),
    CONSTRAINT ck_dead_letters_state CHECK (state IN ('open', 'replayed', 'cleared', 'discarded')),
    CONSTRAINT ck_dead_letters_ended CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT uq_dead_letters_content_hash UNIQUE (content_hash)
);

CREATE INDEX ix_dead_letters_open ON dead_letters (topic, key) WHERE state = 'open';

CREATE TABLE idempotency_keys (
    actor TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers JSONB NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (actor, operation, key)
);

CREATE TABLE inbox (
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_inbox PRIMARY KEY (source, event_id)
);

CREATE TABLE jobs (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT DEFAULT 'queued' NOT NULL,
    input JSONB NOT NULL,
    result JSONB DEFAULT '{}' NOT NULL,
    problem JSONB,
    done BIGINT DEFAULT 0 NOT NULL,
    total BIGINT DEFAULT 0 NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    attempts INTEGER DEFAULT 0 NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    trace_parent TEXT,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT ck_jobs_state CHECK (state IN ('queued', 'running', 'succeeded', 'failed')),
    CONSTRAINT ck_jobs_finished CHECK ((state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL))
);

CREATE INDEX ix_jobs_open ON jobs (created_at) WHERE state IN ('queued', 'running');

CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    type TEXT NOT NULL,
    event_id UUID NOT NULL,
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    data TEXT NOT NULL,
    trace_parent TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_outbox PRIMARY KEY (id)
);

CREATE INDEX ix_outbox_key ON outbox (topic, key, id);

CREATE INDEX ix_outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
