//! The running program on a bucket behind a proxy that breaks things, and the commands for a store.

mod commands;
mod faults;

use crate::support::Service;
use crate::support::fault_proxy::FaultProxy;
use crate::support::s3_server::S3Server;
use crate::support::service::Scratch;
use crate::support::watch::files_under;

const BUCKET: &str = "proofs";

/// A service, its bucket and the proxy between them.
struct Stage {
    service: Service,
    proxy: FaultProxy,
    bucket: Bucket,
}

/// A bucket and its server.
struct Bucket {
    s3: S3Server,
    _scratch: Scratch,
}

impl Bucket {
    fn new() -> Self {
        let scratch = Scratch::new("bucket");
        let s3 = S3Server::start(scratch.path());
        s3.make_bucket(BUCKET);
        Self { s3, _scratch: scratch }
    }

    /// How many objects are really there.
    fn count(&self) -> usize {
        files_under(&self.s3.bucket(BUCKET)).len()
    }
}

impl Stage {
    /// With times a test can wait for.
    fn new(more: &[(&str, &str)]) -> Self {
        let bucket = Bucket::new();
        let proxy = FaultProxy::start(bucket.s3.address());
        let mut settings = bucket.s3.settings(BUCKET);
        settings.push(("STORE__S3__ENDPOINT".to_owned(), proxy.endpoint()));
        for (name, value) in [("ATTEMPT_SECS", "1"), ("OPERATION_SECS", "3"), ("STALL_SECS", "1")] {
            settings.push((format!("STORE__S3__{name}"), value.to_owned()));
        }
        settings.push(("STORE__PATIENCE_SECS".to_owned(), "4".to_owned()));
        let mut all: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(more);
        Self { service: Service::start_with(&all), proxy, bucket }
    }
}
