//! What the handlers of both edges call: one struct behind one `web::Data`, put together by `app`.

use crate::accounts::Accounts;
use crate::db::Db;
use crate::domain::SharedClock;
use crate::health::Health;
use crate::ingest::Limits;
use crate::pipeline::Pipeline;
use crate::retention::Retention;
use crate::vault::Vault;
use crate::webhooks::Webhooks;

/// The services, as handlers reach them: `services.pipeline.submit(..)`. Of `db` handlers use reads only.
#[derive(Debug, Clone)]
pub struct Services {
    /// Time.
    pub clock: SharedClock,
    /// Rows, for reads.
    pub db: Db,
    /// For opening sealed names and references.
    pub vault: Vault,
    /// Who is who.
    pub accounts: Accounts,
    /// Endpoints.
    pub webhooks: Webhooks,
    /// End of life.
    pub retention: Retention,
    /// Photos to reports.
    pub pipeline: Pipeline,
    /// Liveness.
    pub health: Health,
    /// Limits of a photo, for the limits page.
    pub photo_limits: Limits,
    /// `http://localhost:8080`, without a slash at the end.
    pub public_url: String,
}
