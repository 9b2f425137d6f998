"""PostgreSQL: engine and transactions, bulk reading and writing, migrations."""
