-- related_to: Which identifiers belong to an award, a batch or a recovery?
-- Payment orders, the batches that they were in with the bank's answers, findings, recoveries with their acts and plans.
WITH found AS (
    SELECT id FROM payment_orders WHERE award_id = :id
    UNION SELECT order_id FROM batch_orders WHERE batch_id = :id
), sent AS (
    SELECT batch_id AS id FROM batch_orders WHERE order_id IN (SELECT id FROM found)
), owed AS (
    SELECT id FROM recoveries WHERE award_id = :id OR id = :id
)
SELECT id::text FROM found
UNION SELECT id::text FROM sent
UNION SELECT id::text FROM result_proposals WHERE batch_id IN (SELECT id FROM sent)
UNION SELECT id::text FROM result_corrections WHERE order_id IN (SELECT id FROM found)
UNION SELECT id::text FROM payment_findings WHERE order_id IN (SELECT id FROM found)
UNION SELECT id::text FROM owed
UNION SELECT id::text FROM recovery_acts WHERE recovery_id IN (SELECT id FROM owed)
UNION SELECT id::text FROM repayment_plans WHERE recovery_id IN (SELECT id FROM owed)
UNION SELECT id::text FROM repayment_proposals WHERE recovery_id IN (SELECT id FROM owed)
UNION SELECT id::text FROM holds WHERE award_id = :id;
