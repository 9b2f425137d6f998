-- first_days: On which day was the first version of each award in force decided?
SELECT award, subject, identity_year, first_decided_on FROM awards
WHERE policy = :policy AND version > 0 AND (CAST(:award_codes AS text[]) IS NULL OR award = ANY(:award_codes))
  AND (CAST(:first_code AS text) IS NULL OR subject >= :first_code)
  AND (CAST(:until_code AS text) IS NULL OR subject < :until_code);

-- first_days_of: The same for some (award, subject) pairs.
SELECT a.award, a.subject, a.identity_year, a.first_decided_on
FROM unnest(CAST(:awards AS text[]), CAST(:subjects AS text[])) AS pairs (award, subject)
JOIN awards a USING (award, subject)
WHERE a.policy = :policy AND a.version > 0;

-- award_ids: Which awards have ever been proposed?
SELECT CAST(award_id AS text) FROM awards
WHERE policy = :policy AND (CAST(:award_codes AS text[]) IS NULL OR award = ANY(:award_codes))
  AND (CAST(:first_code AS text) IS NULL OR subject >= :first_code)
  AND (CAST(:until_code AS text) IS NULL OR subject < :until_code);

-- open_days: On which day was each open first proposal decided?
SELECT a.award, a.subject, a.identity_year, d.decided_on AS first_decided_on
FROM decisions d JOIN awards a USING (award_id)
WHERE a.policy = :policy AND a.version = 0 AND d.state IN ('proposed', 'in_notice', 'suspended')
  AND (CAST(:award_codes AS text[]) IS NULL OR a.award = ANY(:award_codes))
  AND (CAST(:first_code AS text) IS NULL OR a.subject >= :first_code)
  AND (CAST(:until_code AS text) IS NULL OR a.subject < :until_code);

-- open_days_of: The same for some (award, subject) pairs.
SELECT a.award, a.subject, a.identity_year, d.decided_on AS first_decided_on
FROM unnest(CAST(:awards AS text[]), CAST(:subjects AS text[])) AS pairs (award, subject)
JOIN awards a USING (award, subject)
JOIN decisions d USING (award_id)
WHERE a.policy = :policy AND a.version = 0 AND d.state IN ('proposed', 'in_notice', 'suspended');

-- with_decisions: Which of some (award, subject) pairs have a version in force or an open proposal?
SELECT DISTINCT a.award, a.subject
FROM unnest(CAST(:awards AS text[]), CAST(:subjects AS text[])) AS pairs (award, subject)
JOIN awards a USING (award, subject)
WHERE a.policy = :policy AND (a.version > 0 OR EXISTS (
    SELECT 1 FROM decisions d WHERE d.award_id = a.award_id AND d.state IN ('proposed', 'in_notice', 'suspended')));

-- paid_to: Which (award, subject) pairs have a version in force, or an open proposal, that pays one of these enterprises?
SELECT DISTINCT award, subject FROM decisions
WHERE policy = :policy AND payee_uscc = ANY(:scope) AND state IN ('approved', 'proposed', 'in_notice', 'suspended');

-- first_approved_since: Which (award, subject) pairs had their first version approved at an instant or later?
SELECT DISTINCT award, subject FROM decisions WHERE policy = :policy AND version = 1 AND approved_at >= :instant AND changed_at >= :instant
ORDER BY award, subject;

-- oldest_transaction: When did the oldest transaction of others begin? What it approves has that instant, and is not visible yet.
SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();

-- newest_evaluated_revision: Which revision of the registry is the newest that a successful evaluation has used?
SELECT coalesce(max((result ->> 'facts_revision')::bigint), 0) FROM jobs
WHERE kind = :kind AND state = 'succeeded' AND input ->> 'policy' = :policy;
