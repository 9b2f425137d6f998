-- Payment orders move only as services/payout/orders/lifecycle.py allows; postings follow the chart of accounts; views and
-- functions that several statements share.

-- The names of accounts, for statements that post or compare. services/payout/ledger/domain.py spells the same.
CREATE FUNCTION budget_account(unit text, year integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 'budget:' || unit || ':' || year::text $$;

CREATE FUNCTION reserved_account(award_id uuid, unit text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 'reserved:' || award_id::text || ':' || unit $$;

CREATE FUNCTION award_account(award_id uuid, unit text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 'award:' || award_id::text || ':' || unit $$;

CREATE FUNCTION payee_account(uscc text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 'payee:' || uscc $$;

CREATE VIEW account_balances WITH (security_invoker = true) AS
    SELECT account, split_part(account, ':', 1) AS kind, sum(fen) AS balance_fen
    FROM (SELECT destination AS account, amount_fen AS fen FROM postings
          UNION ALL SELECT source, -amount_fen FROM postings) movements
    GROUP BY account;

-- Which kind of posting goes from which kind of account to which. Postings of before are checked by the next migration.
ALTER TABLE postings ADD CONSTRAINT ck_postings_chart CHECK (
    kind || ' ' || split_part(source, ':', 1) || ' ' || split_part(destination, ':', 1) IN (
        'appropriation treasury budget', 'reduction budget treasury', 'carried_over budget budget',
        'recognised expense award', 'restated award expense', 'funded budget reserved', 'released reserved budget',
        'paid reserved payee', 'returned payee reserved', 'repaid payee recovered', 'claimed claims claim',
        'claim_dropped claim claims', 'claim_met claim claims', 'written_off claim written_off')) NOT VALID;

-- Payment orders as their readers see them. `held`: by an officer, or because the award waits for an arrangement.
CREATE VIEW payment_order_details WITH (security_invoker = true) AS
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
               OR o.award_id IN (SELECT w.award_id FROM awards w WHERE w.waiting_for IS NOT NULL) AS held
    FROM payment_orders o JOIN awards a ON a.award_id = o.award_id;

-- Awards that were first decided in an arrangement's period, in their newest version, unless it entitles to nothing.
CREATE FUNCTION awards_in_period(period_of uuid)
    RETURNS TABLE (award_id uuid, jurisdiction text, award text, entitlement_fen bigint, split_version integer, waiting_for text)
    LANGUAGE sql STABLE AS $$
    SELECT a.award_id, v.jurisdiction, v.award, v.entitlement_fen, a.split_version, a.waiting_for
    FROM arrangements g
    JOIN awards a ON a.first_decided_on >= g.effective_from
                 AND (g.effective_until IS NULL OR a.first_decided_on < g.effective_until)
    JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
    WHERE g.id = period_of AND v.entitlement_fen > 0
$$;

CREATE FUNCTION accounts_in_force(today date) RETURNS TABLE (uscc text, since date, revision bigint)
    LANGUAGE sql STABLE AS $$
    SELECT p.uscc, p.since, p.revision FROM payee_accounts p WHERE p.since <= today AND (p.until IS NULL OR p.until > today)
$$;

-- Waiting orders with what keeps each from being issued today, in the order in which it is looked for; null where nothing does.
-- While the registry keeps no accounts at all, nobody waits for one: the approval, which pins the account, stops such an order.
-- An order whose payment failed, or whose payee had no account at its approval, waits for another account than that one.
CREATE FUNCTION waiting_orders(today date)
    RETURNS TABLE (id uuid, award_id uuid, payee_uscc text, due_year smallint, waiting_for text, blocker text)
    LANGUAGE sql STABLE AS $$
    SELECT o.id, o.award_id, o.payee_uscc, o.due_year, o.waiting_for,
           CASE WHEN o.due_year > extract(year FROM today)::integer THEN 'due_year'
                WHEN o.held THEN 'release'
                WHEN EXISTS (SELECT FROM payee_accounts)
                     AND NOT EXISTS (SELECT FROM accounts_in_force(today) f WHERE f.uscc = o.payee_uscc) THEN 'account'
                WHEN o.budget_year IS NULL THEN 'funds'
                WHEN o.account_revision IS NOT NULL AND NOT coalesce((
                         SELECT f.revision <> o.account_revision FROM accounts_in_force(today) f
                         WHERE f.uscc = o.payee_uscc ORDER BY f.since DESC LIMIT 1), false) THEN 'account' END
    FROM payment_order_details o WHERE o.state = 'waiting'
$$;

GRANT SELECT ON account_balances, payment_order_details TO PUBLIC;

-- The life of a payment order. The conditions alone are looked at for each row; the functions are called to refuse.
CREATE FUNCTION refuse_order_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'payment orders are never deleted' USING ERRCODE = 'integrity_constraint_violation';
    ELSIF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'a payment order cannot begin as %', NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RAISE EXCEPTION 'a payment order cannot go from % to % (live: % to %, budget year: % to %)', OLD.state, NEW.state,
        OLD.live, NEW.live, OLD.budget_year, NEW.budget_year USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION refuse_order_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a payment order is never edited: another takes its place' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER payment_orders_begin AFTER INSERT ON payment_orders FOR EACH ROW
    WHEN (NOT (NEW.live AND (NEW.state = 'waiting' OR NEW.state = 'issued' AND NEW.replaces IS NOT NULL
                             OR NEW.state = 'batched' AND NEW.reentered)))
    EXECUTE FUNCTION refuse_order_move();

CREATE TRIGGER payment_orders_move AFTER UPDATE ON payment_orders FOR EACH ROW
    WHEN (OLD.state || ' ' || NEW.state NOT IN (
              'waiting waiting', 'waiting issued', 'waiting batched', 'waiting cancelled',
              'issued waiting', 'issued approved', 'issued batched', 'issued settled', 'issued cancelled',
              'approved issued', 'approved batched', 'approved cancelled',
              'batched settled', 'batched failed', 'batched returned', 'settled returned',
              'failed failed', 'returned returned', 'cancelled batched')
          OR NEW.live <> OLD.live AND NOT (
              OLD.live AND (NEW.state = 'cancelled' OR NEW.state = OLD.state AND NEW.state IN ('failed', 'returned'))
              OR OLD.state = 'cancelled' AND NEW.state = 'batched')
          OR NEW.budget_year IS DISTINCT FROM OLD.budget_year AND NOT (
              OLD.state = 'waiting' AND NEW.state = 'issued' AND OLD.budget_year IS NULL
              OR OLD.state IN ('waiting', 'cancelled') AND NEW.state = 'batched'))
    EXECUTE FUNCTION refuse_order_move();

CREATE TRIGGER payment_orders_edit AFTER UPDATE ON payment_orders FOR EACH ROW
    WHEN ((NEW.id, NEW.number, NEW.award_id, NEW.version, NEW.unit, NEW.instalment, NEW.due_year, NEW.amount_fen, NEW.payee_uscc,
           NEW.first_decided_on, NEW.replaces, NEW.reentered, NEW.created_at)
          IS DISTINCT FROM
          (OLD.id, OLD.number, OLD.award_id, OLD.version, OLD.unit, OLD.instalment, OLD.due_year, OLD.amount_fen, OLD.payee_uscc,
           OLD.first_decided_on, OLD.replaces, OLD.reentered, OLD.created_at))
    EXECUTE FUNCTION refuse_order_edit();

CREATE TRIGGER payment_orders_delete BEFORE DELETE ON payment_orders
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_order_move();
