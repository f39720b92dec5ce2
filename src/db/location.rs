//! Where the database is, from its address. Parsed before anything is opened, so that a slip of the pen creates no file.

use super::DbError;

/// A place this program can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// The path of a file.
    Sqlite(String),
}

impl Location {
    /// `sqlite:PATH`, also `sqlite://PATH`. No options, no `:memory:` (each connection would have its own), no `file:`.
    pub(super) fn parse(url: &str) -> Result<Self, DbError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Err(DbError::NoPostgres);
        }
        let rest = url.strip_prefix("sqlite:").ok_or(DbError::UnknownScheme)?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let plain = !path.is_empty() && !path.starts_with(':') && !path.starts_with("file:") && !path.ends_with('/');
        if !plain || path.contains(['?', '#', '\0']) {
            return Err(DbError::NotAPath { url: url.to_owned() });
        }
        Ok(Self::Sqlite(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_sqlite_path_is_taken() {
        assert_eq!(Location::parse("sqlite:data/p.db").unwrap(), Location::Sqlite("data/p.db".to_owned()));
        assert_eq!(Location::parse("sqlite:///srv/p.db").unwrap(), Location::Sqlite("/srv/p.db".to_owned()));
        assert!(matches!(Location::parse("postgres://u@h/db"), Err(DbError::NoPostgres)));
        assert!(matches!(Location::parse("postgresql://u@h/db"), Err(DbError::NoPostgres)));
        for wrong in ["host=localhost dbname=p", "data/p.db", "mysql://h/db", "", "SQLITE:p.db"] {
            assert!(matches!(Location::parse(wrong), Err(DbError::UnknownScheme)), "{wrong}");
        }
        for wrong in ["sqlite:", "sqlite://", "sqlite::memory:", "sqlite:file:p.db", "sqlite:p.db?mode=ro", "sqlite:data/"] {
            assert!(matches!(Location::parse(wrong), Err(DbError::NotAPath { .. })), "{wrong}");
        }
    }
}
