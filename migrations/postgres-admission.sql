-- Run by `proofsheet migrate` after the migrations: the login of the program (the setting ps.login of this transaction) may
-- become ps_app and ps_worker. It must not have their rights by itself: before a transaction has taken a role it sees nothing.
DO $$
DECLARE
    login TEXT := current_setting('ps.login');
    modern BOOLEAN := current_setting('server_version_num')::int >= 160000;
    wanted TEXT;
    may_already BOOLEAN;
BEGIN
    IF login = current_user OR EXISTS (SELECT FROM pg_roles WHERE rolname = login AND rolsuper) THEN
        RETURN;
    END IF;
    IF NOT modern AND EXISTS (SELECT FROM pg_roles WHERE rolname = login AND rolinherit) THEN
        RAISE EXCEPTION 'the login % inherits what its roles may; change it: ALTER ROLE % NOINHERIT', login, quote_ident(login);
    END IF;
    FOREACH wanted IN ARRAY ARRAY['ps_app', 'ps_worker'] LOOP
        may_already := pg_has_role(login, wanted, CASE WHEN modern THEN 'SET' ELSE 'MEMBER' END);
        IF modern AND (NOT may_already OR pg_has_role(login, wanted, 'USAGE')) THEN
            EXECUTE format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', wanted, login);
        ELSIF NOT may_already THEN
            EXECUTE format('GRANT %I TO %I', wanted, login);
        END IF;
    END LOOP;
END $$;
