-- claim: Take a job that is queued, or whose worker has died, for the time of a lease: the first kind's, then the oldest.
UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()),
                lease_until = now() + make_interval(secs => :lease)
WHERE id = (SELECT id FROM jobs
            WHERE state IN ('queued', 'running') AND kind = ANY(:kinds)
              AND (state = 'queued' OR lease_until < now())
            ORDER BY array_position(CAST(:kinds AS text[]), kind), created_at FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING *;

-- renew: Store a job's progress and extend its lease.
UPDATE jobs SET done = :done, total = :total, lease_until = now() + make_interval(secs => :lease)
WHERE id = :id AND state = 'running';

-- release: End the lease of a job in a second, so that it is claimed again.
UPDATE jobs SET lease_until = now() + interval '1 second' WHERE id = :id AND state = 'running';
