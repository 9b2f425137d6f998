-- create_candidates: Hold the granted outcomes of an evaluation, one row per award.
CREATE TEMP TABLE candidates (
    award_id uuid PRIMARY KEY, award text, article text, subject text, identity_year integer, award_year integer,
    payee_uscc text, payee_name text, jurisdiction text, kind text, entitlement_fen bigint, parts jsonb, flags text[]
) ON COMMIT DROP;

-- create_evaluated: Hold the awards that an evaluation of some enterprises covered.
CREATE TEMP TABLE evaluated (award text, subject text, PRIMARY KEY (award, subject)) ON COMMIT DROP;

-- create_proposal_actions: Compare the outcome of each evaluated award with its version in force, open proposal and latest decision.
-- Outcomes are equal if result, entitlement, payee, jurisdiction, award year and instalments are. What was rejected or is suspended is
-- compared by the due years of its own decision day: a later year alone is no other outcome. `version_lost`: a version above the one
-- in force was published and then lost in a restore (after_restore.py), so that the outcome is proposed in any case, even if
-- unchanged or a withdrawal. `is_stopped`: an act in effect on the decision day lets no new award of that year be proposed. Codes are digits
-- and capital letters, which every collation orders alike.
CREATE TEMP TABLE proposal_actions ON COMMIT DROP AS
WITH covered AS (
    -- Two branches, one of which the planner drops: with an OR, all awards would be read for a handful of enterprises.
    SELECT a.* FROM awards a
    WHERE :all_subjects AND a.policy = :policy AND (CAST(:awards AS text[]) IS NULL OR a.award = ANY(:awards))
      AND (CAST(:first_code AS text) IS NULL OR a.subject >= :first_code)
      AND (CAST(:until_code AS text) IS NULL OR a.subject < :until_code)
    UNION ALL
    SELECT a.* FROM evaluated e JOIN awards a ON a.award = e.award AND a.subject = e.subject WHERE NOT :all_subjects
), known AS MATERIALIZED (
    -- With the decisions that there are, each looked up by itself (OFFSET 0): a join may read all decisions for a part of them.
    SELECT a.award_id, a.first_decided_on, r.version AS lost_version, r.event AS lost_event,
           f.id AS in_force_id, f.version, f.payee_uscc, f.jurisdiction, f.award_year,
           ROW(f.result, f.entitlement_fen, f.payee_uscc, f.jurisdiction, f.award_year, f.instalments) AS in_force,
           o.id AS open_id, o.state AS open_state, o.decided_on AS open_decided_on, o.proposed_by AS open_proposed_by,
           l.id AS latest_id, l.state AS latest_state, l.decided_on AS latest_decided_on,
           ROW(l.result, l.entitlement_fen, l.payee_uscc, l.jurisdiction, l.award_year, l.instalments) AS latest
    FROM covered a
    LEFT JOIN recalled_versions r USING (award_id)
    LEFT JOIN LATERAL (SELECT * FROM decisions d WHERE d.award_id = a.award_id AND d.state = 'approved' OFFSET 0) f ON true
    LEFT JOIN LATERAL (SELECT * FROM decisions d WHERE d.award_id = a.award_id
                       AND d.state IN ('proposed', 'in_notice', 'suspended') OFFSET 0) o ON true
    LEFT JOIN LATERAL (SELECT * FROM decisions d WHERE d.award_id = a.award_id ORDER BY d.id DESC LIMIT 1) l ON true
    WHERE a.policy = :policy AND (a.identity_year IS NULL OR a.identity_year = ANY(:award_years))
), compared AS (
    SELECT coalesce(c.award_id, k.award_id) AS award_id, c.award_id IS NOT NULL AS granted, k.award_id IS NOT NULL AS award_is_known,
           k.in_force_id, k.open_id, k.latest_id, k.open_decided_on, due.instalments,
           coalesce(k.lost_version > coalesce(k.version, 0), false) AS version_lost, k.lost_event,
           c.award_year = ANY(:new_award_years) AS new_is_allowed,
           coalesce(s.status <> 'in_force' AND c.award_year > coalesce(s.last_award_year, 0), false) AS is_stopped,
           NOT :is_correction AND k.open_state = 'proposed' AND k.open_proposed_by = :automatic_actor AS replaces_automatic_proposal,
           k.latest_state IS NOT DISTINCT FROM 'rejected' AS was_rejected, k.open_state IS NOT DISTINCT FROM 'suspended' AS is_suspended,
           EXISTS (SELECT 1 FROM objections b WHERE b.decision_id = k.open_id AND b.outcome = 'upheld')
               OR EXISTS (SELECT 1 FROM decision_steps r WHERE r.decision_id = k.open_id AND r.outcome = 'objected') AS was_upheld,
           ROW(outcome.*, due.instalments) IS NOT DISTINCT FROM k.in_force AS equals_in_force,
           ROW(outcome.*, due.instalments) IS NOT DISTINCT FROM k.latest AS equals_latest,
           ROW(outcome.*, due_at_latest.instalments) IS NOT DISTINCT FROM k.latest AS equals_latest_but_years
    FROM candidates c
    FULL JOIN known k ON k.award_id = c.award_id
    LEFT JOIN award_statuses(:policy, CAST(:decided_on AS date)) s ON s.award = c.award
    LEFT JOIN LATERAL due_instalments(
        c.parts,
        coalesce(k.first_decided_on, CASE WHEN :is_correction THEN k.open_decided_on END, CAST(:decided_on AS date))
    ) due ON true
    LEFT JOIN LATERAL due_instalments(
        CASE WHEN k.latest_state IN ('rejected', 'suspended') THEN c.parts END, coalesce(k.first_decided_on, k.latest_decided_on)
    ) due_at_latest ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN c.award_id IS NULL THEN 'withdrawn' ELSE 'granted' END AS result,
               coalesce(c.entitlement_fen, 0) AS entitlement_fen,
               coalesce(c.payee_uscc, k.payee_uscc, k.lost_event #>> '{payee,uscc}') AS payee_uscc,
               coalesce(c.jurisdiction, k.jurisdiction, k.lost_event ->> 'jurisdiction') AS jurisdiction,
               coalesce(c.award_year, k.award_year, (k.lost_event ->> 'award_year')::int) AS award_year
    ) outcome
)
SELECT award_id, granted, award_is_known, in_force_id, open_id, latest_id, equals_latest, instalments,
       CASE WHEN version_lost THEN lost_event END AS lost_event,
       CASE WHEN :is_correction AND in_force_id IS NULL THEN coalesce(open_decided_on, :decided_on)
            ELSE CAST(:decided_on AS date) END AS decided_on,
       CASE WHEN version_lost AND open_id IS NULL AND NOT was_rejected THEN 'propose'
            WHEN NOT granted AND in_force_id IS NULL AND open_id IS NULL THEN 'nothing'
            WHEN NOT granted AND in_force_id IS NULL AND NOT version_lost THEN 'close'
            WHEN in_force_id IS NOT NULL AND equals_in_force AND NOT version_lost
            THEN CASE WHEN open_id IS NULL THEN 'unchanged' ELSE 'close' END
            WHEN in_force_id IS NULL AND open_id IS NULL AND NOT new_is_allowed THEN 'nothing'
            WHEN in_force_id IS NULL AND open_id IS NULL AND is_stopped THEN 'stopped'
            WHEN (was_rejected OR is_suspended) AND equals_latest_but_years
            THEN CASE WHEN was_upheld THEN 'propose_if_inputs_differ' ELSE 'unchanged' END
            WHEN open_id IS NOT NULL AND equals_latest AND NOT replaces_automatic_proposal THEN 'unchanged'
            ELSE 'propose' END AS action
