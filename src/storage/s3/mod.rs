//! Objects in an S3-compatible bucket, first of all Cloudflare's R2. The AWS SDK is known here and nowhere else.
//!
//! Bodies are in memory and carry their length; R2 refuses what does not. A put that was answered can be read; one whose answer
//! was lost may be there all the same, so it is tried again under the same name, which changes nothing.

mod answer;
mod bulk;
mod client;
mod lifecycle;
mod settings;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

use super::{ObjectName, Settings, StorageError};
use answer::{fault, is_missing};
pub use settings::S3Settings;

const READ: &str = "read an object";

/// A bucket.
#[derive(Clone)]
pub struct S3Store {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    settings: S3Settings,
    object_bytes_max: u64,
    patience: Duration,
    /// Bounds the requests under way.
    slots: Semaphore,
    parallel_max: usize,
    /// Set once the store has shown that it cannot delete many at once.
    one_by_one: AtomicBool,
}

impl fmt::Debug for S3Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Store").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

impl S3Store {
    pub(super) fn open(bucket: &S3Settings, settings: &Settings) -> Result<Self, StorageError> {
        let faults = bucket.faults();
        if !faults.is_empty() {
            return Err(StorageError::Settings(faults));
        }
        let parallel_max = settings.parallel_max.max(1);
        let shared = Shared {
            client: client::build(bucket),
            settings: bucket.clone(),
            object_bytes_max: settings.object_bytes_max,
            patience: settings.patience,
            slots: Semaphore::new(parallel_max),
            parallel_max,
            one_by_one: AtomicBool::new(false),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    pub(super) fn patience(&self) -> Duration {
        self.shared.patience
    }

    fn bucket(&self) -> &str {
        &self.shared.settings.bucket
    }

    async fn slot(&self) -> Result<SemaphorePermit<'_>, StorageError> {
        self.shared.slots.acquire().await.map_err(|_| StorageError::Stopped)
    }

    fn check_size(&self, name: &ObjectName, bytes: u64) -> Result<(), StorageError> {
        let bytes_max = self.shared.object_bytes_max;
        if bytes > bytes_max {
            return Err(StorageError::TooLarge { name: name.clone(), bytes, bytes_max });
        }
        Ok(())
    }

    pub(super) async fn put(&self, name: &ObjectName, bytes: Bytes) -> Result<(), StorageError> {
        let size = bytes.len() as u64;
        self.check_size(name, size)?;
        let _slot = self.slot().await?;
        let request = self
            .shared
            .client
            .put_object()
            .bucket(self.bucket())
            .key(name.to_string())
            .content_type("application/octet-stream")
            .content_length(i64::try_from(size).unwrap_or(i64::MAX))
            .body(ByteStream::from(bytes))
            .customize()
            .config_override(client::time_for(&self.shared.settings, size));
        Box::pin(request.send()).await.map_err(|error| fault("write an object", error))?;
        Ok(())
    }

    pub(super) async fn get(&self, name: &ObjectName) -> Result<Vec<u8>, StorageError> {
        let _slot = self.slot().await?;
        let give_up = Instant::now() + Duration::from_secs(self.shared.settings.operation_secs);
        let mut tries = 1;
        loop {
            match self.get_once(name).await {
                // The SDK tries again until an answer begins; one that breaks off later is ours to ask for again.
                Err(Broken::MidBody(cause)) if tries < self.shared.settings.attempts_max && Instant::now() < give_up => {
                    tracing::debug!(object = %name, cause, "an object broke off; it is asked for again");
                    tries += 1;
                }
                Err(Broken::MidBody(cause)) => return Err(StorageError::Unavailable { action: READ, cause }),
                Err(Broken::Final(error)) => return Err(error),
                Ok(bytes) => return Ok(bytes),
            }
        }
    }

    async fn get_once(&self, name: &ObjectName) -> Result<Vec<u8>, Broken> {
        let request = self.shared.client.get_object().bucket(self.bucket()).key(name.to_string());
        let reply = Box::pin(request.send()).await.map_err(|error| Broken::Final(missing_or(name, error)))?;
        let size = reply.content_length().and_then(|size| u64::try_from(size).ok());
        self.check_size(name, size.unwrap_or(0)).map_err(Broken::Final)?;
        let within = Duration::from_secs(self.shared.settings.attempt_secs)
            + self.shared.settings.transfer(size.unwrap_or(self.shared.object_bytes_max));
        match timeout(within, self.read_body(name, reply.body, size)).await {
            Ok(read) => read,
            Err(_) => {
                let cause = "it sent the object too slowly".to_owned();
                Err(Broken::Final(StorageError::Unavailable { action: READ, cause }))
            }
        }
    }

    /// Reads no more than an object may have, and not less than was said.
    async fn read_body(&self, name: &ObjectName, mut body: ByteStream, size: Option<u64>) -> Result<Vec<u8>, Broken> {
        let mut bytes = Vec::with_capacity(usize::try_from(size.unwrap_or(0)).unwrap_or(0));
        while let Some(piece) = body.try_next().await.map_err(|error| Broken::MidBody(error.to_string()))? {
            self.check_size(name, (bytes.len() + piece.len()) as u64).map_err(Broken::Final)?;
            bytes.extend_from_slice(&piece);
        }
        match size {
            Some(size) if size != bytes.len() as u64 => Err(Broken::MidBody(format!("{} of {size} bytes came", bytes.len()))),
            _ => Ok(bytes),
        }
    }

    pub(super) async fn has(&self, name: &ObjectName) -> Result<bool, StorageError> {
        let _slot = self.slot().await?;
        let request = self.shared.client.head_object().bucket(self.bucket()).key(name.to_string());
        match Box::pin(request.send()).await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(fault("look for an object", error)),
        }
    }

    pub(super) async fn delete(&self, name: &ObjectName) -> Result<(), StorageError> {
        let _slot = self.slot().await?;
        let request = self.shared.client.delete_object().bucket(self.bucket()).key(name.to_string());
        match Box::pin(request.send()).await {
            Ok(_) => Ok(()),
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(fault("delete an object", error)),
        }
    }
}

/// Why an object did not come.
enum Broken {
    /// After it had begun.
    MidBody(String),
    /// Otherwise.
    Final(StorageError),
}

fn missing_or(name: &ObjectName, error: SdkError<GetObjectError, HttpResponse>) -> StorageError {
    if is_missing(&error) { StorageError::NotFound { name: name.clone() } } else { fault(READ, error) }
}

#[cfg(test)]
mod tests;
