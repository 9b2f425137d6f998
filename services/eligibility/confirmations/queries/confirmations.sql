-- next_unanswered: Take a confirmed account that the registry has not been told of; another worker takes another.
SELECT decision_id, uscc, confirmed_by, confirmed_at FROM account_confirmations
WHERE answered_at IS NULL ORDER BY confirmed_at, decision_id LIMIT 1 FOR UPDATE SKIP LOCKED;
