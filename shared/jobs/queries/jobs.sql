-- claim: Take a job that is queued, or whose worker has died, for the time of a lease.
-- The first kind's; of these the oldest of the client who has the fewest, so that nobody waits for another's whole queue.
UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()),
                lease_until = now() + make_interval(secs => :lease)
WHERE id = (SELECT j.id
            FROM jobs j
            JOIN (SELECT id, count(*) OVER (PARTITION BY kind, created_by) AS of_client
                  FROM jobs WHERE state IN ('queued', 'running') AND kind = ANY(:kinds)) queue ON queue.id = j.id
            WHERE j.state = 'queued' OR j.state = 'running' AND j.lease_until < now()
            ORDER BY array_position(CAST(:kinds AS text[]), j.kind), queue.of_client, j.created_at, j.id
            FOR UPDATE OF j SKIP LOCKED LIMIT 1)
RETURNING *;

-- renew: Store a job's progress and extend its lease.
UPDATE jobs SET done = :done, total = :total, lease_until = now() + make_interval(secs => :lease)
WHERE id = :id AND state = 'running';

-- release: End the lease of a job in a second, so that it is claimed again.
UPDATE jobs SET lease_until = now() + interval '1 second' WHERE id = :id AND state = 'running';
