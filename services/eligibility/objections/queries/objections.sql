-- holds_on_decision: What keeps a decision suspended: open or upheld objections, reviews that object, or an officer?
SELECT count(*) FILTER (WHERE outcome IS NULL) AS open, count(*) FILTER (WHERE outcome = 'upheld') AS upheld,
       (SELECT count(*) FROM decision_steps s WHERE s.decision_id = :decision_id AND s.outcome = 'objected') AS reviews,
       coalesce((SELECT a.act = 'suspend' FROM decision_acts a
                 WHERE a.decision_id = :decision_id AND a.act IN ('suspend', 'resume')
                 ORDER BY a.id DESC LIMIT 1), false) AS by_officer
FROM objections WHERE decision_id = :decision_id;
