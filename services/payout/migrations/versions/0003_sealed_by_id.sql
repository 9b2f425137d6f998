-- A transaction's number means nothing after a restore into another server, where numbers begin anew: the sealer stood still until
-- they passed the old ones. Blocks are of ids now; the sealer seals what there is from the beginning, in `sealed_blocks`.

DROP TABLE ledger_blocks;

ALTER TABLE postings DROP COLUMN transaction_id;
