//! A real S3 server in this process: s3s-fs over HTTP on a free port of this machine, checking signatures.
//!
//! It stands alone, because the tests inside the crate use it too.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The only key it knows.
pub const ACCESS_KEY: &str = "AKIDPROOFSHEETTEST";
/// Its secret.
pub const SECRET_KEY: &str = "s3-test-secret-that-must-not-be-printed";

/// A running server; it ends when dropped.
#[derive(Debug)]
pub struct S3Server {
    address: SocketAddr,
    root: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl S3Server {
    /// Starts one that keeps its buckets as folders of `root`, which it makes.
    pub fn start(root: &Path) -> Self {
        std::fs::create_dir_all(root).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept(listener, service) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, root: root.to_owned(), stop: Some(stop), thread: Some(thread) }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Settings of a service that uses this bucket, without the prefix of their variables.
    pub fn settings(&self, bucket: &str) -> Vec<(String, String)> {
        let all = [
            ("ENDPOINT", self.endpoint()),
            ("BUCKET", bucket.to_owned()),
            ("ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        ];
        all.map(|(name, value)| (format!("STORE__S3__{name}"), value)).to_vec()
    }

    /// Makes an empty bucket.
    pub fn make_bucket(&self, bucket: &str) {
        std::fs::create_dir(self.root.join(bucket)).unwrap();
    }

    /// The folder of a bucket: each object a file.
    pub fn bucket(&self, bucket: &str) -> PathBuf {
        self.root.join(bucket)
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

async fn accept(listener: TcpListener, service: S3Service) {
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let service = service.clone();
        // A client that goes away in the middle is no failure of the server.
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(socket), service).await.ok() });
    }
}
