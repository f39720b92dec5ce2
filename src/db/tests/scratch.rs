//! For tests only: a database in a directory of its own that goes away, and tenants to fill it with.

use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "postgres")]
use crate::db::tests::server::ServerDatabase;
use crate::db::{
    ClaimedDelivery, Completion, Db, DbError, Destruction, DueClaim, NewAgency, NewAnalysis, NewApiKey, NewEndpoint, NewReceipt,
    NewReport, NewUser, Origin, ReportObject, Settings, WrappedKeyColumns,
};
use crate::domain::event::AnalysisFacts;
use crate::domain::{
    AgencyId, AnalysisId, AnalysisState, ApiKeyId, DeletionCause, EndpointId, Event, EventKind, Product, ReceiptId, ReportId,
    Role, Scope, Timestamp, UserId,
};

/// 21 November 2026, 15:00 UTC.
pub(crate) const NOON: Timestamp = Timestamp::from_epoch_millis(1_795_270_800_000);

/// So much later than [`NOON`].
pub(crate) fn at(secs: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(secs))
}

/// The database of one test: a file in its directory, or one of the server that `PROOFSHEET_TEST_DATABASE_URL` names.
pub(crate) struct ScratchDb {
    pub(crate) db: Db,
    pub(crate) directory: PathBuf,
    #[cfg(feature = "postgres")]
    pub(crate) server: Option<ServerDatabase>,
}

impl Drop for ScratchDb {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.directory).ok();
    }
}

/// An empty directory with a random name.
#[expect(clippy::disallowed_methods, reason = "a test's database file; nothing of a picture comes near it")]
pub(crate) fn scratch_directory() -> PathBuf {
    let name = AgencyId::generate(NOON);
    let directory = std::env::temp_dir().join(format!("proofsheet-test-{name}"));
    std::fs::create_dir(&directory).expect("a directory for the test");
    directory
}

impl ScratchDb {
    pub(crate) fn unmigrated() -> Self {
        Self::new(false)
    }

    pub(crate) async fn open() -> Self {
        let scratch = Self::new(true);
        if !scratch.db.is_shared() {
            scratch.db.migrate().await.expect("the migrations run");
        }
        scratch
    }

    fn open_db(url: String) -> Db {
        let settings = Settings { url, readers: 2, writers: 4, wait_max: Duration::from_secs(10) };
        Db::open(&settings).expect("a new database opens")
    }

    #[cfg(feature = "postgres")]
    fn new(migrated: bool) -> Self {
        let directory = scratch_directory();
        let server = super::server::superuser().map(|_| ServerDatabase::create(migrated));
        let file = format!("sqlite:{}/p.db", directory.display());
        let db = Self::open_db(server.as_ref().map_or(file, ServerDatabase::url));
        Self { db, directory, server }
    }

    #[cfg(not(feature = "postgres"))]
    fn new(_migrated: bool) -> Self {
        let directory = scratch_directory();
        let db = Self::open_db(format!("sqlite:{}/p.db", directory.display()));
        Self { db, directory }
    }

    /// A second handle, as whoever may change tables.
    pub(crate) fn migrator(&self) -> Db {
        #[cfg(feature = "postgres")]
        if let Some(server) = &self.server {
            return Self::open_db(server.superuser_url());
        }
        self.db.clone()
    }

    /// What the database keeps: every byte SQLite has on disk, file and write-ahead log; on a server every row.
    pub(crate) fn raw_bytes(&self) -> Vec<u8> {
        #[cfg(feature = "postgres")]
        if let Some(server) = &self.server {
            return server.raw_bytes();
        }
        let entries = std::fs::read_dir(&self.directory).expect("the directory is there");
        let files = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
        files.flat_map(|path| std::fs::read(path).expect("a file")).collect()
    }

    /// Any statement, past all scopes.
    pub(crate) async fn run_sql(&self, sql: &'static str) {
        use diesel::connection::SimpleConnection as _;
        let run = move |conn: &mut crate::db::conn::Conn| conn.batch_execute(sql).map_err(DbError::from);
        self.migrator().writer().run(run).await.expect("the statement runs");
    }

    /// Claims what is due, any number for an endpoint.
    pub(crate) async fn claim(&self, owner: &str, now: Timestamp, lease_until: Timestamp) -> Vec<ClaimedDelivery> {
        let claim = DueClaim { owner: owner.to_owned(), now, lease_until, limit: 100, per_endpoint: 100 };
        self.db.as_system().write(move |tx| tx.claim_due_deliveries(&claim)).await.expect("a claim")
    }

    /// A new agency with a person and a key.
    pub(crate) async fn tenant(&self) -> Tenant {
        let tenant = Tenant {
            db: self.db.clone(),
            agency: AgencyId::generate(NOON),
            user: UserId::generate(NOON),
            key: ApiKeyId::generate(NOON),
        };
        tenant.store().await.expect("a tenant is stored");
        tenant
    }
}

/// An agency with one person and one key.
pub(crate) struct Tenant {
    db: Db,
    pub(crate) agency: AgencyId,
    pub(crate) user: UserId,
    pub(crate) key: ApiKeyId,
}

