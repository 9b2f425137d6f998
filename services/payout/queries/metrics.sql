-- awards_waiting: Return how many awards wait for an arrangement.
SELECT count(*) FROM awards WHERE waiting_for IS NOT NULL;

-- claims: Return what is still to come back, by unit.
SELECT unit, sum(amount_fen - dropped_fen - repaid_fen - written_off_fen)::bigint AS fen FROM recoveries GROUP BY unit;

-- live_orders: Return live orders by unit, state and what they wait for.
SELECT unit, state, coalesce(waiting_for, '') AS waiting_for, count(*) AS orders, sum(amount_fen)::bigint AS fen
FROM payment_orders WHERE live GROUP BY unit, state, waiting_for;

-- entitled: Return what the versions in effect entitle to, by unit.
SELECT s.unit, sum(s.amount_fen)::bigint AS fen
FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version GROUP BY s.unit;
