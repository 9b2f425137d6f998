-- deciding: Which decision, proposed or in force, grants an award of a year? An award that is given once is granted in any year.
SELECT d.id, d.state, d.open_steps FROM awards a JOIN decisions d USING (award_id)
WHERE a.policy = :policy AND a.award = :award AND a.subject = :subject
  AND (a.identity_year IS NULL OR a.identity_year = :award_year)
  AND d.state IN ('proposed', 'in_notice', 'suspended', 'approved') AND d.result = 'granted'
ORDER BY d.state = 'approved', d.id DESC LIMIT 1;

-- mark_changed: Have the refusals of enterprises whose facts changed compared with these facts.
UPDATE refusals r SET changed_in = c.revision FROM (
    SELECT r.id, max(c.revision) AS revision FROM refusals r JOIN changed c ON c.uscc IN (r.payee_uscc, :all_enterprises)
    WHERE r.policy = :policy AND r.superseded_at IS NULL GROUP BY r.id) c
WHERE r.id = c.id;

-- changed: Lock some refusals whose facts changed; another worker takes others.
SELECT * FROM refusals WHERE changed_in IS NOT NULL AND superseded_at IS NULL
ORDER BY changed_in LIMIT :limit FOR UPDATE SKIP LOCKED;

-- compared: The facts up to a revision leave a refusal as it is.
UPDATE refusals SET changed_in = NULL WHERE id = :id;

-- supersede: The facts of a revision have changed the outcome of a refusal.
UPDATE refusals SET changed_in = NULL, superseded_in = :revision, superseded_at = now() WHERE id = :id;
