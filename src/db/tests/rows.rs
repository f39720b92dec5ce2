//! PostgreSQL guards rows itself: what each role sees and may do when no filter of ours stands in between.

use diesel::PgConnection;
use diesel::connection::SimpleConnection;

use crate::db::tests::scratch::{NOON, ScratchDb, Tenant, at};
use crate::db::tests::server::{connect, names, tables};
use crate::db::{AttemptRecord, DeliveryNext, Origin};

/// Two tenants, each with something in every table a tenant's life fills. None when the tests run on SQLite.
async fn two_tenants() -> Option<(ScratchDb, Tenant, Tenant)> {
    let scratch = ScratchDb::open().await;
    scratch.server.as_ref()?;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    for tenant in [&ours, &theirs] {
        tenant.endpoint(&[]).await;
        tenant.analysis(Origin::User(tenant.user.clone())).await;
        tenant.completed().await;
        let gone = tenant.completed().await;
        let destruction = tenant.destruction(&gone, at(1));
        scratch.db.as_system().write(move |tx| tx.destroy_report(&destruction)).await.unwrap();
    }
    for claimed in scratch.claim("n", at(2), at(60)).await {
        let record = AttemptRecord {
            delivery: claimed.id,
            fence: claimed.fence,
            started_at: NOON,
            duration_ms: 5,
            status: Some(200),
            outcome: "delivered".to_owned(),
            response_excerpt_sealed: None,
            sent: None,
            next: DeliveryNext::Delivered,
            health: crate::db::HealthNote::default(),
        };
        assert!(scratch.db.as_system().write(move |tx| tx.record_attempt(&record)).await.unwrap());
    }
    Some((scratch, ours, theirs))
}

fn superuser(scratch: &ScratchDb) -> PgConnection {
    connect(&scratch.server.as_ref().expect("a server").superuser_url())
}

/// What a role answers to a question in its column `name`, saying for which agency it works, or nothing.
fn as_role(conn: &mut PgConnection, role: &str, agency: Option<&str>, question: &str) -> Vec<String> {
    conn.batch_execute(&format!("BEGIN; SET LOCAL ROLE {role}")).unwrap();
    if let Some(agency) = agency {
        let say = "SELECT set_config('app.scope', 'agency', true), set_config('app.agency_id', '{}', true)";
        conn.batch_execute(&say.replace("{}", agency)).unwrap();
    }
    let answer = names(conn, question);
    conn.batch_execute("ROLLBACK").unwrap();
    answer
}

/// Why a role is refused a statement.
fn refusal(conn: &mut PgConnection, role: &str, agency: &str, statement: &str) -> Option<String> {
    let begin = format!(
        "BEGIN; SET LOCAL ROLE {role}; SELECT set_config('app.scope', 'agency', true), set_config('app.agency_id', '{agency}', true)"
    );
    conn.batch_execute(&begin).unwrap();
    let refused = conn.batch_execute(statement).err().map(|error| error.to_string());
    conn.batch_execute("ROLLBACK").unwrap();
    refused
}

const UNGUARDED: &str = "SELECT c.relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> '__diesel_schema_migrations' \
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";

#[tokio::test]
async fn every_table_is_guarded_and_every_policy_says_for_whom() {
    let Some((scratch, ..)) = two_tenants().await else { return };
    let mut conn = superuser(&scratch);
    assert_eq!(names(&mut conn, UNGUARDED), Vec::<String>::new());
    let open = "SELECT tablename || '.' || policyname AS name FROM pg_policies WHERE schemaname = 'public' AND roles <> '{ps_worker}' \
                AND (roles <> '{ps_app}' OR coalesce(qual, '') || coalesce(with_check, '') !~ 'ps_(agency|person|scope)\\(\\)')";
    assert_eq!(names(&mut conn, open), Vec::<String>::new(), "a policy that asks for nobody");
    let strange = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'ps_migrator'";
    assert_eq!(names(&mut conn, strange), Vec::<String>::new(), "every table belongs to the migrator");
    for table in tables(&mut conn) {
        let policies = format!(
            "SELECT policyname::text AS name FROM pg_policies WHERE tablename = '{table}' AND roles = '{{ps_worker}}' AND cmd = 'ALL'"
        );
        assert_eq!(names(&mut conn, &policies).len(), 1, "{table}: what may a worker?");
    }
    conn.batch_execute("CREATE TABLE left_open (agency_id TEXT)").unwrap();
    assert_eq!(names(&mut conn, UNGUARDED), ["left_open"], "a table that is forgotten is found");
}

