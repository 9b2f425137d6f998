-- find_outcomes: List the stored outcomes of an evaluation in its order.
SELECT number, award, subject, award_year, payee_uscc, payee_name, jurisdiction, result, kind, entitlement_fen, missing, flags
FROM outcomes
WHERE evaluation_id = :evaluation_id AND number > :after AND (CAST(:result AS text) IS NULL OR result = :result)
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY number LIMIT :limit;
