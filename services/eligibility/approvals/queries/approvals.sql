-- select_candidates: Which decisions of an evaluation or a notice may be approved, and what blocks the others?
-- `done` are those that an earlier attempt of the same job has approved.
SELECT id,
       CASE WHEN state IN ('approved', 'superseded') AND approved_by = :by
                 AND approved_at >= (SELECT coalesce(started_at, created_at) FROM jobs WHERE id = :job_id) THEN 'done'
            WHEN state = 'suspended' THEN 'suspended'
            WHEN state IN ('superseded', 'rejected', 'approved') THEN 'stale'
            WHEN proposed_by = :by OR :by = ANY(fact_authors) THEN 'own'
            WHEN state = 'in_notice' OR (:notice_needed AND noticed_on IS NULL) THEN 'not_noticed'
            WHEN cardinality(flags) > 0 AND CAST(:reason AS text) IS NULL THEN 'flagged' END AS blocker
FROM decisions
WHERE (evaluation_id = CAST(:evaluation_id AS uuid) OR notice_id = CAST(:notice_id AS uuid)) AND id <> ALL(:excepted)
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY id;
