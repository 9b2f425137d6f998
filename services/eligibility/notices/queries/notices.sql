-- find_notices: List notices with the number of their decisions and objections, oldest first.
-- A caller tied to a jurisdiction sees the notices with decisions of it, and counts these and their objections alone.
SELECT n.*, d.total, d.policy, o.open, o.rejected, o.upheld
FROM notices n
CROSS JOIN LATERAL (SELECT count(*) AS total, min(d.policy) AS policy FROM decisions d WHERE d.notice_id = n.id
                    AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)) d
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE o.outcome IS NULL) AS open,
                           count(*) FILTER (WHERE o.outcome = 'rejected') AS rejected,
                           count(*) FILTER (WHERE o.outcome = 'upheld') AS upheld
                    FROM objections o LEFT JOIN decisions d ON d.id = o.decision_id WHERE o.notice_id = n.id
                    AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)) o
WHERE d.total > 0 AND (CAST(:id AS uuid) IS NULL OR n.id = :id) AND (CAST(:after AS uuid) IS NULL OR n.id > :after)
  AND (CAST(:closed AS boolean) IS NULL OR (n.closed_on IS NOT NULL) = :closed)
  AND (CAST(:round_id AS uuid) IS NULL OR EXISTS (SELECT FROM decisions d WHERE d.notice_id = n.id AND d.round_id = :round_id))
ORDER BY n.id LIMIT :limit;

-- find_entries: List the decisions that a notice shows, with where their sealed inputs are.
SELECT d.id, d.policy, d.award, d.article, d.award_year, d.jurisdiction, d.result, d.kind, d.entitlement_fen, d.state,
       d.payee_name, d.payee_uscc, d.evaluation_id, d.inputs_hash, d.inputs_number
FROM decisions d
WHERE d.notice_id = :id AND (CAST(:after AS uuid) IS NULL OR d.id > :after)
  AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
ORDER BY d.id LIMIT :limit;

-- count_not_ready: How many of the named decisions, or of an evaluation's or a round's, wait for a confirmation or only for reviews?
SELECT count(*) FILTER (WHERE s.confirmation) AS not_confirmed, count(*) FILTER (WHERE NOT s.confirmation) AS not_reviewed
FROM decisions d
CROSS JOIN LATERAL (SELECT bool_or(step = 'confirmation') AS confirmation FROM decision_steps
                    WHERE decision_id = d.id AND (outcome IS NULL OR outcome = 'objected')) s
WHERE (d.id = ANY(:ids) OR d.evaluation_id = CAST(:evaluation_id AS uuid) OR d.round_id = CAST(:round_id AS uuid))
  AND d.state = 'proposed' AND d.notice_id IS NULL
  AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction);

-- longest_term: How long must a notice of the picked decisions last, in working days?
SELECT max(coalesce((p.content::jsonb ->> 'notice_working_days')::integer, :working_days))
FROM picked JOIN decisions d USING (id) LEFT JOIN documents p ON p.hash = d.procedure_hash;

-- pick_proposed: Lock those of the named decisions, or of an evaluation's or a round's, that can be put into a notice.
CREATE TEMP TABLE picked ON COMMIT DROP AS
SELECT d.id, d.award_id, a.version FROM decisions d JOIN awards a USING (award_id)
WHERE (d.id = ANY(:ids) OR d.evaluation_id = CAST(:evaluation_id AS uuid) OR d.round_id = CAST(:round_id AS uuid))
  AND d.state = 'proposed' AND d.notice_id IS NULL
  AND NOT EXISTS (SELECT FROM decision_steps s WHERE s.decision_id = d.id AND (s.outcome IS NULL OR s.outcome = 'objected'))
  AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
ORDER BY d.award_id FOR UPDATE OF a, d;

-- pick_noticed: Lock the decisions that leave a notice when it is closed.
CREATE TEMP TABLE picked ON COMMIT DROP AS
SELECT d.id, d.award_id, a.version FROM decisions d JOIN awards a USING (award_id)
WHERE d.notice_id = :notice_id AND d.state IN ('in_notice', 'suspended')
ORDER BY d.award_id FOR UPDATE OF a, d;
