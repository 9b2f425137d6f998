-- drop_ended_partitions: Remove partitions of evaluations that have ended.
DELETE FROM evaluation_partitions p USING jobs j WHERE j.id = p.evaluation_id AND j.state NOT IN ('queued', 'running');

-- partitions: Read the partitions of an evaluation.
SELECT number, awards, is_range, first_code, until_code, facts_revision, interpretations_hash FROM evaluation_partitions
WHERE evaluation_id = :evaluation_id ORDER BY number;

-- claim_partition: Lock a partition that is still to be evaluated and that nobody else evaluates, with the input of its evaluation.
SELECT p.*, j.input FROM evaluation_partitions p JOIN jobs j ON j.id = p.evaluation_id
WHERE p.evaluation_id = :evaluation_id AND (CAST(:number AS integer) IS NULL OR p.number = :number) AND p.outcomes IS NULL
  AND p.number <> ALL(CAST(:without AS integer[])) AND j.state IN ('queued', 'running')
ORDER BY p.number LIMIT 1 FOR UPDATE OF p SKIP LOCKED;

-- open_partition: Read a partition that is still to be evaluated, whoever evaluates it, with the input of its evaluation.
SELECT p.*, j.input FROM evaluation_partitions p JOIN jobs j ON j.id = p.evaluation_id
WHERE p.evaluation_id = :evaluation_id AND p.outcomes IS NULL AND p.number <> ALL(CAST(:without AS integer[]))
ORDER BY p.number LIMIT 1;

-- store_partition_outcomes: Store the outcomes of a partition.
UPDATE evaluation_partitions SET outcomes = :outcomes WHERE evaluation_id = :evaluation_id AND number = :number;

-- evaluated_partition: Read the first evaluated partition of an evaluation besides some.
SELECT * FROM evaluation_partitions
WHERE evaluation_id = :evaluation_id AND outcomes IS NOT NULL AND number <> ALL(CAST(:without AS integer[]))
ORDER BY number LIMIT 1;

-- drop_partitions: Remove the partitions of an evaluation.
DELETE FROM evaluation_partitions WHERE evaluation_id = :evaluation_id;

-- drop_unclaimed_partitions: Remove the partitions of an evaluation that nobody works on; the next evaluation removes others.
DELETE FROM evaluation_partitions WHERE (evaluation_id, number) IN (
    SELECT evaluation_id, number FROM evaluation_partitions WHERE evaluation_id = :evaluation_id FOR UPDATE SKIP LOCKED);
