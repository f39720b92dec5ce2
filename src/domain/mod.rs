//! Words everybody shares: ids, roles, products, the life of an analysis and its report, events, time.
//!
//! Imports nothing of ours, does no I/O and knows no HTTP and no SQL.

pub mod analysis;
pub mod branding;
pub mod clock;
pub mod endpoint;
pub mod event;
pub mod failpoint;
pub mod ids;
pub mod key_mode;
pub mod product;
pub mod role;
pub mod scope;
pub mod timestamp;

pub use analysis::{AnalysisState, DeletionCause, FailureReason, IllegalTransition, ReportLife, Transition};
pub use branding::{Accent, AccentError, AgencyProfile, Branding, BrandingError, Logo, Paper};
pub use clock::{Clock, ManualClock, SharedClock, SystemClock};
pub use endpoint::{BreakerPolicy, EndpointHealth, StopReason, Verdict};
pub use event::{Event, EventKind};
pub use failpoint::{Failpoint, failpoint};
pub use ids::{AgencyId, AnalysisId, ApiKeyId, DeliveryId, EndpointId, EventId, IdError, ReceiptId, ReportId, SessionId, UserId};
pub use key_mode::KeyMode;
pub use product::Product;
pub use role::Role;
pub use scope::{Scope, ScopeSet};
pub use timestamp::Timestamp;
