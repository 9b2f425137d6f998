-- blocks: Return the sealed blocks of the ledger, in order.
SELECT number, after_id, until_id, rows, columns, previous_hash, hash FROM sealed_blocks WHERE chain = 'postings' ORDER BY number;

-- postings: Return postings after one, up to another, in order.
SELECT id, kind, source, destination, amount_fen, unit, award_id, version, order_id, recovery_id, document, actor, posted_at
FROM postings WHERE id > :after AND (CAST(:until AS bigint) IS NULL OR id <= :until) ORDER BY id;

-- orders: Return every payment order, in order.
SELECT id, number, award_id, version, unit, instalment, due_year, amount_fen, payee_uscc, first_decided_on, state, live, budget_year,
       batch_id, replaces, part, issued_by, approved_by, approved_at, batched_by, result_on, bank_reference
FROM payment_orders ORDER BY number;

-- decisions: Return every version of every award, with its receipt.
SELECT award_id, version, policy, award, article, subject, award_year, payee_uscc, payee_name, jurisdiction, kind, result,
       entitlement_fen, instalments, decided_on, first_decided_on, reason, receipt
FROM award_versions ORDER BY award_id, version;

-- shares: Return each unit's share of every version.
SELECT award_id, version, unit, payee_uscc, amount_fen, parts_fen FROM award_shares ORDER BY award_id, version, unit, payee_uscc;
