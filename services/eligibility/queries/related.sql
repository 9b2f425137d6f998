-- related_to: Which identifiers belong to a round, notice, evaluation, award or decision?
-- Its decisions, their notices, evaluations and round, objections and what they drew up, and the jobs that were done on any of these.
WITH found AS (
    SELECT id, notice_id, evaluation_id, round_id FROM decisions
    WHERE round_id = :id OR notice_id = :id OR evaluation_id = :id OR award_id = :id OR id = :id
), groups AS (
    SELECT :id AS id
    UNION SELECT notice_id FROM found WHERE notice_id IS NOT NULL
    UNION SELECT evaluation_id FROM found
    UNION SELECT round_id FROM found WHERE round_id IS NOT NULL
), objected AS (
    -- What a notice omits belongs to the notice, not to the decisions that are in it.
    SELECT o.id, o.refusal_id FROM objections o
    WHERE o.decision_id IN (SELECT id FROM found) OR o.notice_id = :id
       OR (o.decision_id IS NULL AND o.notice_id IN (SELECT notice_id FROM found)
           AND EXISTS (SELECT FROM rounds WHERE id = :id))
)
SELECT id::text FROM found
UNION SELECT id::text FROM groups
UNION SELECT id::text FROM objected
UNION SELECT refusal_id::text FROM objected WHERE refusal_id IS NOT NULL
UNION SELECT j.id::text FROM jobs j JOIN groups g
    ON g.id::text IN (j.input ->> 'round_id', j.input ->> 'notice_id', j.input ->> 'evaluation_id');
