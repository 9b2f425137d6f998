-- open_jobs: Return the jobs that run or wait, running ones first.
SELECT id::text AS id, kind, state, done, total, created_at, started_at FROM jobs
WHERE state IN ('queued', 'running') ORDER BY state DESC, created_at LIMIT 20;

-- troubles: Return the newest open dead letters and failed jobs. A job's id begins with the time at which it was queued.
SELECT * FROM (
    (SELECT recorded_at AS at, 'dead_letter' AS kind, id::text AS id, topic AS about, reason
       FROM dead_letters WHERE state = 'open' ORDER BY dead_letters.id DESC LIMIT 20)
    UNION ALL
    SELECT finished_at, 'job', id::text, kind, coalesce(problem ->> 'detail', problem ->> 'message', problem ->> 'title', '')
      FROM (SELECT * FROM jobs ORDER BY jobs.id DESC LIMIT 200) newest WHERE state = 'failed'
) troubles ORDER BY at DESC LIMIT 20;
