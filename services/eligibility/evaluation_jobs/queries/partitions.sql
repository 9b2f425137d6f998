-- drop_ended_partitions: Remove partitions of evaluations that have ended.
DELETE FROM evaluation_shards s USING jobs j WHERE j.id = s.evaluation_id AND j.state NOT IN ('queued', 'running');

-- count_partitions: How many partitions does an evaluation have?
SELECT count(*) FROM evaluation_shards WHERE evaluation_id = :evaluation_id;

-- open_partition: Read a partition that is still to be evaluated, with the input of its evaluation.
SELECT s.*, j.input FROM evaluation_shards s JOIN jobs j ON j.id = s.evaluation_id
WHERE s.evaluation_id = :evaluation_id AND s.number = :number AND s.outcomes IS NULL AND j.state IN ('queued', 'running');

-- open_partitions: Which partitions of an evaluation are still to be evaluated?
SELECT number FROM evaluation_shards WHERE evaluation_id = :evaluation_id AND outcomes IS NULL ORDER BY number;

-- store_partition_outcomes: Store the outcomes of a partition; the first ones stay.
UPDATE evaluation_shards SET outcomes = :outcomes
WHERE evaluation_id = :evaluation_id AND number = :number AND outcomes IS NULL;

-- evaluated_partitions: Read all partitions of an evaluation with their outcomes.
SELECT * FROM evaluation_shards WHERE evaluation_id = :evaluation_id ORDER BY number;

-- drop_partitions: Remove the partitions of an evaluation.
DELETE FROM evaluation_shards WHERE evaluation_id = :evaluation_id;
