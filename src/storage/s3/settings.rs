//! Which bucket, with which credentials, and how long each step may take. Faults are told all at once, before anything is asked.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::storage::Secret;

/// What Cloudflare's addresses end in.
const R2_DOMAIN: &str = ".r2.cloudflarestorage.com";
/// Jurisdictions R2 has an address of its own for.
const R2_JURISDICTIONS: [&str; 2] = ["eu", "fedramp"];

/// An S3-compatible bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Settings {
    /// Address of the store without the bucket, such as `https://ACCOUNT.eu.r2.cloudflarestorage.com`.
    pub endpoint: String,
    /// Name of the bucket; it must be there.
    pub bucket: String,
    /// Region; R2 and Garage say `auto`.
    pub region: String,
    /// Id of the access key.
    pub access_key_id: Secret,
    /// The secret that belongs to it. Better kept in a file.
    pub secret_access_key: Secret,
    /// File that holds the secret, for a mounted secret; instead of the line above.
    pub secret_access_key_file: PathBuf,
    /// Whether plain `http://` may be used beyond this machine. Reports are sealed, but names and the secret's signatures show.
    pub allow_http: bool,
    /// Seconds to reach the store.
    pub connect_secs: u64,
    /// Seconds for one try of one request, and what its bytes need at `bytes_per_s_min`.
    pub attempt_secs: u64,
    /// Seconds for a request with all its tries, and what its bytes need in each.
    pub operation_secs: u64,
    /// Tries of one request.
    pub attempts_max: u32,
    /// Slowest transfer that is waited for, in bytes a second.
    pub bytes_per_s_min: u64,
    /// Seconds without a single byte after which a transfer is given up.
    pub stall_secs: u64,
}

impl Default for S3Settings {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            bucket: String::new(),
            region: "auto".to_owned(),
            access_key_id: Secret::default(),
            secret_access_key: Secret::default(),
            secret_access_key_file: PathBuf::new(),
            allow_http: false,
            connect_secs: 3,
            attempt_secs: 8,
            operation_secs: 20,
            attempts_max: 3,
            bytes_per_s_min: 512 * 1024,
            stall_secs: 5,
        }
    }
}

impl S3Settings {
    /// Everything in it that cannot be, one sentence each.
    pub fn faults(&self) -> Vec<String> {
        let times = self.connect_secs.min(self.attempt_secs).min(self.operation_secs).min(self.stall_secs);
        let rules = [
            (is_bucket_name(&self.bucket), "store.s3.bucket must be 3 to 63 of a-z, 0-9, - and ."),
            (!self.region.is_empty(), "store.s3.region must be set; R2 and Garage say auto"),
            (!self.access_key_id.is_empty(), "store.s3.access_key_id must be set"),
            (!self.secret_access_key.is_empty(), "store.s3.secret_access_key or store.s3.secret_access_key_file must be set"),
            (times > 0, "store.s3.connect_secs, attempt_secs, operation_secs and stall_secs must be at least 1"),
            (self.attempt_secs <= self.operation_secs, "store.s3.attempt_secs must not exceed store.s3.operation_secs"),
            ((1..=10).contains(&self.attempts_max), "store.s3.attempts_max must be 1 to 10"),
            (self.bytes_per_s_min >= 1024, "store.s3.bytes_per_s_min must be at least 1024"),
        ];
        let endpoint = self.endpoint_fault().map(|fault| format!("store.s3.endpoint {fault}"));
        let rest = rules.into_iter().filter(|(holds, _)| !holds).map(|(_, fault)| fault.to_owned());
        endpoint.into_iter().chain(rest).collect()
    }

    fn endpoint_fault(&self) -> Option<&'static str> {
        let Ok(url) = Url::parse(&self.endpoint) else {
            return Some("must be an address such as https://ACCOUNT.eu.r2.cloudflarestorage.com");
        };
        match (url.scheme(), url.host()) {
            (_, None) => return Some("names no host"),
            ("https", _) => {}
            ("http", Some(host)) if self.allow_http || is_loopback(&host) => {}
            ("http", _) => return Some("must be https; http is for this machine only, or with store.s3.allow_http"),
            _ => return Some("must begin with https://"),
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Some("must be an address only: credentials have settings of their own");
        }
        if !matches!(url.path(), "" | "/") {
            return Some("must end after the host: the bucket has a setting of its own");
        }
        url.host_str().and_then(|host| host.strip_suffix(R2_DOMAIN)).and_then(r2_fault)
    }

    /// The jurisdiction of an R2 address, such as `eu`; none for the default one or another store.
    pub fn r2_jurisdiction(&self) -> Option<String> {
        let url = Url::parse(&self.endpoint).ok()?;
        let (_, jurisdiction) = url.host_str()?.strip_suffix(R2_DOMAIN)?.split_once('.')?;
        Some(jurisdiction.to_owned())
    }

    /// What `bytes` may take on top of the time of a request.
    pub(super) fn transfer(&self, bytes: u64) -> Duration {
        Duration::from_secs(bytes / self.bytes_per_s_min.max(1))
    }
}

