//! PostgreSQL: where it is, how a connection is opened within bounds, and how a transaction begins.

use std::fmt;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use diesel::{Connection, PgConnection};

use super::DbError;
use super::conn::Purpose;
use super::guise::Guise;

/// Opening a connection ends within this, whatever name servers and addresses do.
const OPEN_MAX: Duration = Duration::from_secs(4);
/// Added to an address that does not say otherwise: libpq gives up on one network address after 2 s, and notices within about
/// 30 s that a server has vanished without a word.
const DEFAULTS: [(&str, &str); 6] = [
    ("connect_timeout", "2"),
    ("application_name", "proofsheet"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "30000"),
];
/// Longest run of one statement, in milliseconds.
const STATEMENT_MAX_MS: u32 = 30_000;
/// Longest wait for a row another transaction holds, in milliseconds.
const LOCK_MAX_MS: u32 = 5_000;
/// Longest pause of the program within a transaction, in milliseconds.
const IDLE_MAX_MS: u32 = 60_000;
/// Where systems keep the certificates they trust: Debian, Red Hat, Alpine. The OpenSSL in this program knows none of them.
const TRUSTED: [&str; 3] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The address of a server, with its password. Does not print it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    url: String,
    secrets: Vec<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(postgres://…)")
    }
}

impl Address {
    /// From a URL that begins with `postgres://` or `postgresql://`. libpq says what else is wrong with it.
    pub(super) fn new(url: &str) -> Self {
        let mut complete = url.to_owned();
        let mut add = |name: &str, value: &str| {
            complete.push(if complete.contains('?') { '&' } else { '?' });
            complete.push_str(&format!("{name}={value}"));
        };
        for (name, value) in DEFAULTS {
            if parameter(url, name).is_none() {
                add(name, value);
            }
        }
        let checks = matches!(parameter(url, "sslmode"), Some("verify-full" | "verify-ca"));
        if checks
            && parameter(url, "sslrootcert").is_none()
            && let Some(bundle) = TRUSTED.into_iter().find(|path| Path::new(path).exists())
        {
            add("sslrootcert", bundle);
        }
        Self { secrets: secrets(url), url: complete }
    }

    /// Who signs in, if the address says so.
    pub(super) fn login(&self) -> Option<String> {
        let rest = self.url.split_once("://")?.1.split('?').next()?;
        let named = rest.rsplit_once('@').map(|(user, _)| user.split(':').next().unwrap_or_default());
        let written = named.filter(|name| !name.is_empty()).or_else(|| parameter(&self.url, "user"))?;
        let as_form = format!("user={}", written.replace('+', "%2B"));
        url::form_urlencoded::parse(as_form.as_bytes()).next().map(|(_, name)| name.into_owned())
    }

    /// What libpq or the server said, without the address and its password: some messages quote it.
    pub(super) fn redact(&self, message: &str) -> String {
        let mut said = message.replace(&self.url, "the address");
        for secret in &self.secrets {
            said = said.replace(secret, "…");
        }
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The value of a parameter, as written.
fn parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = url.split_once('?')?;
    query.split('&').filter_map(|pair| pair.split_once('=')).find_map(|(key, value)| (key == name).then_some(value))
}

/// Everything in the address nobody may read: longest first, so that no end of a long one stays.
fn secrets(url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let mut found = vec![url.to_owned()];
    let before_query = rest.split('?').next().unwrap_or_default();
    if let Some((user, _)) = before_query.rsplit_once('@')
        && let Some((_, password)) = user.split_once(':')
    {
        found.push(password.to_owned());
    }
    for name in ["password", "sslpassword"] {
        found.extend(parameter(url, name).map(str::to_owned));
    }
    found.retain(|secret| !secret.is_empty());
    found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    found
}

/// Opens a connection. libpq bounds each network address, but neither the look-up of a name nor the number of addresses:
/// so a thread does it, which is left to itself when the time is up.
pub(super) fn open(address: &Address) -> Result<PgConnection, DbError> {
    let (send, opened) = mpsc::sync_channel(1);
    let url = address.url.clone();
    let thread = std::thread::Builder::new().name("db-open".to_owned());
    let spawned = thread.spawn(move || {
        // Nobody waits any more when the time is up; the connection is dropped then.
        drop(send.send(PgConnection::establish(&url)));
    });
    let unreachable = |cause: String| DbError::Unreachable { cause };
    spawned.map_err(|error| unreachable(error.to_string()))?;
    match opened.recv_timeout(OPEN_MAX) {
        Ok(Ok(conn)) => Ok(conn),
        Ok(Err(diesel::ConnectionError::BadConnection(said))) => Err(unreachable(address.redact(&said))),
        Ok(Err(other)) => Err(unreachable(address.redact(&other.to_string()))),
        Err(_) => Err(unreachable(format!("no answer within {} s", OPEN_MAX.as_secs()))),
    }
}

/// The time by the server's clock, in epoch milliseconds.
pub(super) fn server_millis(conn: &mut PgConnection) -> Result<i64, DbError> {
    use diesel::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        millis: i64,
    }
    let row: Row =
        diesel::sql_query("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis").get_result(conn)?;
    Ok(row.millis)
}

