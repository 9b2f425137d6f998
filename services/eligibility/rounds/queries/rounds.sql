-- totals_of_round: Count and add up the decisions of a round by award, jurisdiction, state and what they wait for.
SELECT d.award, d.jurisdiction, d.state, w.waiting_for, count(*) AS decisions,
       sum(d.entitlement_fen)::bigint AS entitlement_fen
FROM decisions d CROSS JOIN LATERAL waiting_for(d, :notice_days) w
WHERE d.round_id = :round_id AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
GROUP BY d.award, d.jurisdiction, d.state, w.waiting_for
ORDER BY d.award, d.jurisdiction, d.state, w.waiting_for;
