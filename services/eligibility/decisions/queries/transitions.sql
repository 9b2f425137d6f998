-- create_required_steps: Hold what the procedure requires of each new proposal.
-- Nobody is asked to confirm what takes nothing more than is in force: a withdrawal, a reduction. What was passed or accepted for the
-- replaced proposal stays so if the outcome is the same.
CREATE TEMP TABLE required_steps ON COMMIT DROP AS
SELECT p.award_id, s.place, s.step, s.due_on, e.outcome, e.reason, e.statement, e.acted_by, e.acted_at
FROM proposal_actions p
JOIN awards a USING (award_id)
LEFT JOIN candidates c ON c.award_id = p.award_id
CROSS JOIN ROWS FROM (jsonb_to_recordset(CAST(:steps AS jsonb)) AS (step text, awards text[], due_on date))
    WITH ORDINALITY AS s (step, awards, due_on, place)
LEFT JOIN LATERAL (SELECT * FROM decisions d WHERE d.id = p.in_force_id OFFSET 0) f ON true
LEFT JOIN decision_steps e ON p.equals_latest AND e.decision_id = p.open_id AND e.step = s.step
                          AND e.outcome IN ('passed', 'accepted')
WHERE p.action = 'propose' AND (s.awards IS NULL OR a.award = ANY(s.awards))
  AND (s.step <> 'confirmation' OR (p.granted AND (f.payee_uscc, f.entitlement_fen >= c.entitlement_fen)
                                                  IS DISTINCT FROM (c.payee_uscc, true)));

