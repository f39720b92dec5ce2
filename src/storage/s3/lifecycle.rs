//! The bucket's lifecycle rules by the S3 API. Setting them replaces all, so those of others are read first and kept.

use aws_sdk_s3::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule as S3Rule,
    LifecycleRuleFilter,
};

use super::S3Store;
use super::answer::fault;
use crate::storage::{LifecycleRule, LifecycleState, StorageError};

const READ: &str = "read the bucket's lifecycle rules";
const WRITE: &str = "set the bucket's lifecycle rules";

impl S3Store {
    pub(in crate::storage) async fn lifecycle(&self) -> Result<LifecycleState, StorageError> {
        let rules = self.lifecycle_rules().await?;
        let missing = LifecycleRule::all().into_iter().filter(|ours| !rules.iter().any(|rule| holds(rule, ours)));
        Ok(LifecycleState::Bucket {
            missing: missing.map(|rule| rule.id).collect(),
            others: rules.iter().filter(|rule| !LifecycleRule::is_ours(rule.id())).count(),
        })
    }

    pub(in crate::storage) async fn apply_lifecycle(&self) -> Result<LifecycleState, StorageError> {
        let unbuilt = |cause: BuildError| StorageError::Unavailable {
            action: WRITE,
            cause: format!("the request cannot be made: {cause}"),
        };
        let kept = self.lifecycle_rules().await?.into_iter().filter(|rule| !LifecycleRule::is_ours(rule.id()));
        let mut all = BucketLifecycleConfiguration::builder();
        for rule in kept {
            all = all.rules(rule);
        }
        for rule in LifecycleRule::all() {
            all = all.rules(s3_rule(&rule).map_err(unbuilt)?);
        }
        let request = self
            .shared
            .client
            .put_bucket_lifecycle_configuration()
            .bucket(self.bucket())
            .lifecycle_configuration(all.build().map_err(unbuilt)?);
        {
            let _slot = self.slot().await?;
            Box::pin(request.send()).await.map_err(|error| fault(WRITE, error))?;
        }
        self.lifecycle().await
    }

    async fn lifecycle_rules(&self) -> Result<Vec<S3Rule>, StorageError> {
        let _slot = self.slot().await?;
        let request = self.shared.client.get_bucket_lifecycle_configuration().bucket(self.bucket());
        match Box::pin(request.send()).await {
            Ok(reply) => Ok(reply.rules.unwrap_or_default()),
            Err(error) if error.code() == Some("NoSuchLifecycleConfiguration") => Ok(Vec::new()),
            Err(error) => Err(fault(READ, error)),
        }
    }
}

fn s3_rule(rule: &LifecycleRule) -> Result<S3Rule, BuildError> {
    let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
    S3Rule::builder()
        .id(&rule.id)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(&rule.prefix).build())
        .expiration(LifecycleExpiration::builder().days(days(rule.days)).build())
        .abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::builder().days_after_initiation(days(rule.abort_days)).build(),
        )
        .build()
}

/// Whether a rule of the bucket does what ours says. Stores answer with the prefix in either of its two places.
fn holds(rule: &S3Rule, ours: &LifecycleRule) -> bool {
    #[expect(deprecated, reason = "some stores still answer with the old place")]
    let prefix = rule.filter().and_then(LifecycleRuleFilter::prefix).or_else(|| rule.prefix());
    rule.id() == Some(&ours.id)
        && rule.status() == &ExpirationStatus::Enabled
        && prefix == Some(&ours.prefix)
        && rule.expiration().and_then(LifecycleExpiration::days) == i32::try_from(ours.days).ok()
}
