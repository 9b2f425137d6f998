-- Restorations, and orders and batches that are entered again after one.

CREATE TABLE restorations (
    id UUID NOT NULL,
    reason TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    sent UUID[] NOT NULL,
    ended_by TEXT,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_reason TEXT,
    CONSTRAINT pk_restorations PRIMARY KEY (id),
    CONSTRAINT ck_restorations_ended CHECK ((ended_by IS NULL) = (ended_at IS NULL)),
    CONSTRAINT ck_restorations_two_persons CHECK (ended_by <> opened_by)
);

CREATE UNIQUE INDEX uq_restorations_open ON restorations ((ended_at IS NULL)) WHERE ended_at IS NULL;

ALTER TABLE payment_orders ADD COLUMN reentered BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE payment_batches ADD COLUMN reentered_checksum TEXT;

ALTER TABLE award_versions ADD COLUMN trace_parent TEXT;
