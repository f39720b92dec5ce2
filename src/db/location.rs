//! Where the database is, from its address. Parsed before anything is opened, so that a slip of the pen creates no file.

use super::DbError;

/// A place this program can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// The path of a file.
    Sqlite(String),
    /// A server.
    #[cfg(feature = "postgres")]
    Postgres(super::postgres::Address),
}

impl Location {
    /// `sqlite:PATH`, also `sqlite://PATH`: no options, no `:memory:` (each connection would have its own), no `file:`. Or
    /// `postgres://` and what libpq takes after it; never its `key=value` form.
    pub(super) fn parse(url: &str) -> Result<Self, DbError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::server(url);
        }
        let rest = url.strip_prefix("sqlite:").ok_or(DbError::UnknownScheme)?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let plain = !path.is_empty() && !path.starts_with(':') && !path.starts_with("file:") && !path.ends_with('/');
        if !plain || path.contains(['?', '#', '\0']) {
            return Err(DbError::NotAPath { url: url.to_owned() });
        }
        Ok(Self::Sqlite(path.to_owned()))
    }

    #[cfg(feature = "postgres")]
    #[expect(clippy::unnecessary_wraps, reason = "without the feature it fails")]
    fn server(url: &str) -> Result<Self, DbError> {
        Ok(Self::Postgres(super::postgres::Address::new(url)))
    }

    #[cfg(not(feature = "postgres"))]
    fn server(_: &str) -> Result<Self, DbError> {
        Err(DbError::NoPostgres)
    }

    /// Whether several nodes may work on it at once.
    pub(super) const fn is_shared(&self) -> bool {
        !matches!(self, Self::Sqlite(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_sqlite_path_is_taken() {
        assert_eq!(Location::parse("sqlite:data/p.db").unwrap(), Location::Sqlite("data/p.db".to_owned()));
        assert_eq!(Location::parse("sqlite:///srv/p.db").unwrap(), Location::Sqlite("/srv/p.db".to_owned()));
        for server in ["postgres://u@h/db", "postgresql://u@h/db"] {
            let parsed = Location::parse(server);
            assert!(if cfg!(feature = "postgres") { parsed.is_ok() } else { matches!(parsed, Err(DbError::NoPostgres)) });
        }
        for wrong in
            ["host=localhost dbname=p", "data/p.db", "mysql://h/db", "", "SQLITE:p.db", "postgres:h/db", "Postgres://h/db"]
        {
            assert!(matches!(Location::parse(wrong), Err(DbError::UnknownScheme)), "{wrong}");
        }
        for wrong in ["sqlite:", "sqlite://", "sqlite::memory:", "sqlite:file:p.db", "sqlite:p.db?mode=ro", "sqlite:data/"] {
            assert!(matches!(Location::parse(wrong), Err(DbError::NotAPath { .. })), "{wrong}");
        }
    }
}
