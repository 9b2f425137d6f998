-- waiting_groups: Which groups of proposals wait for a confirmation, a review, a notice or an approval, since when, and how many are they?
-- Those of a round are one group, others those of their evaluation, whose proposals have one proposer and one procedure. `reviews`: the
-- reviews that the caller may make, null for all; `by_day`: those of each day apart. What `by` proposed, or recorded facts of, it does
-- not approve.
WITH counted AS (
    SELECT round_id, evaluation_id, state, open_steps, noticed, flagged, fact_authors, changed_on, sum(proposals) AS proposals
    FROM open_proposals WHERE CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction
    GROUP BY round_id, evaluation_id, state, open_steps, noticed, flagged, fact_authors, changed_on HAVING sum(proposals) > 0
), made AS (
    SELECT c.*, e.proposed_by, e.proposed_at, e.procedure_hash,
           coalesce((p.content::jsonb ->> 'notice_working_days')::integer, :notice_days) > 0 AS needs_notice
    FROM counted c
    CROSS JOIN LATERAL (SELECT proposed_by, proposed_at, procedure_hash FROM decisions
                        WHERE evaluation_id = c.evaluation_id ORDER BY id LIMIT 1) e
    LEFT JOIN documents p ON p.hash = e.procedure_hash
)
SELECT w.kind, coalesce(m.round_id, m.evaluation_id)::text AS subject, w.step AS detail, min(w.since) AS since,
       sum(m.proposals)::integer AS cases, min(m.procedure_hash) AS procedure_hash,
       jsonb_build_object('group', CASE WHEN m.round_id IS NULL THEN 'evaluation_id' ELSE 'round_id' END, 'round', min(r.title),
                          'day', (min(m.proposed_at) AT TIME ZONE 'Asia/Shanghai')::date) AS parameters
FROM made m
CROSS JOIN LATERAL (
    SELECT CASE step WHEN 'confirmation' THEN step ELSE 'review' END AS kind, step, m.proposed_at AS since FROM unnest(open_steps) step
    UNION ALL
    SELECT CASE WHEN NOT m.noticed AND m.needs_notice THEN 'notice' WHEN m.flagged THEN 'flagged_approval' ELSE 'approval' END,
           '', m.changed_on::timestamp AT TIME ZONE 'Asia/Shanghai'
    WHERE m.state = 'proposed' AND m.open_steps = '{}') w
LEFT JOIN rounds r ON r.id = m.round_id
WHERE w.kind = ANY(:kinds) AND (w.kind <> 'review' OR CAST(:reviews AS text[]) IS NULL OR w.step = ANY(:reviews))
  AND (w.kind NOT IN ('approval', 'flagged_approval') OR (m.proposed_by <> :by AND :by <> ALL(m.fact_authors)))
GROUP BY w.kind, m.round_id, coalesce(m.round_id, m.evaluation_id), w.step, CASE WHEN :by_day THEN w.since END;

-- add_up: Put one row in the place of all that differ in nothing else.
WITH gone AS (DELETE FROM open_proposals RETURNING *)
INSERT INTO open_proposals (round_id, evaluation_id, jurisdiction, state, open_steps, noticed, flagged, fact_authors, changed_on,
                            proposals)
SELECT round_id, evaluation_id, jurisdiction, state, open_steps, noticed, flagged, fact_authors, changed_on, sum(proposals)
FROM gone GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(proposals) <> 0;

-- own_confirmations: Which proposals wait for the confirmation of an enterprise itself, since when?
SELECT 'confirmation' AS kind, id::text AS subject, '' AS detail, proposed_at AS since, 1 AS cases, procedure_hash,
       jsonb_build_object('award', award, 'award_year', award_year) AS parameters
FROM decisions
WHERE payee_uscc = :own_uscc AND state IN ('proposed', 'suspended') AND 'confirmation' = ANY(open_steps);

-- single_tasks: What waits one by one: notices that are over, objections, suspended decisions, refusals, what a second person confirms?
-- A suspended decision with an open objection waits for that, one that a reviewer objects to for the review.
SELECT 'notice_end' AS kind, n.id::text AS subject, '' AS detail, (n.last_day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS since,
       1 AS cases, d.procedure_hash, jsonb_build_object('day', n.opened_on) AS parameters
FROM notices n CROSS JOIN LATERAL (SELECT procedure_hash FROM decisions WHERE notice_id = n.id ORDER BY id LIMIT 1) d
WHERE 'notice_end' = ANY(:kinds) AND n.closed_on IS NULL AND (n.last_day < :today OR n.working_days = 0)
  AND (CAST(:jurisdiction AS text) IS NULL
       OR NOT EXISTS (SELECT FROM decisions o WHERE o.notice_id = n.id AND o.jurisdiction <> :jurisdiction))
UNION ALL
SELECT 'objection', o.id::text, '', o.recorded_at, 1, d.procedure_hash,
       jsonb_build_object('award', coalesce(d.award, o.omitted ->> 'award'),
                          'award_year', coalesce(d.award_year, (o.omitted ->> 'award_year')::integer),
                          'payee', coalesce(d.payee_name, o.omitted_uscc))
FROM objections o LEFT JOIN decisions d ON d.id = o.decision_id
WHERE 'objection' = ANY(:kinds) AND o.outcome IS NULL AND o.recorded_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
UNION ALL
SELECT 'suspended', d.id::text, '', d.changed_at, 1, d.procedure_hash,
       jsonb_build_object('award', d.award, 'award_year', d.award_year, 'payee', d.payee_name)
FROM decisions d
WHERE 'suspended' = ANY(:kinds) AND d.state = 'suspended'
  AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
  AND NOT EXISTS (SELECT FROM objections o WHERE o.decision_id = d.id AND o.outcome IS NULL)
  AND NOT EXISTS (SELECT FROM decision_steps s WHERE s.decision_id = d.id AND s.outcome = 'objected')
UNION ALL
SELECT 'refusal', r.id::text, '', r.proposed_at, 1, NULL,
       jsonb_build_object('award', r.award, 'award_year', r.award_year, 'payee', r.payee_name, 'policy', r.policy)
FROM refusals r
WHERE 'refusal' = ANY(:kinds) AND r.confirmed_at IS NULL AND r.superseded_at IS NULL AND r.proposed_by <> :by
  AND (CAST(:jurisdiction AS text) IS NULL OR r.jurisdiction = :jurisdiction)
UNION ALL
SELECT 'interpretation', id::text, '', proposed_at, 1, NULL, jsonb_build_object('policy', policy, 'reason', reason)
FROM reading_changes WHERE 'interpretation' = ANY(:kinds) AND confirmed_at IS NULL AND proposed_by <> :by
UNION ALL
SELECT 'procedure', id::text, '', proposed_at, 1, NULL, jsonb_build_object('policy', policy, 'reason', reason)
FROM procedure_changes WHERE 'procedure' = ANY(:kinds) AND confirmed_at IS NULL AND proposed_by <> :by
UNION ALL
SELECT 'award_status', id::text, '', proposed_at, 1, NULL,
       jsonb_build_object('policy', policy, 'award', award, 'award_code', award, 'reason', reason)
FROM award_status_changes WHERE 'award_status' = ANY(:kinds) AND confirmed_at IS NULL AND proposed_by <> :by;
