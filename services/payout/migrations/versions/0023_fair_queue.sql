-- The queue for money follows the award's place in the policy, its subject and its year, no longer the award's id. An order may be
-- divided into a part that gets money and a rest.

-- An order that the version before still writes comes last in its day.
ALTER TABLE payment_orders
    ADD COLUMN award_place SMALLINT DEFAULT 32767 NOT NULL,
    ADD COLUMN subject TEXT COLLATE "C" DEFAULT '' NOT NULL,
    ADD COLUMN award_year SMALLINT DEFAULT 0 NOT NULL,
    ADD COLUMN part SMALLINT DEFAULT 0 NOT NULL,
    ADD CONSTRAINT ck_payment_orders_part CHECK (part BETWEEN 0 AND 2 AND (part = 0 OR replaces IS NOT NULL)) NOT VALID;

-- Only orders without money are ever in the queue. The places are those of the first policy, the only one with orders so far.
UPDATE payment_orders o SET award_place = coalesce(p.place, 32767), subject = v.subject, award_year = v.award_year
FROM award_versions v
LEFT JOIN (VALUES
           ('retail-scale', 1), ('platform-scale', 2), ('headquarters-land', 3), ('service-centre-grade', 4),
           ('provider-setup', 5), ('provider-growth', 6), ('park', 7), ('logistics-hub', 8),
           ('courier-rent', 9), ('smart-terminal', 10), ('loan-interest', 11), ('sales-spin-off', 12),
           ('platform-zone', 13), ('exhibition-organised', 14), ('exhibition-independent', 15), ('crossborder-postage', 16),
           ('overseas-warehouse', 17), ('cold-chain', 18), ('demonstration', 19), ('sustained-growth', 20)
          ) AS p(award, place) ON p.award = v.award
WHERE o.state = 'waiting' AND o.budget_year IS NULL AND v.award_id = o.award_id AND v.version = o.version;