impl Tenant {
    async fn store(&self) -> Result<(), DbError> {
        let agency = NewAgency { id: self.agency.clone(), name_sealed: b"sealed name".to_vec(), created_at: NOON };
        let user = NewUser {
            id: self.user.clone(),
            agency: Some(self.agency.clone()),
            role: Role::Owner,
            email_digest: digest(self.user.as_str()),
            email_sealed: b"sealed address".to_vec(),
            password_hash: "k:hash".to_owned(),
            created_at: NOON,
        };
        self.db
            .as_system()
            .write::<(), DbError>(move |tx| {
                tx.insert_agency(&agency)?;
                tx.insert_user(&user)
            })
            .await?;
        let key = self.new_key(self.key.clone());
        self.db.as_agency(&self.agency).write(move |tx| tx.insert_api_key(&key)).await
    }

    pub(crate) fn new_key(&self, id: ApiKeyId) -> NewApiKey {
        NewApiKey {
            hash: digest(id.as_str()),
            id,
            label_sealed: b"sealed label".to_vec(),
            prefix: "ps_live_abcd".to_owned(),
            scopes: [Scope::AnalysesRead].into_iter().collect(),
            created_by: Some(self.user.clone()),
            created_at: NOON,
            expires_at: None,
            is_test: false,
            networks_sealed: None,
            created_by_key: None,
        }
    }

    pub(crate) fn new_analysis(&self, origin: Origin) -> NewAnalysis {
        NewAnalysis {
            id: AnalysisId::generate(NOON),
            origin,
            product: Product::Snapshot,
            previews: true,
            reference_sealed: Some(b"sealed reference".to_vec()),
            reference_digest: None,
            life_ms: 7 * 86_400_000,
            photos: vec![1_000, 2_000],
            state: AnalysisState::Processing,
            retry_of: None,
            lease_owner: "node-a".to_owned(),
            lease_until: at(60),
            created_at: NOON,
        }
    }

    pub(crate) fn by_key(&self) -> Origin {
        Origin::ApiKey(self.key.clone())
    }

    /// An analysis under way.
    pub(crate) async fn analysis(&self, origin: Origin) -> AnalysisId {
        let new = self.new_analysis(origin);
        let id = new.id.clone();
        self.db.as_agency(&self.agency).write(move |tx| tx.insert_analysis(&new)).await.expect("an analysis is stored");
        id
    }

    /// An active endpoint of the tenant's key.
    pub(crate) async fn endpoint(&self, kinds: &[EventKind]) -> EndpointId {
        let new = NewEndpoint {
            id: EndpointId::generate(NOON),
            api_key: self.key.clone(),
            url_sealed: b"sealed url".to_vec(),
            secret_sealed: b"sealed secret".to_vec(),
            kinds: kinds.iter().copied().collect(),
            created_at: NOON,
        };
        let id = new.id.clone();
        self.db.as_agency(&self.agency).write(move |tx| tx.insert_endpoint(&new)).await.expect("an endpoint is stored");
        id
    }

    pub(crate) fn facts(&self, analysis: &AnalysisId, api_key: Option<ApiKeyId>, sequence: i32) -> AnalysisFacts {
        AnalysisFacts {
            agency: self.agency.clone(),
            api_key,
            analysis: analysis.clone(),
            sequence,
            photo_count: 2,
            is_test: false,
        }
    }

    pub(crate) fn completion(&self, analysis: &AnalysisId, api_key: Option<ApiKeyId>) -> Completion {
        let object = |part, size_bytes| ReportObject { name: format!("v1/r07/20261121/{analysis}-{part}"), size_bytes };
        let report = NewReport {
            id: ReportId::generate(NOON),
            pdf_object: object("report", 10),
            result_object: object("result", 20),
            expires_at: at(3_600),
        };
        let event = Event::completed(&self.facts(analysis, api_key, 1), &report.id, report.expires_at, NOON);
        let wrapped = report.id.as_str().bytes().cycle().take(48).map(|byte| byte ^ 0x5a).collect();
        let key = WrappedKeyColumns { kid: "k".to_owned(), nonce: vec![7; 12], wrapped };
        Completion { analysis: analysis.clone(), fence: 1, report, key, event, now: NOON }
    }

    /// A finished analysis of the tenant's key.
    pub(crate) async fn completed(&self) -> Completion {
        let analysis = self.analysis(self.by_key()).await;
        let completion = self.completion(&analysis, Some(self.key.clone()));
        let stored = completion.clone();
        self.db.as_system().write(move |tx| tx.complete_analysis(&stored)).await.expect("it completes");
        completion
    }

    pub(crate) fn destruction(&self, completed: &Completion, now: Timestamp) -> Destruction {
        let cause = DeletionCause::Requested;
        let receipt = NewReceipt {
            id: ReceiptId::generate(now),
            body: "{}".to_owned(),
            kid: "k".to_owned(),
            signature: vec![1; 64],
            requested_by: None,
        };
        let facts = self.facts(&completed.analysis, Some(self.key.clone()), 2);
        let event = Event::deleted(&facts, &completed.report.id, cause, &receipt.id, now);
        Destruction { report: completed.report.id.clone(), cause, receipt, event, now }
    }
}

/// Some digest that is only this text's.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    let mut digest = [0; 32];
    for (at, byte) in text.bytes().enumerate() {
        digest[at % 32] ^= byte.rotate_left(u32::try_from(at / 32).unwrap_or_default());
    }
    digest
}
