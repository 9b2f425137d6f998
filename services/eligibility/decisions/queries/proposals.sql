-- create_candidates: Hold the granted outcomes of an evaluation, one row per award.
CREATE TEMP TABLE candidates (
    award_id uuid PRIMARY KEY, award text, article text, subject text, identity_year integer, award_year integer,
    payee_uscc text, payee_name text, jurisdiction text, kind text, entitlement_fen bigint, parts jsonb, flags text[]
) ON COMMIT DROP;

-- create_evaluated: Hold the awards that an evaluation of some enterprises covered.
CREATE TEMP TABLE evaluated (award text, subject text, PRIMARY KEY (award, subject)) ON COMMIT DROP;

-- create_verdicts: Compare each evaluated award with its version in force, open proposal and latest decision.
-- `target` is the outcome that should be in force. `version_lost`: a version above the one in force was published and then lost
-- in a restore (after_restore.py), so that the target is proposed in any case, even if unchanged or a withdrawal. What was rejected
-- or is suspended is compared by the due years of its own decision day: a later year alone is no other outcome.
CREATE TEMP TABLE verdicts ON COMMIT DROP AS
WITH covered AS (
    -- Two branches, one of which the planner drops: with an OR, all awards would be read for a handful of enterprises.
    SELECT a.* FROM awards a WHERE :all_awards
    UNION ALL
    SELECT a.* FROM evaluated e JOIN awards a ON a.award = e.award AND a.subject = e.subject WHERE NOT :all_awards
), known AS (
    SELECT a.award_id, a.first_decided_on, r.version AS lost_version, r.event AS lost_event
    FROM covered a LEFT JOIN recalled_versions r USING (award_id)
    WHERE a.policy = :policy AND (a.identity_year IS NULL OR a.identity_year = ANY(:award_years))
), compared AS (
    SELECT coalesce(c.award_id, known.award_id) AS award_id, c.award_id IS NOT NULL AS granted,
           c.award_year = ANY(:new_in) AS may_be_new, o.decided_on AS open_decided_on,
           coalesce(known.lost_version > coalesce(f.version, 0), false) AS version_lost, known.lost_event,
           NOT :keeps_decision_days AND o.state = 'proposed' AND o.proposed_by = :automatic_actor AS taken_over,
           f.id AS in_force_id, o.id AS open_id, l.id AS latest_id, (l.state = 'rejected') AS was_rejected,
           o.state IS NOT DISTINCT FROM 'suspended' AS is_suspended,
           due_then.instalments AS instalments_then,
           EXISTS (SELECT 1 FROM objections b WHERE b.decision_id = o.id AND b.outcome = 'upheld') AS was_upheld,
           CASE WHEN c.award_id IS NOT NULL
                THEN jsonb_build_array('granted', c.entitlement_fen, c.payee_uscc, c.jurisdiction, c.award_year,
                                       due.instalments)
                ELSE jsonb_build_array('withdrawn', 0::bigint, coalesce(f.payee_uscc, known.lost_event #>> '{payee,uscc}'),
                                       coalesce(f.jurisdiction, known.lost_event ->> 'jurisdiction'),
                                       coalesce(f.award_year, (known.lost_event ->> 'award_year')::int), '[]'::jsonb)
                END AS target,
           jsonb_build_array(f.result, f.entitlement_fen, f.payee_uscc, f.jurisdiction, f.award_year, f.instalments) AS in_force,
           jsonb_build_array(l.result, l.entitlement_fen, l.payee_uscc, l.jurisdiction, l.award_year, l.instalments) AS latest,
           due.instalments
    FROM candidates c
    FULL JOIN known ON known.award_id = c.award_id
    LEFT JOIN decisions f ON f.award_id = coalesce(c.award_id, known.award_id) AND f.state = 'approved'
    LEFT JOIN decisions o ON o.award_id = coalesce(c.award_id, known.award_id)
                         AND o.state IN ('proposed', 'in_notice', 'suspended')
    LEFT JOIN LATERAL (SELECT * FROM decisions d WHERE d.award_id = coalesce(c.award_id, known.award_id)
                       ORDER BY d.id DESC LIMIT 1) l ON true
    LEFT JOIN LATERAL due_instalments(
        c.parts,
        coalesce(known.first_decided_on, CASE WHEN :keeps_decision_days THEN o.decided_on END, CAST(:decided_on AS date))
    ) due ON true
    LEFT JOIN LATERAL due_instalments(
        CASE WHEN l.state IN ('rejected', 'suspended') THEN c.parts END, coalesce(known.first_decided_on, l.decided_on)
    ) due_then ON true
)
SELECT award_id, granted, in_force_id, open_id, latest_id, instalments, CASE WHEN version_lost THEN lost_event END AS lost_event,
       CASE WHEN :keeps_decision_days AND in_force_id IS NULL THEN coalesce(open_decided_on, :decided_on)
            ELSE CAST(:decided_on AS date) END AS decided_on,
       CASE WHEN version_lost AND open_id IS NULL AND was_rejected IS NOT TRUE THEN 'propose'
            WHEN NOT granted AND in_force_id IS NULL AND open_id IS NULL THEN 'nothing'
            WHEN NOT granted AND in_force_id IS NULL AND NOT version_lost THEN 'close'
            WHEN in_force_id IS NOT NULL AND target = in_force AND open_id IS NOT NULL AND NOT version_lost THEN 'close'
            WHEN in_force_id IS NOT NULL AND target = in_force AND NOT version_lost THEN 'unchanged'
            WHEN in_force_id IS NULL AND open_id IS NULL AND NOT may_be_new THEN 'nothing'
            WHEN (was_rejected OR is_suspended) AND jsonb_set(target, '{5}', instalments_then) = latest
            THEN CASE WHEN was_upheld THEN 'propose_if_inputs_differ' ELSE 'unchanged' END
            WHEN open_id IS NOT NULL AND target = latest AND taken_over IS NOT TRUE THEN 'unchanged'
            ELSE 'propose' END AS verdict
FROM compared;

-- lock_open_proposals: Lock the proposals to be superseded; count those that were approved or rejected meanwhile.
SELECT count(*) FILTER (WHERE state NOT IN ('proposed', 'in_notice', 'suspended')) FROM (
    SELECT d.state FROM verdicts v JOIN decisions d ON d.id = v.open_id JOIN awards a ON a.award_id = v.award_id
    WHERE v.verdict IN ('propose', 'close', 'propose_if_inputs_differ') ORDER BY a.award_id FOR UPDATE OF a, d) locked;

-- insert_new_awards: Give an identity to awards that are proposed for the first time.
INSERT INTO awards (award_id, policy, award, subject, identity_year)
SELECT award_id, :policy, award, subject, identity_year FROM candidates JOIN verdicts USING (award_id)
WHERE verdict = 'propose' ORDER BY award_id ON CONFLICT DO NOTHING;

-- awards_to_seal: Which awards need sealed inputs?
SELECT v.award_id::text, a.award, a.subject FROM verdicts v JOIN awards a USING (award_id)
WHERE v.verdict IN ('propose', 'propose_if_inputs_differ');

-- create_sealed: Hold the hash of each award's sealed inputs.
CREATE TEMP TABLE sealed (award_id uuid PRIMARY KEY, hash text) ON COMMIT DROP;

-- resolve_upheld_objections: Propose an unchanged outcome anew if corrected facts or another interpretation gave it.
UPDATE verdicts v
SET verdict = CASE WHEN (d.inputs_hash, d.interpretations_hash) = (s.hash, :interpretations_hash)
                   THEN 'unchanged' ELSE 'propose' END
FROM sealed s, decisions d
WHERE v.verdict = 'propose_if_inputs_differ' AND s.award_id = v.award_id AND d.id = v.open_id;

-- supersede_open_proposals: End the open proposals that are replaced or have lost their ground.
WITH ended AS (
    UPDATE decisions d SET state = 'superseded', revision = revision + 1, changed_at = now()
    FROM verdicts v WHERE d.id = v.open_id AND v.verdict IN ('propose', 'close') RETURNING d.id)
INSERT INTO decision_acts (decision_id, act, state, actor, reason)
SELECT id, 'supersede', 'superseded', :proposed_by, 'the facts or interpretations have changed' FROM ended;

-- insert_proposals: Store the proposals with what they were computed from.
WITH made AS (
    INSERT INTO decisions (award_id, evaluation_id, state, policy, award, article, subject, award_year, payee_uscc,
        payee_name, jurisdiction, result, kind, entitlement_fen, instalments, flags, reason, decided_on, facts_revision,
        policy_hash, interpretations_hash, inputs_hash, engine_version, proposed_by)
    SELECT v.award_id, :evaluation_id, 'proposed', :policy, a.award,
        coalesce(c.article, f.article, v.lost_event ->> 'article'), a.subject,
        coalesce(c.award_year, f.award_year, (v.lost_event ->> 'award_year')::int),
        coalesce(c.payee_uscc, f.payee_uscc, v.lost_event #>> '{payee,uscc}'),
        coalesce(c.payee_name, f.payee_name, v.lost_event #>> '{payee,name}'),
        coalesce(c.jurisdiction, f.jurisdiction, v.lost_event ->> 'jurisdiction'),
        CASE WHEN v.granted THEN 'granted' ELSE 'withdrawn' END,
        coalesce(c.kind, f.kind, v.lost_event ->> 'kind'), coalesce(c.entitlement_fen, 0), v.instalments,
        coalesce(c.flags, '{}'),
        CASE WHEN EXISTS (SELECT 1 FROM objections b WHERE b.decision_id = v.latest_id AND b.outcome = 'upheld')
                  OR EXISTS (SELECT 1 FROM decisions d WHERE d.id = v.open_id AND d.reason = 'objection')
             THEN 'objection' WHEN f.id IS NULL AND v.lost_event IS NULL THEN 'initial' WHEN v.granted THEN 'correction'
             ELSE 'withdrawal' END,
        v.decided_on, :facts_revision, :policy_hash, :interpretations_hash, s.hash, :engine_version, :proposed_by
    FROM verdicts v
    JOIN awards a USING (award_id)
    JOIN sealed s ON s.award_id = v.award_id
    LEFT JOIN candidates c ON c.award_id = v.award_id
    LEFT JOIN decisions f ON f.id = v.in_force_id
    WHERE v.verdict = 'propose' ORDER BY a.award, a.subject
    RETURNING id)
INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'propose', 'proposed', :proposed_by FROM made;

-- count_verdicts: How many awards are new, restated, withdrawn or unchanged?
SELECT count(*) FILTER (WHERE verdict = 'propose' AND granted AND in_force_id IS NULL AND open_id IS NULL) AS created,
       count(*) FILTER (WHERE verdict = 'propose' AND granted AND (in_force_id IS NOT NULL OR open_id IS NOT NULL)) AS restated,
       count(*) FILTER (WHERE NOT granted AND verdict IN ('propose', 'close')) AS withdrawn,
       count(*) FILTER (WHERE verdict = 'unchanged' OR (granted AND verdict = 'close')) AS unchanged
FROM verdicts;

-- create_arriving_documents: Hold documents that may be stored already.
CREATE TEMP TABLE IF NOT EXISTS arriving_documents (hash text, content text) ON COMMIT DROP;

-- insert_documents: Store the documents that are not stored yet.
INSERT INTO documents (hash, kind, content) SELECT hash, :kind, content FROM arriving_documents ORDER BY hash
ON CONFLICT DO NOTHING;
