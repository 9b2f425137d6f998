-- known_versions: Return the highest version of each of these awards that is known.
SELECT award_id, version FROM awards WHERE award_id = ANY(CAST(:ids AS uuid[]));

-- create_lost_versions: Hold the highest lost version of each award.
CREATE TEMP TABLE lost_versions (
    award_id uuid, policy text, award text, subject text, identity_year integer, version integer, first_decided_on date,
    event jsonb
) ON COMMIT DROP;

-- restore_award_versions: Raise each award to the version that was published, so that its number is not given again.
INSERT INTO awards (award_id, policy, award, subject, identity_year, version, first_decided_on)
SELECT award_id, policy, award, subject, identity_year, version, first_decided_on FROM lost_versions ORDER BY award_id
ON CONFLICT (award_id) DO UPDATE SET version = greatest(awards.version, excluded.version),
    first_decided_on = coalesce(awards.first_decided_on, excluded.first_decided_on);

-- keep_lost_events: Keep the event of the highest lost version of each award.
INSERT INTO recalled_versions (award_id, version, event) SELECT award_id, version, event FROM lost_versions
ON CONFLICT (award_id) DO UPDATE SET version = excluded.version, event = excluded.event
WHERE excluded.version > recalled_versions.version;
