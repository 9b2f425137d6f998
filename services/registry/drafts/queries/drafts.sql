-- of_payee: Which open drafts record accounts of one enterprise alone, and were made by a moment? Locked.
-- A draft that holds accounts of others too is confirmed as a whole, by an officer.
SELECT id, proposed_by FROM drafts d
WHERE dataset = 'payee_accounts' AND kind <> 'withdrawal' AND confirmed_at IS NULL AND discarded_at IS NULL
  AND proposed_at <= :until
  AND EXISTS (SELECT FROM payee_accounts_drafted r WHERE r.draft_id = d.id AND r.uscc = :uscc)
  AND NOT EXISTS (SELECT FROM payee_accounts_drafted r WHERE r.draft_id = d.id AND r.uscc <> :uscc)
ORDER BY id FOR UPDATE;
