//! Many objects in a request: listing in pages, deleting in chunks.

use std::sync::atomic::Ordering;

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures_util::{StreamExt, stream};

use super::S3Store;
use super::answer::{fault, plain};
use crate::storage::{ObjectName, Prefix, StorageError};

/// Most keys a page or a deletion may have, by S3's own rule.
const KEYS_MAX: usize = 1000;
/// Most pages of a listing: a million keys that are not ours end it.
const PAGES_MAX: usize = 1000;
const LIST: &str = "list its objects";
const DELETE_MANY: &str = "delete many objects";

impl S3Store {
    pub(in crate::storage) async fn list(
        &self,
        prefix: Prefix,
        after: Option<&ObjectName>,
        limit: usize,
    ) -> Result<Vec<ObjectName>, StorageError> {
        let under = match prefix {
            Prefix::All => format!("{}/", Prefix::version()),
            Prefix::Class(product) => format!("{}/{}/", Prefix::version(), product.retention_class()),
        };
        let mut names = Vec::new();
        let mut last = after.map(ToString::to_string);
        for _ in 0..PAGES_MAX {
            let room = limit.saturating_sub(names.len());
            if room == 0 {
                return Ok(names);
            }
            let (keys, more) = self.page(&under, last.as_deref(), room.min(KEYS_MAX)).await?;
            names.extend(keys.iter().filter_map(|key| key.parse().ok()));
            match keys.into_iter().next_back() {
                Some(end) if more => last = Some(end),
                _ => return Ok(names),
            }
        }
        Err(StorageError::Unavailable { action: LIST, cause: "it holds a million keys that are not ours".to_owned() })
    }

    /// The next keys, whatever they are, and whether there are more.
    async fn page(&self, under: &str, after: Option<&str>, keys: usize) -> Result<(Vec<String>, bool), StorageError> {
        let _slot = self.slot().await?;
        let request = self
            .shared
            .client
            .list_objects_v2()
            .bucket(self.bucket())
            .prefix(under)
            .max_keys(i32::try_from(keys).unwrap_or(i32::MAX))
            .set_start_after(after.map(str::to_owned));
        let reply = Box::pin(request.send()).await.map_err(|error| fault(LIST, error))?;
        let more = reply.is_truncated().unwrap_or(false);
        let keys = reply.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect();
        Ok((keys, more))
    }

    pub(in crate::storage) async fn delete_many(&self, names: &[ObjectName]) -> Result<Vec<ObjectName>, StorageError> {
        let mut kept = Vec::new();
        for chunk in names.chunks(KEYS_MAX) {
            if self.deletes_one_by_one() {
                kept.extend(self.delete_each(chunk).await?);
                continue;
            }
            match self.delete_chunk(chunk).await {
                Ok(refused) => kept.extend(refused),
                // R2's rules for the checksum header the SDK sends here are not settled; some stores lack the request.
                Err(StorageError::Refused { status: status @ (400 | 405 | 501), code, .. }) => {
                    tracing::warn!(
                        status,
                        code,
                        "the object store cannot delete many at once; each is deleted alone from now on"
                    );
                    self.shared.one_by_one.store(true, Ordering::Relaxed);
                    kept.extend(self.delete_each(chunk).await?);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }

    pub(in crate::storage) fn deletes_one_by_one(&self) -> bool {
        self.shared.one_by_one.load(Ordering::Relaxed)
    }

    async fn delete_chunk(&self, names: &[ObjectName]) -> Result<Vec<ObjectName>, StorageError> {
        let unbuilt = |cause: aws_sdk_s3::error::BuildError| StorageError::Unavailable {
            action: DELETE_MANY,
            cause: format!("the request cannot be made: {cause}"),
        };
        let mut what = Delete::builder().quiet(true);
        for name in names {
            what = what.objects(ObjectIdentifier::builder().key(name.to_string()).build().map_err(unbuilt)?);
        }
        let _slot = self.slot().await?;
        let request = self.shared.client.delete_objects().bucket(self.bucket()).delete(what.build().map_err(unbuilt)?);
        let reply = Box::pin(request.send()).await.map_err(|error| fault(DELETE_MANY, error))?;
        let mut kept = Vec::new();
        for refused in reply.errors().iter().filter(|refused| refused.code() != Some("NoSuchKey")) {
            let (object, code) = (refused.key().unwrap_or_default(), plain(refused.code().unwrap_or_default()));
            tracing::warn!(object, code, "an object stays: the store would not delete it");
            kept.extend(object.parse());
        }
        Ok(kept)
    }

    /// Each alone, several at the same moment. What is refused stays; a store that is down ends it.
    async fn delete_each(&self, names: &[ObjectName]) -> Result<Vec<ObjectName>, StorageError> {
        let mut done = stream::iter(names.to_vec())
            .map(|name| async move { (self.delete(&name).await, name) })
            .buffer_unordered(self.shared.parallel_max);
        let mut kept = Vec::new();
        while let Some((deleted, name)) = done.next().await {
            match deleted {
                Ok(()) => {}
                Err(error @ StorageError::Refused { .. }) => {
                    tracing::warn!(%error, object = %name, "an object stays");
                    kept.push(name);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }
}
