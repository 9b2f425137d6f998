-- first_codes: Which codes, in order, begin a further range of so many of the enterprises known at a revision?
SELECT uscc FROM (
    SELECT uscc, row_number() OVER (ORDER BY uscc) - 1 AS place FROM (
        SELECT uscc FROM enterprises WHERE revision <= :revision
        UNION ALL
        SELECT uscc FROM enterprises_history WHERE revision <= :revision AND replaced_in > :revision) AS known) AS numbered
WHERE place > 0 AND place % :enterprises = 0 ORDER BY uscc;