#[tokio::test]
async fn without_any_filter_of_ours_no_foreign_row_is_seen() {
    let Some((scratch, ours, theirs)) = two_tenants().await else { return };
    let mut conn = superuser(&scratch);
    let with_agency = "SELECT table_name::text AS name FROM information_schema.columns WHERE table_schema = 'public' \
                       AND column_name = 'agency_id' ORDER BY 1";
    let mut filled = 0;
    for table in names(&mut conn, with_agency) {
        let foreign = format!("SELECT agency_id AS name FROM {table} WHERE agency_id <> '{}'", ours.agency);
        let there = names(&mut conn, &foreign).len();
        filled += usize::from(there > 0);
        let seen = as_role(&mut conn, "ps_app", Some(ours.agency.as_str()), &foreign);
        assert_eq!(seen, Vec::<String>::new(), "{table} shows an agency what is not its own");
        let all = format!("SELECT 'a row' AS name FROM {table}");
        for role in ["ps_app", "ps_ro"] {
            if names(&mut conn, &format!("SELECT 'yes' AS name WHERE has_table_privilege('{role}', '{table}', 'SELECT')"))
                .is_empty()
            {
                continue;
            }
            assert_eq!(as_role(&mut conn, role, None, &all), Vec::<String>::new(), "{role} sees {table} without a scope");
        }
        assert_eq!(as_role(&mut conn, "ps_worker", None, &foreign).len(), there, "a worker sees all of {table}");
    }
    assert!(filled >= 9, "only {filled} tables hold anything that could be seen");
    let own = as_role(&mut conn, "ps_app", Some(theirs.agency.as_str()), "SELECT id AS name FROM analyses");
    assert_eq!(own.len(), 3, "an agency sees its own");
    let login = connect(&scratch.server.as_ref().unwrap().url()).batch_execute("SELECT 1 FROM analyses").unwrap_err();
    assert!(login.to_string().contains("permission denied"), "before it takes a role the login sees no table: {login}");
}

#[tokio::test]
async fn roles_are_refused_what_is_not_theirs() {
    let Some((scratch, ours, theirs)) = two_tenants().await else { return };
    let mut conn = superuser(&scratch);
    let event = |agency: &str| {
        format!(
            "INSERT INTO events (id, agency_id, kind, sequence, occurred_at, not_after) VALUES ('ev_x', '{agency}', 'k', 1, 1, 1)"
        )
    };
    let agency = ours.agency.as_str();
    assert_eq!(refusal(&mut conn, "ps_app", agency, &event(agency)), None, "its own is accepted");
    for (role, statement, says) in [
        ("ps_app", event(theirs.agency.as_str()), "row-level security"),
        ("ps_app", format!("UPDATE api_keys SET agency_id = '{}'", theirs.agency), "row-level security"),
        ("ps_app", "ALTER TABLE analyses ADD COLUMN more TEXT".to_owned(), "must be owner"),
        ("ps_app", "ALTER TABLE analyses DISABLE ROW LEVEL SECURITY".to_owned(), "must be owner"),
        ("ps_app", "DROP TABLE analyses".to_owned(), "must be owner"),
        ("ps_app", "TRUNCATE analyses".to_owned(), "permission denied"),
        ("ps_app", "DELETE FROM report_keys".to_owned(), "permission denied"),
        ("ps_app", "CREATE TABLE mine (id TEXT)".to_owned(), "permission denied"),
        ("ps_worker", "ALTER TABLE analyses ADD COLUMN more TEXT".to_owned(), "must be owner"),
        ("ps_worker", "DROP TABLE analyses".to_owned(), "must be owner"),
        ("ps_worker", "CREATE TABLE mine (id TEXT)".to_owned(), "permission denied"),
        ("ps_worker", "DELETE FROM __diesel_schema_migrations".to_owned(), "permission denied"),
        ("ps_ro", "DELETE FROM analyses".to_owned(), "permission denied"),
    ] {
        let refused = refusal(&mut conn, role, agency, &statement).unwrap_or_default();
        assert!(refused.contains(says), "{role}: {statement}: {refused:?}");
    }
}
