-- acts: Return the acts of a recovery that were not discarded; one at most.
SELECT * FROM recovery_acts WHERE recovery_id = :recovery_id AND discarded_at IS NULL;

-- statements: Return the payee's statements on an act, oldest first.
SELECT id, statement, document, made_by, made_at FROM recovery_statements WHERE act_id = :act_id ORDER BY id;

-- plans: Return the plans of a recovery, oldest first.
SELECT * FROM repayment_plans WHERE recovery_id = :recovery_id ORDER BY id;

-- plan_in_force: Return the parts of the plan of a recovery that was confirmed last.
SELECT parts FROM repayment_plans WHERE recovery_id = :recovery_id AND confirmed_at IS NOT NULL
ORDER BY confirmed_at DESC, id DESC LIMIT 1;

-- set_days: Set the days of an act that is being issued.
UPDATE recovery_acts SET due_on = :due_on, limitation_on = :limitation_on WHERE id = :id AND confirmed_at IS NULL;
