-- balances: Return accounts, by name, with what came in and went out before an instant.
SELECT account, sum(in_fen)::bigint AS in_fen, sum(out_fen)::bigint AS out_fen,
       sum(in_fen - out_fen)::bigint AS balance_fen
FROM (SELECT destination AS account, amount_fen AS in_fen, 0 AS out_fen, posted_at FROM postings
      UNION ALL SELECT source, 0, amount_fen, posted_at FROM postings) movements
WHERE (CAST(:prefix AS text) IS NULL OR starts_with(account, :prefix))
  AND (CAST(:before AS timestamptz) IS NULL OR posted_at < :before)
  AND (CAST(:after AS text) IS NULL OR account > :after)
GROUP BY account ORDER BY account LIMIT :limit;
