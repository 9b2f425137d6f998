-- record_announced_revision: Remember the highest revision of the registry that an event has announced.
INSERT INTO facts_followed (policy, heard) VALUES (:policy, :revision)
ON CONFLICT (policy) DO UPDATE SET heard = greatest(facts_followed.heard, excluded.heard);

-- progress: Up to which revision are changes processed, may there be more, and which evaluated revision comes next?
SELECT reached.*, (SELECT min((result ->> 'facts_revision')::bigint) FROM jobs
                   WHERE kind = :kind AND state = 'succeeded' AND input ->> 'policy' = :policy
                   AND (result ->> 'facts_revision')::bigint > reached.revision) AS next_evaluated
FROM (SELECT coalesce(max(revision), 0) AS revision, coalesce(max(heard), 0) AS latest_seen,
             coalesce(bool_or(heard > revision OR looked_at IS NULL
                              OR looked_at < now() - make_interval(secs => :seconds)), true) AS more
      FROM facts_followed WHERE policy = :policy) AS reached;

-- ensure_progress: Start a policy's progress at revision 0.
INSERT INTO facts_followed (policy) VALUES (:policy) ON CONFLICT DO NOTHING;

-- advance_progress: Move the progress, unless another worker or an evaluation has moved the progress meanwhile.
UPDATE facts_followed SET revision = :until, looked_at = now(),
    heard = CASE WHEN heard > :latest_seen THEN heard ELSE :latest END
WHERE policy = :policy AND revision = :after;

-- create_changed: Hold the enterprises whose facts changed, each once.
CREATE TEMP TABLE changed (uscc text, revision bigint) ON COMMIT DROP;

-- mark_changed: Mark these enterprises for re-evaluation.
INSERT INTO fact_marks (policy, uscc, revision) SELECT :policy, uscc, revision FROM changed ORDER BY uscc
ON CONFLICT (policy, uscc) DO UPDATE
SET revision = greatest(fact_marks.revision, excluded.revision), touched_at = now();

-- is_quiet: Have the facts of the pending enterprises been unchanged for long enough, or pending for too long?
SELECT max(touched_at) <= now() - make_interval(secs => :quiet)
       OR min(marked_at) <= now() - make_interval(secs => :at_most)
FROM fact_marks WHERE policy = :policy;

-- is_evaluation_open: Is an evaluation in progress, or has an automatic one failed a short time ago?
SELECT EXISTS (SELECT 1 FROM jobs WHERE kind = :kind AND (state IN ('queued', 'running')
               OR (state = 'failed' AND created_by = :actor AND finished_at > now() - make_interval(secs => :retry))));

-- drop_pending_without_awards: Drop what is pending if no award could be restated.
-- One statement, so one instant: an evaluation in progress is seen as open, or by the awards that it proposed.
DELETE FROM fact_marks WHERE policy = :policy
AND NOT EXISTS (SELECT 1 FROM jobs WHERE kind = :kind AND state IN ('queued', 'running'))
AND NOT EXISTS (SELECT 1 FROM awards WHERE policy = :policy);

-- pending: Which enterprises are pending, the longest first? One row `*` means all.
SELECT uscc FROM fact_marks WHERE policy = :policy ORDER BY uscc <> :all_enterprises, marked_at, uscc LIMIT :at_most;

-- clear_reevaluated: Remove the marks that an evaluation has dealt with; after one of all, process changes from its revision.
-- An evaluation of some years removes no mark if awards of other years exist, or if new awards are proposed. Changes after the
-- evaluated revision are processed once more: rows that were changed and changed back meanwhile differ from what was evaluated.
WITH coverage AS (
    SELECT :every_year OR NOT :proposes_new
           AND NOT EXISTS (SELECT 1 FROM awards WHERE policy = :policy AND identity_year <> ALL(:award_years)) AS all_years
), dropped AS (
    DELETE FROM fact_marks USING coverage
    WHERE all_years AND policy = :policy AND revision <= :revision AND (:all_enterprises OR uscc = ANY(:scope))
)
INSERT INTO facts_followed (policy, revision) SELECT :policy, :revision FROM coverage WHERE all_years AND :all_enterprises
ON CONFLICT (policy) DO UPDATE SET revision = excluded.revision;

-- rewind_progress: Process changes after this revision once more.
UPDATE facts_followed SET revision = :revision WHERE policy = :policy AND revision > :revision;
