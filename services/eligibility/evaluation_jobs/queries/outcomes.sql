-- rows_of_outcomes: Read the outcomes of an evaluation after a place in its order, some thousand a row.
SELECT outcomes FROM evaluation_outcomes WHERE evaluation_id = :evaluation_id AND last_number > :after ORDER BY last_number;

-- outcomes_one_by_one: List the outcomes of an evaluation of 0.1.0 in its order.
SELECT number, award, subject, award_year, payee_uscc, payee_name, jurisdiction, result, kind, entitlement_fen, missing, flags
FROM outcomes
WHERE evaluation_id = :evaluation_id AND number > :after AND (CAST(:result AS text) IS NULL OR result = :result)
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY number LIMIT :limit;
