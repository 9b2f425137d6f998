-- Each service's database, its owner (migrations) and its application role, which cannot take the connections of
-- the others. Run once, as a superuser:
--   psql -v ON_ERROR_STOP=1 -f databases.sql, with REGISTRY_OWNER_PASSWORD, REGISTRY_APP_PASSWORD, … in the environment.
\getenv registry_owner REGISTRY_OWNER_PASSWORD
\getenv registry_app REGISTRY_APP_PASSWORD
\getenv eligibility_owner ELIGIBILITY_OWNER_PASSWORD
\getenv eligibility_app ELIGIBILITY_APP_PASSWORD
\getenv payout_owner PAYOUT_OWNER_PASSWORD
\getenv payout_app PAYOUT_APP_PASSWORD

CREATE ROLE registry_owner LOGIN PASSWORD :'registry_owner';
CREATE ROLE registry_app LOGIN CONNECTION LIMIT 80 PASSWORD :'registry_app';
CREATE DATABASE registry OWNER registry_owner;
REVOKE CONNECT ON DATABASE registry FROM PUBLIC;
GRANT CONNECT ON DATABASE registry TO registry_app;

CREATE ROLE eligibility_owner LOGIN PASSWORD :'eligibility_owner';
CREATE ROLE eligibility_app LOGIN CONNECTION LIMIT 80 PASSWORD :'eligibility_app';
CREATE DATABASE eligibility OWNER eligibility_owner;
REVOKE CONNECT ON DATABASE eligibility FROM PUBLIC;
GRANT CONNECT ON DATABASE eligibility TO eligibility_app;

CREATE ROLE payout_owner LOGIN PASSWORD :'payout_owner';
CREATE ROLE payout_app LOGIN CONNECTION LIMIT 80 PASSWORD :'payout_app';
CREATE DATABASE payout OWNER payout_owner;
REVOKE CONNECT ON DATABASE payout FROM PUBLIC;
GRANT CONNECT ON DATABASE payout TO payout_app;