/// The beginning of a transaction, for one round trip: how it sees the others, its role, for whom it works, its bounds. All of
/// it ends with the transaction, so that connections may be shared, by a pooler in transaction mode too.
///
/// Writers see what was committed before each statement and lock the rows they decide upon (`conn::locked`); readers see one
/// moment throughout.
pub(super) fn begin_sql(purpose: Purpose, guise: &Guise) -> String {
    let level = match purpose {
        Purpose::Write => "READ COMMITTED",
        Purpose::Read => "REPEATABLE READ READ ONLY",
    };
    let settings = [
        ("app.scope", guise.scope.to_owned()),
        ("app.agency_id", guise.agency.clone().unwrap_or_default()),
        ("app.user_id", guise.user.clone().unwrap_or_default()),
        ("statement_timeout", STATEMENT_MAX_MS.to_string()),
        ("lock_timeout", LOCK_MAX_MS.to_string()),
        ("idle_in_transaction_session_timeout", IDLE_MAX_MS.to_string()),
    ];
    // Ids are letters, digits and an underscore by their type; a quote is doubled all the same.
    let set: Vec<String> =
        settings.iter().map(|(name, value)| format!("set_config('{name}', '{}', true)", value.replace('\'', "''"))).collect();
    format!("BEGIN ISOLATION LEVEL {level}; SET LOCAL ROLE {}; SELECT {}", guise.role, set.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_address_does_not_say_is_added() {
        let plain = Address::new("postgres://u:secret@h/db");
        assert!(plain.url.starts_with("postgres://u:secret@h/db?connect_timeout=2&application_name="), "{}", plain.url);
        let said = Address::new("postgres://h/db?connect_timeout=9&sslmode=verify-full&sslrootcert=/x.pem");
        assert_eq!(said.url.matches("connect_timeout").count(), 1);
        assert_eq!(said.url.matches("sslrootcert").count(), 1);
        assert!(!Address::new("postgres://h/db?sslmode=require").url.contains("sslrootcert"));
    }

    #[test]
    fn the_login_is_read_from_the_address() {
        for (url, login) in [
            ("postgres://ada:pw@h/db", Some("ada")),
            ("postgres://ada%40studio@h/db", Some("ada@studio")),
            ("postgresql://h/db?user=a+b", Some("a+b")),
            ("postgres://h/db", None),
        ] {
            assert_eq!(Address::new(url).login().as_deref(), login, "{url}");
        }
    }

    #[test]
    fn no_message_tells_the_password() {
        for url in ["postgres://u:hunter22@h/db", "postgresql://h/db?user=u&password=hunter22", "postgres://u:hunter22@[::1/db"] {
            let address = Address::new(url);
            let said = address.redact(&format!("bad address \"{}\", also \"{url}\": hunter22", address.url));
            assert!(!said.contains("hunter22") && !format!("{address:?}").contains("hunter22"), "{said}");
        }
    }

    #[test]
    fn a_transaction_begins_with_its_role_and_scope() {
        let guise = Guise { role: "ps_app", scope: "agency", agency: Some("ag_1'".to_owned()), user: None };
        let sql = begin_sql(Purpose::Read, &guise);
        assert!(sql.starts_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ROLE ps_app; SELECT "), "{sql}");
        assert!(sql.contains("set_config('app.agency_id', 'ag_1''', true)"), "{sql}");
        assert!(begin_sql(Purpose::Write, &guise).starts_with("BEGIN ISOLATION LEVEL READ COMMITTED;"));
    }
}
