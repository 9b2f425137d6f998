-- What is carried over needs two persons as well: a draft takes from its budget and, once another person has confirmed it, gives the
-- same to the year after. What was carried over before has no proposal.
ALTER TABLE appropriation_proposals
    ADD COLUMN carried_over BOOLEAN DEFAULT false NOT NULL,
    ADD CONSTRAINT ck_appropriation_proposals_carried_over CHECK (amount_fen < 0 OR NOT carried_over) NOT VALID;

-- As before; of what is carried over the side of the year after, too, says who drafted and who confirmed it.
CREATE OR REPLACE VIEW appropriation_details WITH (security_invoker = true) AS
    SELECT p.id, p.unit, p.year, p.amount_fen, p.document,
           CASE WHEN p.confirmed_at IS NOT NULL THEN 'confirmed' WHEN p.discarded_at IS NOT NULL THEN 'discarded'
                ELSE 'proposed' END AS state,
           p.proposed_by, p.proposed_at, p.confirmed_by, p.confirmed_at, p.discarded_by, p.discarded_at, p.discard_reason,
           p.indicator, p.project, p.function_code, p.economic_code, p.carried_over
    FROM appropriation_proposals p
    UNION ALL
    SELECT id_of_number(a.recorded_at, a.id), a.unit, a.year, a.amount_fen, a.document, 'confirmed',
           a.recorded_by, coalesce(p.proposed_at, a.recorded_at), p.confirmed_by, a.recorded_at, NULL, NULL, NULL,
           a.indicator, a.project, a.function_code, a.economic_code, p.id IS NOT NULL
    FROM appropriations a LEFT JOIN appropriation_proposals p ON p.id = a.proposal_id
    WHERE a.proposal_id IS NULL OR a.year <> p.year;
