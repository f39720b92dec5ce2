//! The rules of a bucket that remove what we should have removed: a backstop, a day later than our own end.

use serde_json::{Value, json};

use super::Prefix;
use crate::domain::Product;

/// How our rules begin; rules of others are left alone.
const OURS: &str = "proofsheet-";
/// Days after which an unfinished upload in parts is removed. We make none; a crashed tool might.
const ABORT_DAYS: u32 = 1;
/// Rounding is by day and the backstop must never be first.
const MARGIN_DAYS: u32 = 1;
const DAY_SECS: u32 = 24 * 60 * 60;

/// One rule of the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Its name in the bucket.
    pub id: String,
    /// The objects it is about.
    pub prefix: String,
    /// Days after which an object is removed.
    pub days: u32,
    /// Days after which an unfinished upload is removed.
    pub abort_days: u32,
}

impl LifecycleRule {
    /// Of one retention class: its days and one more.
    pub fn of(product: Product) -> Self {
        let class = product.retention_class();
        Self {
            id: format!("{OURS}{class}"),
            prefix: format!("{}/{class}/", Prefix::version()),
            days: product.retention_days() + MARGIN_DAYS,
            abort_days: ABORT_DAYS,
        }
    }

    /// All of ours.
    pub fn all() -> [Self; 3] {
        Product::ALL.map(Self::of)
    }

    /// Whether a rule of that name is one of ours.
    pub(super) fn is_ours(id: Option<&str>) -> bool {
        id.is_some_and(|id| id.starts_with(OURS))
    }

    /// All of ours as the S3 API writes them, for a dashboard or `aws s3api put-bucket-lifecycle-configuration`.
    pub fn s3_json() -> Value {
        let rules = Self::all().map(|rule| {
            json!({
                "ID": rule.id,
                "Status": "Enabled",
                "Filter": { "Prefix": rule.prefix },
                "Expiration": { "Days": rule.days },
                "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": rule.abort_days },
            })
        });
        json!({ "Rules": rules })
    }

    /// All of ours as Cloudflare's API writes them, for `wrangler r2 bucket lifecycle set BUCKET --file FILE`.
    pub fn wrangler_json() -> Value {
        let after = |days: u32| json!({ "condition": { "type": "Age", "maxAge": days * DAY_SECS } });
        let rules = Self::all().map(|rule| {
            json!({
                "id": rule.id,
                "enabled": true,
                "conditions": { "prefix": rule.prefix },
                "deleteObjectsTransition": after(rule.days),
                "abortMultipartUploadsTransition": after(rule.abort_days),
            })
        });
        json!({ "rules": rules })
    }
}

/// What a bucket's rules look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LifecycleState {
    /// A directory: nothing but this program removes anything.
    NotNeeded,
    /// A bucket.
    Bucket {
        /// Names of our rules that are missing or differ.
        missing: Vec<String>,
        /// Rules of others.
        others: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backstop_comes_a_day_after_the_contract() {
        let rules = LifecycleRule::all();
        let seen: Vec<(&str, u32)> = rules.iter().map(|rule| (rule.prefix.as_str(), rule.days)).collect();
        assert_eq!(seen, [("v1/r07/", 8), ("v1/r14/", 15), ("v1/r30/", 31)]);
        assert_eq!(LifecycleRule::s3_json()["Rules"][2]["Expiration"]["Days"], 31);
        assert_eq!(LifecycleRule::wrangler_json()["rules"][0]["deleteObjectsTransition"]["condition"]["maxAge"], 691_200);
    }
}