-- insert_proposals: Store the proposals of an evaluation with what they were computed from, and return them.
-- A proposal that replaces one of a round stays in that round. Decisions are looked up one by one (OFFSET 0): there are none for most, and a
-- join would read all that there are.
WITH made AS (
    INSERT INTO decisions (award_id, evaluation_id, state, policy, award, article, subject, award_year, payee_uscc,
        payee_name, jurisdiction, result, kind, entitlement_fen, instalments, flags, reason, decided_on, facts_revision,
        policy_hash, interpretations_hash, inputs_hash, inputs_number, engine_version, proposed_by, fact_authors, procedure_hash, round_id,
        open_steps)
    SELECT p.award_id, :evaluation_id, 'proposed', :policy, a.award,
        coalesce(c.article, f.article, p.lost_event ->> 'article'), a.subject,
        coalesce(c.award_year, f.award_year, (p.lost_event ->> 'award_year')::int),
        coalesce(c.payee_uscc, f.payee_uscc, p.lost_event #>> '{payee,uscc}'),
        coalesce(c.payee_name, f.payee_name, p.lost_event #>> '{payee,name}'),
        coalesce(c.jurisdiction, f.jurisdiction, p.lost_event ->> 'jurisdiction'),
        CASE WHEN p.granted THEN 'granted' ELSE 'withdrawn' END,
        coalesce(c.kind, f.kind, p.lost_event ->> 'kind'), coalesce(c.entitlement_fen, 0), p.instalments,
        coalesce(c.flags, '{}'),
        CASE WHEN EXISTS (SELECT 1 FROM objections b WHERE b.decision_id = p.latest_id AND b.outcome = 'upheld')
                  OR o.reason = 'objection'
             THEN 'objection' WHEN f.id IS NULL AND p.lost_event IS NULL THEN 'initial' WHEN p.granted THEN 'correction'
             ELSE 'withdrawal' END,
        p.decided_on, :facts_revision, :policy_hash, :interpretations_hash, s.hash, s.number, :engine_version, :proposed_by,
        s.authors, :procedure_hash, coalesce(r.id, o.round_id), coalesce(q.open_steps, '{}')
    FROM proposal_actions p
    JOIN awards a USING (award_id)
    JOIN sealed s ON s.award_id = p.award_id
    LEFT JOIN candidates c ON c.award_id = p.award_id
    LEFT JOIN LATERAL (SELECT * FROM decisions d WHERE d.id = p.in_force_id OFFSET 0) f ON true
    LEFT JOIN LATERAL (SELECT * FROM decisions d WHERE d.id = p.open_id OFFSET 0) o ON true
    LEFT JOIN rounds r ON r.id = :round_id AND coalesce(c.award_year, f.award_year) = ANY(r.award_years)
                      AND (r.awards IS NULL OR a.award = ANY(r.awards))
    LEFT JOIN (SELECT award_id, array_agg(step ORDER BY place) AS open_steps FROM required_steps
               WHERE outcome IS NULL GROUP BY award_id) q ON q.award_id = p.award_id
    WHERE p.action = 'propose' ORDER BY a.award, a.subject
    RETURNING id), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'propose', 'proposed', :proposed_by FROM made
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- insert_steps: Have each new proposal wait for the steps that the procedure requires of it.
INSERT INTO decision_steps (decision_id, place, step, due_on, outcome, reason, statement, acted_by, acted_at)
SELECT d.id, s.place, s.step, s.due_on, s.outcome, s.reason, s.statement, s.acted_by, s.acted_at
FROM required_steps s
CROSS JOIN LATERAL (SELECT id FROM decisions WHERE award_id = s.award_id AND evaluation_id = :evaluation_id AND state = 'proposed' OFFSET 0) d;

-- supersede_replaced: Supersede the open proposals that an evaluation replaces or closes.
WITH ended AS (
    UPDATE decisions SET state = 'superseded', revision = revision + 1, changed_at = now()
    WHERE id = ANY(ARRAY(SELECT open_id FROM proposal_actions WHERE open_id IS NOT NULL AND action IN ('propose', 'close')))
    RETURNING id), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor, reason)
    SELECT id, 'supersede', 'superseded', :proposed_by, 'the facts or interpretations have changed' FROM ended
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- supersede_lost: Supersede open proposals whose approval was published and lost in a restore.
WITH ended AS (
    UPDATE decisions SET state = 'superseded', revision = revision + 1, changed_at = now()
    WHERE id = ANY(CAST(:ids AS uuid[])) AND state IN ('proposed', 'in_notice', 'suspended') RETURNING id), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor, reason)
    SELECT id, 'supersede', 'superseded', 'eligibility-relay', 'its approval was published and then lost in a restore' FROM ended
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- change_one: Change the state of one decision, and record the act; `done` is the step that it needs no longer, if any.
WITH changed AS (
    UPDATE decisions SET state = :state, open_steps = array_remove(open_steps, CAST(:done AS text)), revision = revision + 1,
        changed_at = now()
    WHERE id = :id RETURNING id), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor, reason, step)
    SELECT id, :act, :state, :by, :reason, CAST(:step AS text) FROM changed
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- take_step: Record what became of a step of one decision.
UPDATE decision_steps SET outcome = :outcome, reason = :reason, statement = CAST(:statement AS jsonb), acted_by = :by,
    acted_at = now()
WHERE decision_id = :id AND step = :step;

-- publish_picked: Put the picked decisions into a notice, and record the act.
WITH changed AS (
    UPDATE decisions d SET state = 'in_notice', notice_id = :notice_id, revision = d.revision + 1, changed_at = now()
    FROM picked p WHERE d.id = p.id RETURNING d.id, d.state), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'publish', state, :by FROM changed
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- conclude_picked: End the notice of the picked decisions, and record the act; suspended ones stay suspended.
WITH changed AS (
    UPDATE decisions d SET noticed_on = :noticed_on, state = CASE d.state WHEN 'in_notice' THEN 'proposed' ELSE d.state END,
        revision = d.revision + 1, changed_at = now()
    FROM picked p WHERE d.id = p.id RETURNING d.id, d.state), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'conclude', state, :by FROM changed
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- pick_approvable: Lock the awards of those of some decisions that are proposed, and rest on no proposal or fact of the approving person.
-- Whoever changes a decision holds its award, so that its own row needs no lock; what another has done before is left out after it.
CREATE TEMP TABLE picked ON COMMIT DROP AS
SELECT d.id, d.award_id, a.version, coalesce(a.first_decided_on, d.decided_on) AS first_decided_on
FROM decisions d JOIN awards a USING (award_id)
WHERE d.id = ANY(CAST(:ids AS uuid[])) AND d.state = 'proposed' AND d.proposed_by <> :by AND :by <> ALL(d.fact_authors)
ORDER BY a.award_id FOR UPDATE OF a;

