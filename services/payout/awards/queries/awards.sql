-- lock: Lock awards, all in one order for all workers, and return the highest version received and the one in effect.
SELECT award_id::text AS award_id, version, split_version FROM awards
WHERE award_id = ANY(CAST(:ids AS uuid[])) ORDER BY award_id FOR UPDATE;

-- known_versions: Return the stored versions of awards.
SELECT award_id::text AS award_id, version FROM award_versions WHERE award_id = ANY(CAST(:ids AS uuid[]));

-- update_awards: Bring awards to another version; an arrangement, once set, is kept.
UPDATE awards a
SET jurisdiction = n.jurisdiction, version = n.version, split_version = n.split_version,
    arrangement_id = coalesce(a.arrangement_id, n.arrangement_id), waiting_for = n.waiting_for
FROM unnest(CAST(:ids AS uuid[]), CAST(:jurisdictions AS text[]), CAST(:versions AS int[]), CAST(:splits AS int[]),
            CAST(:arrangements AS uuid[]), CAST(:waiting AS text[]))
     AS n(award_id, jurisdiction, version, split_version, arrangement_id, waiting_for)
WHERE a.award_id = n.award_id;

-- shares_in_effect: Return each unit's share of the version in effect.
SELECT a.award_id::text AS award_id, s.unit, sum(s.amount_fen)::bigint AS fen
FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
WHERE a.award_id = ANY(CAST(:ids AS uuid[])) GROUP BY a.award_id, s.unit;

-- owed: Return what awards owe now by unit, payee and instalment: shares of the version in effect, from a version on.
SELECT a.award_id::text AS award_id, a.split_version, a.first_decided_on, v.award, v.subject, v.award_year, v.later_wait, v.instalments,
       s.unit, s.payee_uscc, s.parts_fen
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.split_version
LEFT JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
WHERE a.award_id = ANY(CAST(:ids AS uuid[])) AND a.split_version >= :from_version;

-- entitlements: Return awards in their newest version, of a jurisdiction if one is given.
SELECT v.award_id::text AS award_id, v.version, v.award, v.jurisdiction, v.payee_uscc, v.entitlement_fen, v.instalments,
       a.first_decided_on, v.subject, v.award_year, v.later_wait
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
WHERE a.award_id = ANY(CAST(:ids AS uuid[])) AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
ORDER BY a.award_id;

-- waiting_for_arrangement: Lock waiting awards that one of these arrangements has a row for, and return their newest version.
SELECT v.award_id::text AS award_id, v.version, v.award, v.jurisdiction, v.payee_uscc, v.entitlement_fen, v.instalments,
       a.first_decided_on, v.subject, v.award_year, v.later_wait, a.split_version
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
JOIN arrangements g ON g.id = ANY(CAST(:arrangements AS uuid[])) AND a.first_decided_on >= g.effective_from
                   AND (g.effective_until IS NULL OR a.first_decided_on < g.effective_until)
WHERE a.waiting_for = 'arrangement' AND EXISTS (
    SELECT FROM arrangement_rows r
    WHERE r.arrangement_id = g.id AND r.jurisdiction = v.jurisdiction AND r.award IN (v.award, '*'))
ORDER BY a.award_id LIMIT :limit FOR UPDATE OF a SKIP LOCKED;
