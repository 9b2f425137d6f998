-- of_payee: Which open drafts record accounts of one enterprise, made by a moment and not on record yet? Locked.
-- `shared`: they hold accounts of others too.
SELECT id, proposed_by,
       EXISTS (SELECT FROM payee_accounts_drafted r WHERE r.draft_id = d.id AND r.uscc <> :uscc) AS shared
FROM drafts d
WHERE dataset = 'payee_accounts' AND kind <> 'withdrawal' AND confirmed_at IS NULL AND discarded_at IS NULL
  AND proposed_at <= :until
  AND EXISTS (SELECT FROM payee_accounts_drafted r
              LEFT JOIN payee_accounts b ON b.uscc = r.uscc AND b.since = r.since
              WHERE r.draft_id = d.id AND r.uscc = :uscc
                AND (b.account_holder, b.bank_code, b.account_number, b.until)
                    IS DISTINCT FROM (r.account_holder, r.bank_code, r.account_number, r.until))
ORDER BY id FOR UPDATE;

-- own_part: Make a draft of one enterprise's accounts in a draft that holds others too, by the same person; return its id.
-- The draft keeps them: once they are on record as they are in it, it changes nothing of them.
WITH part AS (
    INSERT INTO drafts (reason, proposed_by, kind, dataset, source, import_id, base_revision, rows)
    SELECT d.reason, d.proposed_by, d.kind, d.dataset, d.source, d.import_id, d.base_revision,
           jsonb_build_object('inserted', count(*) FILTER (WHERE b.uscc IS NULL), 'replaced', count(b.uscc), 'withdrawn', 0)
    FROM drafts d
    JOIN payee_accounts_drafted r ON r.draft_id = d.id AND r.uscc = :uscc
    LEFT JOIN payee_accounts b ON b.uscc = r.uscc AND b.since = r.since
    WHERE d.id = :draft GROUP BY d.id
    RETURNING id
), copied AS (
    INSERT INTO payee_accounts_drafted (draft_id, uscc, since, account_holder, bank_code, account_number, until)
    SELECT part.id, r.uscc, r.since, r.account_holder, r.bank_code, r.account_number, r.until
    FROM part, payee_accounts_drafted r WHERE r.draft_id = :draft AND r.uscc = :uscc
)
SELECT id FROM part;

-- concerns: Does a draft hold an account of one enterprise?
SELECT EXISTS (SELECT FROM payee_accounts_drafted WHERE draft_id = :draft AND uscc = :uscc);