-- leave_decided: Leave out of the picked decisions those that somebody has decided while their awards were waited for.
-- Looked up one by one: for a join PostgreSQL would begin with what it takes to be the few decisions that are not proposed.
DELETE FROM picked p WHERE (SELECT d.state FROM decisions d WHERE d.id = p.id) <> 'proposed';

-- any_in_force: Does any picked award have a version in force?
SELECT EXISTS (SELECT FROM picked WHERE version > 0);

-- supersede_in_force: Supersede the version in force of each picked award.
WITH ended AS (
    UPDATE decisions d SET state = 'superseded', revision = revision + 1, changed_at = now()
    FROM picked p WHERE d.award_id = p.award_id AND d.state = 'approved' RETURNING d.id), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'supersede', 'superseded', :by FROM ended
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- number_versions: Give each picked award its next version.
UPDATE awards a SET version = p.version + 1, first_decided_on = p.first_decided_on FROM picked p WHERE a.award_id = p.award_id;

-- approve_picked: Put the picked decisions in force, and record the act.
WITH changed AS (
    UPDATE decisions d SET state = 'approved', approved_by = :by, approved_at = now(), version = p.version + 1,
        revision = d.revision + 1, changed_at = now()
    FROM picked p WHERE d.id = p.id RETURNING d.id, d.state), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor, reason) SELECT id, 'approve', state, :by, :reason FROM changed
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- pick_reviewable: Lock the awards of those of some decisions that still wait for a review.
CREATE TEMP TABLE picked ON COMMIT DROP AS
SELECT d.id, d.award_id, a.version FROM decisions d JOIN awards a USING (award_id) JOIN decision_steps s ON s.decision_id = d.id
WHERE d.id = ANY(CAST(:ids AS uuid[])) AND d.state IN ('proposed', 'suspended') AND s.step = :step AND s.outcome IS NULL
ORDER BY a.award_id FOR UPDATE OF a;

