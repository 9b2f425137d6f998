-- shares_of_award: The shares in effect of an award add up to the entitlement of its newest version.
SELECT a.award_id::text AS subject, v.entitlement_fen AS expected_fen, coalesce(s.fen, 0)::bigint AS found_fen
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
LEFT JOIN (SELECT award_id, version, sum(amount_fen) AS fen FROM award_shares GROUP BY award_id, version) s
       ON s.award_id = a.award_id AND s.version = a.split_version
WHERE a.split_version IS NOT NULL AND coalesce(s.fen, 0) <> v.entitlement_fen
LIMIT :limit;

-- orders_of_share: Orders less repayments equal what a unit owes; more may be ordered only if all of it is sent.
SELECT concat(award_id, ':', unit, ':', payee_uscc) AS subject, (owed_fen + repaid_fen)::bigint AS expected_fen,
       ordered_fen::bigint AS found_fen
FROM share_positions
WHERE ordered_fen - repaid_fen < owed_fen OR (ordered_fen - repaid_fen > owed_fen AND unsent_fen > 0)
LIMIT :limit;

-- claims_of_share: Outstanding claims equal what was paid and is neither owed nor repaid nor written off.
SELECT concat(award_id, ':', unit, ':', payee_uscc) AS subject, c.fen AS expected_fen, outstanding_fen::bigint AS found_fen
FROM share_positions
CROSS JOIN LATERAL (SELECT greatest(0, paid_fen - repaid_fen - owed_fen - written_off_fen)::bigint AS fen) c
WHERE outstanding_fen <> c.fen
LIMIT :limit;

-- ledger_of_entitlement: The ledger has each unit's share of each award.
WITH shares AS (
    SELECT award_account(a.award_id, s.unit) AS account, sum(s.amount_fen) AS fen
    FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
    GROUP BY a.award_id, s.unit
)
SELECT account AS subject, coalesce(s.fen, 0)::bigint AS expected_fen, coalesce(b.balance_fen, 0)::bigint AS found_fen
FROM shares s FULL JOIN (SELECT * FROM account_balances WHERE kind = 'award') b USING (account)
WHERE coalesce(s.fen, 0) <> coalesce(b.balance_fen, 0)
LIMIT :limit;

-- ledger_of_reserved: The ledger has the money reserved for funded orders that are not settled.
WITH reserved AS (
    SELECT reserved_account(award_id, unit) AS account, sum(amount_fen) AS fen
    FROM payment_orders WHERE live AND budget_year IS NOT NULL AND state <> 'settled' GROUP BY award_id, unit
)
SELECT account AS subject, coalesce(r.fen, 0)::bigint AS expected_fen, coalesce(b.balance_fen, 0)::bigint AS found_fen
FROM reserved r FULL JOIN (SELECT * FROM account_balances WHERE kind = 'reserved') b USING (account)
WHERE coalesce(r.fen, 0) <> coalesce(b.balance_fen, 0)
LIMIT :limit;

-- ledger_of_payee: The ledger has what each payee received and did not repay.
WITH paid AS (
    SELECT payee_account(payee_uscc) AS account, sum(fen) AS fen FROM (
        SELECT payee_uscc, amount_fen AS fen FROM payment_orders WHERE state = 'settled'
        UNION ALL SELECT payee_uscc, -repaid_fen FROM recoveries) m
    GROUP BY payee_uscc
)
SELECT account AS subject, coalesce(p.fen, 0)::bigint AS expected_fen, coalesce(b.balance_fen, 0)::bigint AS found_fen
FROM paid p FULL JOIN (SELECT * FROM account_balances WHERE kind = 'payee') b USING (account)
WHERE coalesce(p.fen, 0) <> coalesce(b.balance_fen, 0)
LIMIT :limit;

-- ledger_of_budget: The ledger has what is free in each budget.
SELECT budget_account(g.unit, g.year) AS subject, g.appropriated_fen - g.committed_fen AS expected_fen,
       coalesce(b.balance_fen, 0)::bigint AS found_fen
FROM budgets g LEFT JOIN account_balances b ON b.account = budget_account(g.unit, g.year)
WHERE g.appropriated_fen - g.committed_fen <> coalesce(b.balance_fen, 0)
LIMIT :limit;

