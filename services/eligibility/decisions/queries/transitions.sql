-- record_act_on_picked: Record an act on every picked decision, with the state that it led to.
INSERT INTO decision_acts (decision_id, act, state, actor, reason)
SELECT d.id, :act, d.state, :by, :reason FROM picked p JOIN decisions d USING (id);
