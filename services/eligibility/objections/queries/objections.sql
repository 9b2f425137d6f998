-- holds_on_decision: What keeps a decision suspended: open or upheld objections, or an officer?
SELECT count(*) FILTER (WHERE outcome IS NULL) AS open, count(*) FILTER (WHERE outcome = 'upheld') AS upheld,
       coalesce((SELECT a.act = 'suspend' FROM decision_acts a
                 WHERE a.decision_id = :decision_id AND a.act IN ('suspend', 'resume')
                 ORDER BY a.id DESC LIMIT 1), false) AS by_officer
FROM objections WHERE decision_id = :decision_id;