-- orders_of_budget: What is committed in a budget equals the orders that draw on it.
SELECT concat(g.unit, ':', g.year) AS subject, coalesce(o.fen, 0)::bigint AS expected_fen, g.committed_fen AS found_fen
FROM budgets g LEFT JOIN (
    SELECT unit, budget_year, sum(amount_fen) AS fen FROM payment_orders
    WHERE live AND budget_year IS NOT NULL GROUP BY unit, budget_year) o
  ON o.unit = g.unit AND o.budget_year = g.year
WHERE coalesce(o.fen, 0) <> g.committed_fen
LIMIT :limit;

-- appropriations_of_budget: A budget equals its appropriations.
SELECT concat(g.unit, ':', g.year) AS subject, coalesce(p.fen, 0)::bigint AS expected_fen, g.appropriated_fen AS found_fen
FROM budgets g LEFT JOIN (SELECT unit, year, sum(amount_fen) AS fen FROM appropriations GROUP BY unit, year) p
  ON p.unit = g.unit AND p.year = g.year
WHERE coalesce(p.fen, 0) <> g.appropriated_fen
LIMIT :limit;

-- orders_of_indicator: What is committed of an indicator equals the orders that draw on it.
SELECT concat_ws(':', i.unit, i.year, i.indicator, i.project, i.function_code, i.economic_code) AS subject,
       coalesce(o.fen, 0)::bigint AS expected_fen, i.committed_fen AS found_fen
FROM indicators i LEFT JOIN (
    SELECT indicator_id, sum(amount_fen) AS fen FROM payment_orders
    WHERE live AND indicator_id IS NOT NULL GROUP BY indicator_id) o ON o.indicator_id = i.id
WHERE coalesce(o.fen, 0) <> i.committed_fen
LIMIT :limit;

-- appropriations_of_indicator: An indicator equals the appropriations with its classification.
WITH appropriated AS (
    SELECT unit, year, indicator, project, function_code, economic_code, sum(amount_fen) AS fen
    FROM appropriations GROUP BY unit, year, indicator, project, function_code, economic_code
)
SELECT concat_ws(':', i.unit, i.year, i.indicator, i.project, i.function_code, i.economic_code) AS subject,
       coalesce(a.fen, 0)::bigint AS expected_fen, i.appropriated_fen AS found_fen
FROM indicators i LEFT JOIN appropriated a
  ON (a.unit, a.year) = (i.unit, i.year) AND a.indicator IS NOT DISTINCT FROM i.indicator
 AND a.project IS NOT DISTINCT FROM i.project AND a.function_code IS NOT DISTINCT FROM i.function_code
 AND a.economic_code IS NOT DISTINCT FROM i.economic_code
WHERE coalesce(a.fen, 0) <> i.appropriated_fen
LIMIT :limit;

-- indicators_of_budget: A budget's classified money, less what is committed of it, equals that of its indicators.
SELECT concat(g.unit, ':', g.year) AS subject, coalesce(i.fen, 0)::bigint AS expected_fen,
       g.classified_fen - g.classified_committed_fen AS found_fen
FROM budgets g LEFT JOIN (
    SELECT unit, year, sum(appropriated_fen - committed_fen) AS fen FROM indicators GROUP BY unit, year) i
  ON (i.unit, i.year) = (g.unit, g.year)
WHERE coalesce(i.fen, 0) <> g.classified_fen - g.classified_committed_fen
LIMIT :limit;

-- results_of_order: Each order that the bank settled, failed or returned has that result recorded.
SELECT o.id::text AS subject, o.amount_fen AS expected_fen, 0::bigint AS found_fen FROM payment_orders o
WHERE o.state IN ('settled', 'failed', 'returned') AND coalesce(o.bank_reference, '') NOT LIKE 'net:%'
  AND NOT EXISTS (SELECT FROM results_on_record r WHERE r.order_id = o.id AND r.outcome = o.state
                      AND (r.bank_reference, r.occurred_on) = (o.bank_reference, o.result_on))
LIMIT :limit;