FROM compared;

-- lock_open_proposals: Lock the proposals to be superseded; count those that were approved or rejected meanwhile.
SELECT count(*) FILTER (WHERE state NOT IN ('proposed', 'in_notice', 'suspended')) FROM (
    SELECT d.state FROM decisions d JOIN awards a USING (award_id)
    WHERE d.id = ANY(ARRAY(SELECT open_id FROM proposal_actions
                           WHERE open_id IS NOT NULL AND action IN ('propose', 'close', 'propose_if_inputs_differ')))
    ORDER BY a.award_id FOR UPDATE OF a, d) locked;

-- insert_new_awards: Give an identity to awards that are proposed for the first time; whoever proposes holds the lock of proposals.
INSERT INTO awards (award_id, policy, award, subject, identity_year)
SELECT c.award_id, :policy, c.award, c.subject, c.identity_year FROM candidates c JOIN proposal_actions p USING (award_id)
WHERE p.action = 'propose' AND NOT p.award_is_known ORDER BY c.award, c.subject;

-- awards_to_seal: Which awards need sealed inputs?
SELECT p.award_id::text, a.award, a.subject FROM proposal_actions p JOIN awards a USING (award_id)
WHERE p.action IN ('propose', 'propose_if_inputs_differ');

-- count_sealed_inputs: How many rows of sealed inputs has an evaluation stored?
SELECT coalesce(max(number) + 1, 0) FROM sealed_inputs WHERE evaluation_id = :evaluation_id;

-- create_sealed: Hold the hash of each award's sealed inputs, which row they are in, and the persons who recorded or confirmed these.
CREATE TEMP TABLE sealed (award_id uuid PRIMARY KEY, hash text, number integer, authors text[]) ON COMMIT DROP;

-- resolve_upheld_objections: Propose an unchanged outcome anew if corrected facts or another interpretation gave it.
UPDATE proposal_actions p
SET action = CASE WHEN (d.inputs_hash, d.interpretations_hash) = (s.hash, :interpretations_hash)
                   THEN 'unchanged' ELSE 'propose' END
FROM sealed s, decisions d
WHERE p.action = 'propose_if_inputs_differ' AND s.award_id = p.award_id AND d.id = p.open_id;

-- count_actions: How many awards are new, restated, withdrawn, unchanged, or not proposed because the award is stopped?
SELECT count(*) FILTER (WHERE action = 'propose' AND granted AND in_force_id IS NULL AND open_id IS NULL) AS created,
       count(*) FILTER (WHERE action = 'propose' AND granted AND (in_force_id IS NOT NULL OR open_id IS NOT NULL)) AS restated,
       count(*) FILTER (WHERE NOT granted AND action IN ('propose', 'close')) AS withdrawn,
       count(*) FILTER (WHERE action = 'unchanged' OR (granted AND action = 'close')) AS unchanged,
       count(*) FILTER (WHERE action = 'stopped') AS stopped
FROM proposal_actions;

-- insert_document: Store a document that is not stored yet.
INSERT INTO documents (hash, kind, content) VALUES (:hash, :kind, :content) ON CONFLICT DO NOTHING;
