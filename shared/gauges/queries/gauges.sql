-- report_loop_state: Store the state of a loop of a running process.
INSERT INTO loop_states (process, instance, loop, succeeded_at, failed_at, failures, error)
VALUES (:process, :instance, :loop, now() - make_interval(secs => :succeeded), now() - make_interval(secs => :failed),
        :failures, :error)
ON CONFLICT (process, instance, loop) DO UPDATE
SET told_at = now(), succeeded_at = excluded.succeeded_at, failed_at = excluded.failed_at,
    failures = excluded.failures, error = excluded.error;

-- delete_silent_processes: Delete the loops of processes that have stopped reporting.
DELETE FROM loop_states WHERE told_at < now() - make_interval(secs => :silent);

-- delete_process: Delete the loops of a process that ends.
DELETE FROM loop_states WHERE process = :process AND instance = :instance;

-- loop_states: Return the loops of all processes that have reported lately.
SELECT process, instance, loop, told_at, succeeded_at, failed_at, failures, error FROM loop_states
WHERE told_at > now() - make_interval(secs => :silent) ORDER BY process DESC, instance, loop;

-- is_due: Return whether stored gauges are old enough to be computed again; no row if they were never stored.
SELECT measured_at + make_interval(secs => greatest(:least, :times * seconds)) <= now()
FROM measurements WHERE name = :name;

-- backlog: Return what waits in the outbox and in the job queue, and for how long.
SELECT (SELECT coalesce(sum(events), 0) FROM event_batches WHERE published_at IS NULL)
           + (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS pending,
       (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)
          FROM (SELECT created_at FROM event_batches WHERE published_at IS NULL
                UNION ALL SELECT created_at FROM outbox WHERE published_at IS NULL) waiting) AS oldest_seconds,
       (SELECT count(*) FROM jobs WHERE state = 'queued') AS queued,
       (SELECT count(*) FROM jobs WHERE state = 'running') AS running,
       (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM jobs WHERE state = 'queued') AS job_seconds;

-- open_dead_letters: Count the open dead letters by topic.
SELECT topic, count(*) AS letters FROM dead_letters WHERE state = 'open' GROUP BY topic;
