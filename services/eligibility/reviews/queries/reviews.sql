-- select_reviewable: Which decisions of an evaluation or a round may pass a review, and what blocks the others that need it?
-- `done` are those that an earlier attempt of the same job has passed.
SELECT blocker, count(*) AS decisions, array_agg(CAST(id AS text) ORDER BY id) FILTER (WHERE blocker IS NULL) AS ids
FROM (SELECT d.id,
       CASE WHEN s.outcome = 'passed' AND s.acted_by = :by
                 AND s.acted_at >= (SELECT coalesce(started_at, created_at) FROM jobs WHERE id = :job_id) THEN 'done'
            WHEN d.id = ANY(:excepted) THEN 'excepted'
            WHEN d.state IN ('superseded', 'rejected') THEN 'stale'
            WHEN s.outcome = 'objected' THEN 'objected'
            WHEN s.outcome = 'passed' THEN 'reviewed' END AS blocker
FROM decisions d JOIN decision_steps s ON s.decision_id = d.id AND s.step = :step
WHERE (d.evaluation_id = CAST(:evaluation_id AS uuid) OR d.round_id = CAST(:round_id AS uuid))
  AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)) candidates
GROUP BY blocker;
