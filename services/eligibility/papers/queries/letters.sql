-- in_force: Return the decisions in force of a round, of one jurisdiction only if given, by award, payee and id.
SELECT id FROM decisions
WHERE round_id = :round_id AND state = 'approved' AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY award, payee_uscc, id;

-- allocated: How many approved awards of a round have the same award, jurisdiction, first day of decision and instalments?
SELECT d.award, d.jurisdiction, a.first_decided_on, d.instalments, count(*) AS awards
FROM decisions d JOIN awards a ON a.award_id = d.award_id
WHERE d.round_id = :round_id AND d.state = 'approved' AND d.instalments <> '[]'
  AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
GROUP BY d.award, d.jurisdiction, a.first_decided_on, d.instalments;
