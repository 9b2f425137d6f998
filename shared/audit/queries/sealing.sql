-- writers: Return the transactions that hold a lock for writing on a table.
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = CAST(:table AS regclass) AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock');
