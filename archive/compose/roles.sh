# Run once, on an empty volume, by the superuser: the roles that everything else connects as (docs/database.md, Roles).
# The image's entry point reads it into its own shell.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv database_password DATABASE_PASSWORD
\getenv replication_password REPLICATION_PASSWORD
\getenv scratch_password SCRATCH_PASSWORD
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = panic;
CREATE ROLE archive LOGIN PASSWORD :'database_password';
CREATE ROLE archive_replication LOGIN REPLICATION PASSWORD :'replication_password';
CREATE ROLE archive_scratch LOGIN CREATEDB PASSWORD :'scratch_password';
CREATE DATABASE archive OWNER archive TEMPLATE template0;
REVOKE ALL ON DATABASE archive FROM PUBLIC;
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO archive_scratch;
SQL
echo "host replication archive_replication all scram-sha-256" >> "$PGDATA/pg_hba.conf"
