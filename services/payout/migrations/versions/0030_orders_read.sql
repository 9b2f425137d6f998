-- Payment orders as they are shown, as before. But what PostgreSQL made hash tables of for each page (all versions of awards, all
-- confirmations) is looked up by key, and the payee's last payment is found by an index.
CREATE OR REPLACE VIEW payment_order_details WITH (security_invoker = true) AS
    SELECT o.id, o.number, o.award_id, a.award, o.version, a.jurisdiction, o.unit, o.instalment, o.due_year, o.amount_fen,
           o.payee_uscc,
           jsonb_build_object('uscc', o.payee_uscc, 'name', (
               SELECT v.payee_name FROM award_versions v
               WHERE v.award_id = o.award_id AND v.payee_uscc = o.payee_uscc AND v.version <= o.version
               ORDER BY v.version DESC LIMIT 1)) AS payee,
           o.first_decided_on, o.state, o.waiting_for, o.live, o.budget_year, o.funded_at, o.issued_by, o.approved_by,
           o.approved_at, o.account_revision, o.batch_id, o.replaces, o.result_on AS occurred_on, o.bank_reference,
           o.result_reason AS reason, o.created_at, o.changed_at,
           EXISTS (SELECT FROM holds h WHERE h.released_at IS NULL AND (h.award_id = o.award_id OR h.uscc = o.payee_uscc))
               OR a.waiting_for IS NOT NULL
               OR o.id IN (SELECT f.order_id FROM payment_findings f WHERE f.released_at IS NULL)
               OR o.instalment > 1
                  AND coalesce((SELECT v.later_wait FROM award_versions v
                                WHERE v.award_id = o.award_id AND v.version = a.version), false)
                  AND (SELECT c.instalment FROM instalment_confirmations c
                       WHERE c.award_id = o.award_id AND c.instalment = o.instalment) IS NULL AS held,
           (SELECT name_key(p.holder) <> name_key((
                       SELECT v.payee_name FROM award_versions v
                       WHERE v.award_id = o.award_id AND v.payee_uscc = o.payee_uscc AND v.version <= o.version
                       ORDER BY v.version DESC LIMIT 1))
            FROM payee_accounts p
            WHERE p.uscc = o.payee_uscc AND (o.account_revision IS NULL OR p.revision = o.account_revision)
            ORDER BY p.since DESC LIMIT 1) AS holder_differs,
           (SELECT jsonb_build_object(
                'holder', p.holder, 'number_masked', p.number_masked,
                'changed_since_last_payment', (
                    SELECT l.account_revision <> p.revision FROM payment_orders l
                    WHERE l.payee_uscc = o.payee_uscc AND l.state = 'settled' AND l.account_revision IS NOT NULL
                      AND l.batch_id < coalesce(o.batch_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                    ORDER BY l.batch_id DESC LIMIT 1),
                'holder_differs', name_key(p.holder) <> name_key((
                    SELECT v.payee_name FROM award_versions v
                    WHERE v.award_id = o.award_id AND v.payee_uscc = o.payee_uscc AND v.version <= o.version
                    ORDER BY v.version DESC LIMIT 1)))
            FROM payee_accounts p
            WHERE p.uscc = o.payee_uscc
              AND CASE WHEN o.account_revision IS NOT NULL THEN p.revision = o.account_revision
                       ELSE p.since <= (now() AT TIME ZONE 'Asia/Shanghai')::date
                            AND coalesce(p.until, 'infinity') > (now() AT TIME ZONE 'Asia/Shanghai')::date END
            ORDER BY p.since DESC LIMIT 1) AS account
    FROM payment_orders o JOIN awards a ON a.award_id = o.award_id;
