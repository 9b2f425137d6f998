-- in_force: Return the decisions in force of a round, of one jurisdiction only if given, by award, payee and id.
SELECT id FROM decisions
WHERE round_id = :round_id AND state = 'approved' AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY award, payee_uscc, id;

-- allocated: How many approved awards of a round have the same award, jurisdiction, first day of decision and instalments?
SELECT award, jurisdiction, first_decided_on, instalments, count(*) AS awards FROM decisions
WHERE round_id = :round_id AND state = 'approved' AND instalments <> '[]'
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
GROUP BY award, jurisdiction, first_decided_on, instalments;
