#!/bin/sh
# Run once by the postgres image in an empty volume: one database, the login that owns its tables, and the login of the nodes.
# The roles those take (ps_app, ps_worker, ps_ro) are made by `proofsheet migrate`.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 \
     --set app="$PROOFSHEET_APP_PASSWORD" --set migrator="$PROOFSHEET_MIGRATOR_PASSWORD" <<'SQL'
CREATE ROLE proofsheet_migrator LOGIN CREATEROLE PASSWORD :'migrator';
CREATE ROLE proofsheet LOGIN NOINHERIT PASSWORD :'app';
CREATE DATABASE proofsheet OWNER proofsheet_migrator TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';
SQL
