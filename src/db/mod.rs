//! All the SQL there is: rows in, domain types out, on SQLite and PostgreSQL behind one connection type.
//!
//! There is no way to a connection but through a scope ([`Db::as_agency`] and its sisters), and the queries are methods of
//! [`Tx`] with that scope: a query on a tenant's rows cannot be written without the tenant. Knows no HTTP, no keys and no
//! plain names or secrets: what is sealed arrives sealed and leaves sealed.
//!
//! On PostgreSQL there are many writers. Whoever reads a row to decide upon it takes it by `conn::locked!` (or `held!`), always
//! in the order agency, key, analysis, report, endpoint, delivery, quota, usage; where two could insert the same, `ON CONFLICT` decides. A
//! refused statement ends its transaction there: nothing may be tried after it.

mod agencies;
mod analyses;
mod analysis_list;
mod api_keys;
mod claim;
mod conn;
mod database;
mod deliveries;
mod delivery_ends;
mod destruction;
mod dispatch;
mod endpoint_changes;
mod endpoint_status;
mod endpoints;
mod error;
mod events;
mod feed;
mod guise;
mod health;
mod idempotency;
mod key_changes;
mod key_deeds;
mod leases;
mod location;
mod migrate;
mod occurrences;
mod open_analyses;
mod outcome;
mod partials;
mod photos;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
mod progress;
mod quota;
mod receipts;
mod redelivery;
mod reports;
mod schema;
mod scope;
mod sessions;
mod sign_in;
mod usage;
mod users;
mod words;

#[cfg(test)]
pub(crate) mod tests;

pub use agencies::{AgencyRecord, NewAgency};
pub use analyses::{AnalysisRecord, NewAnalysis, Origin};
pub use analysis_list::AnalysisFilter;
pub use api_keys::{FoundApiKey, NewApiKey, StoredApiKey};
pub use claim::LATE_BATCH_MAX;
pub use database::{Db, Settings};
pub use deliveries::{AttemptRow, DeliveryRecord, DeliveryState, SentRecord};
pub use delivery_ends::EndReason;
pub use destruction::{Destruction, FailedErasure, ObjectsToDelete};
pub use dispatch::{AttemptRecord, ClaimedDelivery, DeliveryNext, DueClaim};
pub use endpoint_changes::EndpointChange;
pub use endpoint_status::EndpointStatus;
pub use endpoints::{EndpointRecord, NewEndpoint, PreviousSecret};
pub use error::DbError;
pub use events::HELD_PER_ENDPOINT_MAX;
pub use feed::{DeliveryQuery, EventQuery, EventRecord};
pub use health::HealthNote;
pub use idempotency::{Begun, KEY_LIFE, KeyUse, KeyedRequest};
pub use key_changes::{ApiKeyChange, Roll};
pub use key_deeds::{DeedKind, KeyDeed};
pub use leases::AbandonedAnalysis;
pub use migrate::MigrationCount;
pub use occurrences::OccurrenceClaim;
pub use open_analyses::OpenRecord;
pub use outcome::{Completion, Failure, NewReport, WrappedKeyColumns};
pub use partials::{LeftoverPartial, NewPartial, PartialRecord};
pub use photos::{PhotoRecord, PhotoState};
pub use progress::{StepKind, StepRecord};
pub use quota::{QuotaPolicy, QuotaSpent};
pub use receipts::{NewReceipt, ReceiptRecord};
pub use redelivery::{RedeliveredCount, Redelivery, ReplayCount, ReplayQuery};
pub use reports::{ReportObject, ReportRecord};
pub use scope::{AgencyScope, AuthenticatorScope, PersonScope, PublicScope, Scoped, SystemScope, Tx};
pub use sessions::{NewSession, SessionRecord};
pub use sign_in::{SignInGate, SignInLimits};
pub use usage::{Counts, UsageRow};
pub use users::{NewUser, UserRecord};
