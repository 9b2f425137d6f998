-- install_units: Write the budget units of a policy; a unit stays the one policy's that had it first.
INSERT INTO policy_units (unit, policy) SELECT unnest(CAST(:units AS text[])), :policy ON CONFLICT (unit) DO NOTHING;

-- install_jurisdictions: Write the places that a policy covers; a place stays the one policy's that had it first.
INSERT INTO policy_jurisdictions (jurisdiction, policy)
SELECT unnest(CAST(:jurisdictions AS text[])), :policy ON CONFLICT (jurisdiction) DO NOTHING;
