-- pick_approvable: Lock those of some decisions that are proposed, and not by the approving person.
CREATE TEMP TABLE picked ON COMMIT DROP AS
SELECT d.id, d.award_id, a.version FROM decisions d JOIN awards a USING (award_id)
WHERE d.id = ANY(:ids) AND d.state = 'proposed' AND d.proposed_by <> :by
ORDER BY d.award_id FOR UPDATE OF a, d;

-- any_in_force: Does any picked award have a version in force?
SELECT EXISTS (SELECT FROM picked WHERE version > 0);

-- supersede_in_force: Supersede the version in force of each picked award.
WITH ended AS (
    UPDATE decisions d SET state = 'superseded', revision = revision + 1, changed_at = now()
    FROM picked p WHERE d.award_id = p.award_id AND d.state = 'approved' RETURNING d.id)
INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'supersede', 'superseded', :by FROM ended;

-- number_versions: Give each picked award its next version.
UPDATE awards a SET version = p.version + 1, first_decided_on = coalesce(a.first_decided_on, d.decided_on)
FROM picked p JOIN decisions d USING (id) WHERE a.award_id = p.award_id;

-- approve_picked: Put the picked decisions in force.
UPDATE decisions d SET state = 'approved', approved_by = :by, approved_at = now(), version = p.version + 1,
    revision = d.revision + 1, changed_at = now()
FROM picked p WHERE d.id = p.id;

-- enqueue_events: Write the event of each picked decision to the outbox.
-- Its members are those of shared.events.award_decided.AwardDecided; a test compares the two.
INSERT INTO outbox (topic, key, type, event_id, source, subject, occurred_at, data, trace_parent)
SELECT :topic, d.award_id::text, :type, d.id, :source, d.award_id::text, now(), json_build_object(
    'award_id', d.award_id, 'version', d.version, 'policy', d.policy, 'award', d.award, 'article', d.article,
    'subject', d.subject, 'award_year', d.award_year,
    'payee', json_build_object('uscc', d.payee_uscc, 'name', d.payee_name),
    'jurisdiction', d.jurisdiction, 'kind', d.kind, 'result', d.result, 'entitlement_fen', d.entitlement_fen,
    'instalments', d.instalments, 'decided_on', d.decided_on, 'first_decided_on', a.first_decided_on, 'reason', d.reason,
    'receipt', json_build_object('facts_revision', d.facts_revision, 'policy_hash', d.policy_hash,
        'interpretations_hash', d.interpretations_hash, 'engine_version', d.engine_version))::text,
    CAST(:trace_parent AS text)
FROM picked p JOIN decisions d USING (id) JOIN awards a ON a.award_id = d.award_id
ORDER BY d.award_id;

-- select_candidates: Which decisions of an evaluation or a notice may be approved, and what blocks the others?
-- `done` are those that an earlier attempt of the same job has approved.
SELECT id,
       CASE WHEN state IN ('approved', 'superseded') AND approved_by = :by
                 AND approved_at >= (SELECT coalesce(started_at, created_at) FROM jobs WHERE id = :job_id) THEN 'done'
            WHEN state = 'suspended' THEN 'suspended'
            WHEN state IN ('superseded', 'rejected', 'approved') THEN 'stale'
            WHEN proposed_by = :by THEN 'own'
            WHEN state = 'in_notice' OR (:notice_needed AND noticed_on IS NULL) THEN 'not_noticed'
            WHEN cardinality(flags) > 0 AND CAST(:reason AS text) IS NULL THEN 'flagged' END AS blocker
FROM decisions
WHERE (evaluation_id = CAST(:evaluation_id AS uuid) OR notice_id = CAST(:notice_id AS uuid)) AND id <> ALL(:excepted)
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY id;
