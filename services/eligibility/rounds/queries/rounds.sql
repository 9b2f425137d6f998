-- totals_of_round: Count and add up the decisions of a round by award, jurisdiction, state and what they wait for.
SELECT d.award, d.jurisdiction, d.state, w.waiting_for, count(*) AS decisions,
       sum(d.entitlement_fen)::bigint AS entitlement_fen
FROM decisions d CROSS JOIN LATERAL waiting_for(d, :notice_days) w
WHERE d.round_id = :round_id AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
GROUP BY d.award, d.jurisdiction, d.state, w.waiting_for
ORDER BY d.award, d.jurisdiction, d.state, w.waiting_for;

-- waits_of_round: How many decisions of a round wait for each step, of what sum, and since when?
-- A confirmation or a review is waited for since the proposal, a notice or an approval since the last change of the decision. `kind` is
-- that of the task in an inbox; an open notice and a suspended decision are nobody's, and have none. `procedure` is the document whose
-- terms hold.
SELECT wait.step, k.kind, p.content AS procedure, count(*) AS decisions, sum(d.entitlement_fen)::bigint AS entitlement_fen,
       min(CASE WHEN wait.step IN ('notice', 'approval') THEN d.changed_at ELSE d.proposed_at END) AS since
FROM decisions d
CROSS JOIN LATERAL waiting_for(d, :notice_days) w
CROSS JOIN LATERAL unnest(w.waiting_for) AS wait (step)
CROSS JOIN LATERAL (SELECT CASE WHEN wait.step = 'confirmation' THEN wait.step
                                WHEN wait.step NOT IN ('notice', 'approval') THEN 'review'
                                WHEN d.state <> 'proposed' THEN NULL
                                WHEN wait.step = 'approval' AND d.flags <> '{}' THEN 'flagged_approval'
                                ELSE wait.step END AS kind) k
LEFT JOIN documents p ON p.hash = d.procedure_hash
WHERE d.round_id = :round_id AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
GROUP BY wait.step, k.kind, p.hash
ORDER BY array_position(ARRAY['approval', 'notice'], wait.step) DESC NULLS FIRST, wait.step;

-- has_ready_for_notice: Has a round proposals that can be put into a notice: not noticed yet, and with no step left?
SELECT EXISTS (
    SELECT FROM decisions
    WHERE round_id = :round_id AND state = 'proposed' AND notice_id IS NULL AND open_steps = '{}'
      AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction));

-- risks_of_round: Which decisions of a round that wait for approval deserve a look, and why? The gravest first, then the largest.
WITH waiting AS (
    SELECT d.*, percent_rank() OVER (ORDER BY d.entitlement_fen) AS place
    FROM decisions d CROSS JOIN LATERAL waiting_for(d, :notice_days) w
    WHERE d.round_id = :round_id AND w.waiting_for[1] = 'approval'
      AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
), judged AS (
    SELECT w.*, array_remove(ARRAY[
        CASE WHEN cardinality(w.flags) > 0 THEN 'flagged' END,
        CASE WHEN EXISTS (SELECT FROM decision_acts a WHERE a.decision_id = w.id AND a.act IN ('object', 'oppose')) THEN 'opposed' END,
        CASE WHEN EXISTS (SELECT FROM account_confirmations c WHERE c.decision_id = w.id AND c.outcome IN ('own_draft', 'changed'))
             THEN 'account_unclear' END,
        CASE WHEN EXISTS (SELECT FROM decisions v WHERE v.award_id = w.award_id AND v.state = 'approved') THEN 'changes_award' END,
        CASE WHEN cardinality(w.fact_authors) > 0 THEN 'facts_by_hand' END,
        CASE WHEN w.place >= 0.95 THEN 'large_amount' END,
        CASE WHEN NOT EXISTS (SELECT FROM decisions p WHERE p.payee_uscc = w.payee_uscc AND p.version IS NOT NULL)
             THEN 'first_award' END], NULL) AS risks
    FROM waiting w
), weighed AS (
    SELECT j.*, (SELECT sum(2 ^ array_position(ARRAY['first_award', 'large_amount', 'facts_by_hand', 'changes_award',
                                                     'account_unclear', 'opposed', 'flagged'], risk))::integer
                 FROM unnest(j.risks) risk) AS gravity
    FROM judged j WHERE j.risks <> '{}'
)
SELECT id, award, award_year, payee_uscc, payee_name, jurisdiction, entitlement_fen, flags, risks, gravity FROM weighed
WHERE CAST(:after_gravity AS integer) IS NULL
   OR (gravity, entitlement_fen, id) < (CAST(:after_gravity AS integer), CAST(:after_fen AS bigint), CAST(:after_id AS uuid))
ORDER BY gravity DESC, entitlement_fen DESC, id DESC LIMIT :limit;
