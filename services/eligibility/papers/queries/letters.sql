-- in_force: Return the decisions in force of a round, of one jurisdiction only if given, by award, payee and id.
SELECT id FROM decisions
WHERE round_id = :round_id AND state = 'approved' AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY award, payee_uscc, id;
