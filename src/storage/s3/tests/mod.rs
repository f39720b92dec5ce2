//! Against a real S3 server in this process, directly and through a proxy that breaks things.

mod faults;

#[allow(dead_code, reason = "shared with the tests of the running program")]
#[path = "../../../../tests/it/support/fault_proxy.rs"]
mod fault_proxy;
#[allow(clippy::disallowed_methods, dead_code, reason = "shared with the tests of the running program, which use more of it")]
#[path = "../../../../tests/it/support/s3_server.rs"]
mod s3_server;

use std::path::PathBuf;

use super::super::conformance::{self, Bench, SMALL};
use super::super::{Place, Secret, Settings, Store};
use super::S3Settings;
use s3_server::{ACCESS_KEY, S3Server, SECRET_KEY};

/// A server with an empty bucket, and its folder, gone at the end.
struct Server {
    s3: S3Server,
    folder: PathBuf,
}

const BUCKET: &str = "proofs";

impl Server {
    #[expect(clippy::disallowed_methods, reason = "a server needs a folder")]
    fn start(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("proofsheet-s3-{}-{test}", std::process::id()));
        std::fs::remove_dir_all(&folder).unwrap_or_default();
        let s3 = S3Server::start(&folder);
        s3.make_bucket(BUCKET);
        Self { s3, folder }
    }

    fn settings(&self) -> S3Settings {
        settings(&self.s3.endpoint())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

fn settings(endpoint: &str) -> S3Settings {
    S3Settings {
        endpoint: endpoint.to_owned(),
        bucket: BUCKET.to_owned(),
        access_key_id: Secret::new(ACCESS_KEY),
        secret_access_key: Secret::new(SECRET_KEY),
        ..S3Settings::default()
    }
}

fn open(settings: S3Settings) -> Store {
    Store::open(&Settings::bucket(settings)).unwrap()
}

fn bench(settings: &S3Settings) -> Bench {
    let small = Settings { object_bytes_max: SMALL, ..Settings::bucket(settings.clone()) };
    Bench {
        store: open(settings.clone()),
        small: Store::open(&small).unwrap(),
        wrong_secret: Some(open(S3Settings { secret_access_key: Secret::new("wrong"), ..settings.clone() })),
        wrong_bucket: Some(open(S3Settings { bucket: "no-such-bucket".to_owned(), ..settings.clone() })),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3s_fs_does_what_every_store_does() {
    let server = Server::start("conformance");
    let gaps = [
        ("a_missing_bucket_takes_and_gives_nothing", "s3s-fs finds no object in it, and makes it to put one"),
        ("lifecycle_rules_are_set_and_read_back", "s3s-fs answers 501"),
    ];
    conformance::holds("s3s-fs 0.14.1", &bench(&server.settings()), &gaps).await;
}

/// Whichever server the variables of `.ci/garage` name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a server: make test-stores starts Garage"]
#[expect(clippy::disallowed_methods, reason = "the server is named by the environment")]
async fn garage_does_what_every_store_does() {
    let variable = |name: &str| std::env::var(format!("PROOFSHEET_TEST_S3_{name}")).unwrap();
    let settings = S3Settings {
        bucket: variable("BUCKET"),
        access_key_id: Secret::new(variable("ACCESS_KEY_ID")),
        secret_access_key: Secret::new(variable("SECRET_ACCESS_KEY")),
        ..settings(&variable("ENDPOINT"))
    };
    conformance::holds("Garage 2.5.0", &bench(&settings), &[]).await;
}

#[test]
fn settings_that_cannot_be_open_no_store_and_print_no_secret() {
    let wrong = S3Settings { endpoint: "https://id:hunter2@example.org".to_owned(), ..settings("") };
    let error = Store::open(&Settings::bucket(wrong.clone())).unwrap_err().to_string();
    assert!(error.contains("store.s3.endpoint") && !error.contains("hunter2"), "{error}");
    let shown =
        format!("{:?} {:?}", Place::Bucket(Box::new(settings("http://127.0.0.1:1"))), open(settings("http://127.0.0.1:1")));
    assert!(!shown.contains(SECRET_KEY) && !shown.contains(ACCESS_KEY), "{shown}");
}
