-- What workers tell of themselves: figures that they measured, and how their loops fare. Version 3. Frozen.

CREATE TABLE measurements (
    name TEXT NOT NULL,
    measured_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    figures JSONB NOT NULL,
    CONSTRAINT pk_measurements PRIMARY KEY (name),
    CONSTRAINT ck_measurements_seconds CHECK (seconds >= 0)
);

CREATE TABLE loop_states (
    process TEXT NOT NULL,
    instance TEXT NOT NULL,
    loop TEXT NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    succeeded_at TIMESTAMP WITH TIME ZONE,
    failed_at TIMESTAMP WITH TIME ZONE,
    failures INTEGER NOT NULL,
    error TEXT,
    CONSTRAINT pk_loop_states PRIMARY KEY (process, instance, loop),
    CONSTRAINT ck_loop_states_failures CHECK (failures >= 0),
    CONSTRAINT ck_loop_states_failed CHECK (failures = 0 OR (failed_at IS NOT NULL AND error IS NOT NULL))
);
