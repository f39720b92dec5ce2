//! What the edges need to know about this installation.

use std::num::NonZeroU32;
use std::time::Duration;

/// Settings of both edges. `config` fills them; every one has a default that runs on a laptop.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address people and programs reach us at, without a slash at its end.
    pub public_url: String,
    /// Largest upload request in bytes. Default 512 MiB.
    pub request_bytes_max: u64,
    /// Largest photo in bytes. Default 50 MiB.
    pub photo_bytes_max: u64,
    /// Photos an analysis takes. Default 50.
    pub photos_max: u16,
    /// Largest JSON or form body that is not an upload, in bytes. Default 64 KiB.
    pub small_body_bytes_max: usize,
    /// A body is not judged by its rate before this. Default 10 s.
    pub body_grace: Duration,
    /// Mean rate a body must keep after the grace, in bytes a second. Default 1024.
    pub body_bytes_per_s_min: u64,
    /// A body takes no longer than this in all. Default 5 min.
    pub body_deadline: Duration,
    /// Longest `Prefer: wait`. Default 30 s.
    pub wait_max: Duration,
    /// How often things may be asked for.
    pub rates: Rates,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:8080".to_owned(),
            request_bytes_max: 512 << 20,
            photo_bytes_max: 50 << 20,
            photos_max: 50,
            small_body_bytes_max: 64 << 10,
            body_grace: Duration::from_secs(10),
            body_bytes_per_s_min: 1024,
            body_deadline: Duration::from_secs(300),
            wait_max: Duration::from_secs(30),
            rates: Rates::default(),
        }
    }
}

impl Settings {
    /// Whether the public address is encrypted; decides `Strict-Transport-Security`.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Scheme, host and port of the public address: what `Origin` must equal.
    pub fn origin(&self) -> &str {
        let after_scheme = self.public_url.find("://").map_or(0, |at| at + 3);
        let rest = self.public_url.get(after_scheme..).unwrap_or_default();
        let end = rest.find('/').map_or(self.public_url.len(), |at| after_scheme + at);
        self.public_url.get(..end).unwrap_or(&self.public_url)
    }
}

/// So many a minute, for one key, address or agency. Bursts may use a whole minute's share at once.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// Sign-in tries for one address. Default 10.
    pub sign_in_per_min: NonZeroU32,
    /// Requests with a missing or wrong key for one address. Default 60.
    pub failed_key_per_min: NonZeroU32,
    /// Uploads for one API key or user. Default 60.
    pub uploads_per_min: NonZeroU32,
    /// Other API requests for one key. Default 600.
    pub api_per_min: NonZeroU32,
    /// Requests for pages and public things for one address. Default 1200.
    pub pages_per_min: NonZeroU32,
}

const fn per_min(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            sign_in_per_min: per_min(10),
            failed_key_per_min: per_min(60),
            uploads_per_min: per_min(60),
            api_per_min: per_min(600),
            pages_per_min: per_min(1200),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_scheme_host_and_port() {
        for (url, origin) in [
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://proofs.example/base", "https://proofs.example"),
        ] {
            assert_eq!(Settings { public_url: url.to_owned(), ..Settings::default() }.origin(), origin);
        }
    }
}
