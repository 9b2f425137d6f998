-- select_candidates: Which decisions of an evaluation, a notice or a round may be approved, and what blocks the others?
-- `done` are those that an earlier attempt of the same job has approved. OFFSET 0: what a decision waits for is asked once for each, not
-- wherever it is named, and whole rows are not sorted.
SELECT blocker, count(*) AS decisions, array_agg(CAST(id AS text) ORDER BY id) FILTER (WHERE blocker IS NULL) AS ids
FROM (SELECT id,
       CASE WHEN state IN ('approved', 'superseded') AND approved_by = :by
                 AND approved_at >= (SELECT coalesce(started_at, created_at) FROM jobs WHERE id = :job_id) THEN 'done'
            WHEN state = 'suspended' THEN 'suspended'
            WHEN state IN ('superseded', 'rejected', 'approved') THEN 'stale'
            WHEN proposed_by = :by OR :by = ANY(fact_authors) THEN 'own'
            WHEN waiting_for[1] = 'confirmation' THEN 'not_confirmed'
            WHEN waiting_for[1] LIKE 'review:%' THEN 'not_reviewed'
            WHEN waiting_for[1] = 'notice' THEN 'not_noticed'
            WHEN cardinality(flags) > 0 AND CAST(:reason AS text) IS NULL THEN 'flagged' END AS blocker
FROM decisions d CROSS JOIN LATERAL (SELECT waiting_for FROM waiting_for(d, :notice_days) OFFSET 0) waits
WHERE (evaluation_id = CAST(:evaluation_id AS uuid) OR notice_id = CAST(:notice_id AS uuid)
       OR round_id = CAST(:round_id AS uuid)) AND id <> ALL(:excepted)
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
  AND (CAST(:awards AS text[]) IS NULL OR award = ANY(:awards))
  AND (CAST(:jurisdictions AS text[]) IS NULL OR jurisdiction = ANY(:jurisdictions))
  AND (CAST(:up_to_fen AS bigint) IS NULL OR entitlement_fen <= :up_to_fen) OFFSET 0) candidates
GROUP BY blocker;