-- pick_silent: Lock the awards of proposals whose confirmation is overdue, where the procedure says that silence declines.
-- The few procedures are read first: documents hold much else, which nobody has to parse for it. Chosen before they are ordered: what is
-- left for the next time is not sorted each time.
CREATE TEMP TABLE picked ON COMMIT DROP AS
SELECT silent.id, a.award_id, a.version
FROM (SELECT d.id, d.award_id FROM decision_steps s JOIN decisions d ON d.id = s.decision_id
      WHERE d.state IN ('proposed', 'suspended') AND s.step = 'confirmation' AND s.outcome IS NULL AND s.due_on < :today
        AND d.procedure_hash = ANY(ARRAY(SELECT p.hash FROM procedure_changes c JOIN documents p ON p.hash = c.hash
                                         WHERE p.content::jsonb #>> '{confirmation,silence}' = 'declines'))
      LIMIT :limit) silent
JOIN awards a USING (award_id)
ORDER BY a.award_id FOR UPDATE OF a;

-- leave_done: Leave out of the picked decisions those whose step somebody has done while their awards were waited for.
DELETE FROM picked p
WHERE NOT (SELECT d.state IN ('proposed', 'suspended') AND :step = ANY(d.open_steps) FROM decisions d WHERE d.id = p.id);

-- take_step_of_picked: Record what became of a step of the picked decisions.
UPDATE decision_steps s SET outcome = :outcome, reason = :reason, acted_by = :by, acted_at = now()
FROM picked p WHERE s.decision_id = p.id AND s.step = :step;

-- close_step_of_picked: The picked decisions need a step no longer; their states stay. Record the act.
WITH changed AS (
    UPDATE decisions d SET open_steps = array_remove(d.open_steps, :step), revision = d.revision + 1, changed_at = now()
    FROM picked p WHERE d.id = p.id RETURNING d.id, d.state), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor, step) SELECT id, 'pass', state, :by, :step FROM changed
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- reject_picked: Reject the picked decisions, and record the act; they need their step no longer.
WITH changed AS (
    UPDATE decisions d SET state = 'rejected', open_steps = array_remove(d.open_steps, :step), revision = d.revision + 1,
        changed_at = now()
    FROM picked p WHERE d.id = p.id RETURNING d.id, d.state), acted AS (
    INSERT INTO decision_acts (decision_id, act, state, actor, reason, step)
    SELECT id, 'decline', state, :by, :reason, :step FROM changed
    RETURNING decision_id)
SELECT CAST(array_agg(decision_id) AS text) FROM acted;

-- enqueue_events: Write the event of each picked decision to the outbox.
-- Its members are those of shared.events.award_decided.AwardDecided; a test compares the two. A row becomes JSON in half the time of an
-- object that is built of names and values. Only `later_instalments` may be missing; leaving nulls out would parse each event once more.
INSERT INTO event_batches (topic, type, source, occurred_at, trace_parent, events, keys, event_ids, data)
SELECT :topic, :type, :source, now(), CAST(:trace_parent AS text), count(*), array_agg(award_id::text ORDER BY number),
       array_agg(id ORDER BY number), array_agg(data ORDER BY number)
FROM (SELECT row_number() OVER (ORDER BY d.award_id) AS number, d.award_id, d.id,
          CASE WHEN d.procedure_hash = ANY(ARRAY(SELECT p.hash FROM procedure_changes c JOIN documents p ON p.hash = c.hash
                                                 WHERE p.content::jsonb ->> 'later_instalments' = 'confirmed'))
               THEN row_to_json(confirmed) ELSE row_to_json(event) END::text AS data
      FROM picked p JOIN decisions d USING (id)
      CROSS JOIN LATERAL (SELECT d.payee_uscc AS uscc, d.payee_name AS name) payee
      CROSS JOIN LATERAL (SELECT d.facts_revision, d.policy_hash, d.interpretations_hash, d.engine_version) receipt
      CROSS JOIN LATERAL (
          SELECT d.award_id, d.version, d.policy, d.award, d.article, d.subject, d.award_year, payee, d.jurisdiction, d.kind, d.result,
                 d.entitlement_fen, json_strip_nulls(d.instalments::json) AS instalments, d.decided_on, p.first_decided_on, d.reason,
                 receipt) event
      CROSS JOIN LATERAL (SELECT event.*, 'confirmed' AS later_instalments) confirmed) told
GROUP BY (number - 1) / 500 ORDER BY (number - 1) / 500;

-- announce: Write to the outbox how decisions progress after an act: their state, what they wait for, and the last day for it if it has one.
-- Its members are those of shared.events.award_progressed.AwardProgressed; a test compares the two. The ids of its events are UUIDs of
-- version 8, a hash of one random id and the decision's: the random numbers of a thousand events take longer than all the rest.
INSERT INTO event_batches (topic, type, source, occurred_at, trace_parent, events, keys, event_ids, data)
SELECT :topic, :type, :source, now(), CAST(:trace_parent AS text), count(*), array_agg(award_id::text ORDER BY number),
       array_agg(event_id ORDER BY number), array_agg(data ORDER BY number)
FROM (SELECT row_number() OVER (ORDER BY d.award_id) AS number, d.award_id,
          overlay(overlay(encode(substr(sha256((SELECT uuid_send(uuidv7())) || uuid_send(d.id)), 1, 16), 'hex')
              PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid AS event_id, row_to_json(event)::text AS data
      FROM decisions d CROSS JOIN LATERAL (SELECT waiting_for FROM waiting_for(d, :notice_days) OFFSET 0) w
      CROSS JOIN LATERAL (
          SELECT d.award_id, d.id AS decision_id, d.payee_uscc AS uscc, d.award, d.award_year, d.state, w.waiting_for,
                 CASE WHEN w.waiting_for = '{}' THEN NULL
                      WHEN d.open_steps <> '{}' THEN (SELECT min(s.due_on) FROM decision_steps s
                                                      WHERE s.decision_id = d.id AND s.step = ANY(d.open_steps))
                      WHEN w.waiting_for = '{notice}' THEN (SELECT n.last_day FROM notices n WHERE n.id = d.notice_id) END AS due_on,
                 (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) AS occurred_at) event
      WHERE d.id = ANY(CAST(:ids AS uuid[]))) told
GROUP BY (number - 1) / 500 ORDER BY (number - 1) / 500;
