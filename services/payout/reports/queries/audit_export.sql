-- blocks: Return the sealed blocks of the ledger, in order.
SELECT number, after_id, until_id, rows, columns, previous_hash, hash FROM sealed_blocks WHERE chain = 'postings' ORDER BY number;

-- postings: Return postings after one, up to another, in order.
SELECT id, kind, source, destination, amount_fen, unit, award_id, version, order_id, recovery_id, document, actor, posted_at
FROM postings WHERE id > :after AND (CAST(:until AS bigint) IS NULL OR id <= :until) ORDER BY id;

-- orders: Return every payment order, in order, with the classification of the money that it draws on.
SELECT o.id, o.number, o.award_id, o.version, o.unit, o.instalment, o.due_year, o.amount_fen, o.payee_uscc, o.first_decided_on, o.state,
       o.live, o.budget_year, i.indicator, i.project, i.function_code, i.economic_code, o.batch_id, o.replaces, o.part, o.issued_by,
       o.approved_by, o.approved_at, o.batched_by, o.result_on, o.bank_reference
FROM payment_orders o LEFT JOIN indicators i ON i.id = o.indicator_id ORDER BY o.number;

-- decisions: Return every version of every award, with its receipt.
SELECT award_id, version, policy, award, article, subject, award_year, payee_uscc, payee_name, jurisdiction, kind, result,
       entitlement_fen, instalments, decided_on, first_decided_on, reason, receipt
FROM award_versions ORDER BY award_id, version;

-- shares: Return each unit's share of every version.
SELECT award_id, version, unit, payee_uscc, amount_fen, parts_fen FROM award_shares ORDER BY award_id, version, unit, payee_uscc;