/// What is wrong with an R2 host, given what stands before the domain.
fn r2_fault(account: &str) -> Option<&'static str> {
    let (account, jurisdiction) = account.split_once('.').map_or((account, None), |(account, rest)| (account, Some(rest)));
    if account.len() != 32 || !account.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some("must begin with the 32 hex digits of the R2 account");
    }
    if jurisdiction.is_some_and(|name| !R2_JURISDICTIONS.contains(&name)) {
        return Some("names an R2 jurisdiction there is not: eu and fedramp have addresses of their own");
    }
    None
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_bucket_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| plain(byte) || matches!(byte, b'-' | b'.'))
        && name.bytes().next().is_some_and(plain)
        && name.bytes().last().is_some_and(plain)
        && !name.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(endpoint: &str) -> S3Settings {
        S3Settings {
            endpoint: endpoint.to_owned(),
            bucket: "proofs".to_owned(),
            access_key_id: Secret::new("id"),
            secret_access_key: Secret::new("secret"),
            ..S3Settings::default()
        }
    }

    #[test]
    fn addresses_that_can_be() {
        let account = "0123456789abcdef0123456789abcdef";
        for (endpoint, jurisdiction) in [
            (format!("https://{account}.r2.cloudflarestorage.com"), None),
            (format!("https://{account}.eu.r2.cloudflarestorage.com"), Some("eu")),
            (format!("https://{account}.eu.r2.cloudflarestorage.com/"), Some("eu")),
            ("https://s3.eu-central-1.amazonaws.com".to_owned(), None),
            ("http://127.0.0.1:8014".to_owned(), None),
            ("http://localhost:3900".to_owned(), None),
            ("http://[::1]:3900".to_owned(), None),
        ] {
            assert_eq!(at(&endpoint).faults(), Vec::<String>::new(), "{endpoint}");
            assert_eq!(at(&endpoint).r2_jurisdiction().as_deref(), jurisdiction, "{endpoint}");
        }
        assert_eq!(S3Settings { allow_http: true, ..at("http://garage:3900") }.faults(), Vec::<String>::new());
    }

    #[test]
    fn addresses_that_cannot_be() {
        let account = "0123456789abcdef0123456789abcdef";
        for (endpoint, word) in [
            (String::new(), "address such as"),
            ("s3.example.org".to_owned(), "address such as"),
            ("ftp://s3.example.org".to_owned(), "https://"),
            ("http://garage:3900".to_owned(), "this machine only"),
            ("http://10.0.0.7:3900".to_owned(), "this machine only"),
            ("https://id:secret@s3.example.org".to_owned(), "settings of their own"),
            (format!("https://{account}.eu.r2.cloudflarestorage.com/proofs"), "bucket has a setting"),
            ("https://proofs.r2.cloudflarestorage.com".to_owned(), "32 hex digits"),
            (format!("https://{account}.de.r2.cloudflarestorage.com"), "jurisdiction"),
        ] {
            let faults = at(&endpoint).faults();
            assert!(faults.len() == 1 && faults[0].contains(word), "{endpoint}: {faults:?}");
            assert!(!faults[0].contains("secret@"), "{faults:?}");
        }
    }

    #[test]
    fn every_fault_is_told() {
        let nothing = S3Settings { attempts_max: 0, stall_secs: 0, attempt_secs: 30, ..S3Settings::default() };
        assert_eq!(nothing.faults().len(), 7, "{:?}", nothing.faults());
        for bucket in ["ab", "Proofs", "proofs_1", "-proofs", "proofs.", "a..b", &"x".repeat(64)] {
            let settings = S3Settings { bucket: bucket.to_owned(), ..at("https://s3.example.org") };
            assert_eq!(settings.faults().len(), 1, "{bucket}");
        }
    }
}
