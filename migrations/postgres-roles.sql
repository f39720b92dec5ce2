-- Run by `proofsheet migrate` before the migrations, as whoever migrates: an owner of the database who may create roles, or a
-- member of ps_migrator when an operator has made the roles (docs/postgresql.md). Roles belong to the cluster, not to a
-- database, so all of it may be there already.
DO $$
DECLARE
    wanted TEXT;
    may_become TEXT := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF current_setting('server_version_num')::int < 150000 THEN
        RAISE EXCEPTION 'PostgreSQL 15 or later is needed';
    END IF;
    FOREACH wanted IN ARRAY ARRAY['ps_migrator', 'ps_app', 'ps_worker', 'ps_ro'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this cluster is being migrated just now
            END;
        END IF;
    END LOOP;
    IF NOT pg_has_role(current_user, 'ps_migrator', may_become) THEN
        EXECUTE format('GRANT ps_migrator TO %I', current_user);
    END IF;
    IF NOT has_schema_privilege('ps_migrator', 'public', 'CREATE') THEN
        GRANT USAGE, CREATE ON SCHEMA public TO ps_migrator;
    END IF;
END $$;
