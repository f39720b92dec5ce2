//! Every setting in words: name, unit, meaning, and for a limit what a client hears past it. Rendered as `docs/limits.md` and
//! `.env.example`; defaults come from [`super::Config::default`], so that neither can differ from the program.

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Section and key, joined by dots, as in the file.
    pub name: &'static str,
    /// Unit of a number; empty otherwise.
    pub unit: &'static str,
    /// What it is, as a sentence.
    pub meaning: &'static str,
    /// Of a limit: what happens past it. Codes of the catalogue stand in backquotes.
    pub past: Option<&'static str>,
}

impl Setting {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        let upper = self.name.to_ascii_uppercase();
        format!("{}_{}", super::ENVIRONMENT_PREFIX, upper.replace('.', "__"))
    }
}

const fn setting(name: &'static str, unit: &'static str, meaning: &'static str) -> Setting {
    Setting { name, unit, meaning, past: None }
}

const fn limit(name: &'static str, unit: &'static str, meaning: &'static str, past: &'static str) -> Setting {
    Setting { name, unit, meaning, past: Some(past) }
}

/// All, section by section.
pub const SETTINGS: &[Setting] = &[
    setting("server.listen", "", "Address and port to listen on; port 0 takes any free one."),
    setting("server.public_url", "", "The address people and programs use; empty: http://localhost:PORT."),
    setting("server.stop_secs", "s", "How long a stopping server waits for requests in flight."),
    limit(
        "server.head_secs",
        "s",
        "A request's head, from its first byte; the first one of a connection from its start.",
        "408 and the connection is closed",
    ),
    limit("server.keep_alive_secs", "s", "A connection is kept so long after an answer was taken.", "the connection is closed"),
    limit(
        "server.body_grace_secs",
        "s",
        "A body is not judged by its rate before we waited for it so long.",
        "408 `body-too-slow`",
    ),
    limit("server.body_bytes_per_s_min", "bytes/s", "Mean rate of a body after the grace.", "408 `body-too-slow`"),
    limit("server.body_secs", "s", "A body is not waited for longer in all.", "408 `body-too-slow`"),
    limit(
        "server.reader_grace_secs",
        "s",
        "A reader is not judged by the rate before an answer waited for it so long.",
        "the connection is cut",
    ),
    limit(
        "server.reader_bytes_per_s_min",
        "bytes/s",
        "Mean rate of a reader after the grace, over the time in which bytes wait to be taken.",
        "the connection is cut",
    ),
    limit("server.reader_secs", "s", "An answer does not wait for its reader longer in all.", "the connection is cut"),
    limit("server.wait_secs_max", "s", "Longest `Prefer: wait`.", "the wait is cut to it"),
    limit(
        "server.connections_max",
        "connections",
        "Connections at a time; never more than the process may have files open, less 256.",
        "503 `no-room` with Retry-After, and the connection is closed",
    ),
    limit(
        "server.connections_per_address_max",
        "connections",
        "Connections at a time from one address, IPv6 by its /64. Behind a proxy, which is one address: `server.connections_max`.",
        "429 `too-many-requests` with Retry-After, and the connection is closed",
    ),
    limit("server.streams_max", "streams", "Event streams open at a time.", "503 `no-room` with Retry-After"),
    limit(
        "server.streams_per_key_max",
        "streams",
        "Event streams of one key open at a time.",
        "429 `too-many-requests` with Retry-After",
    ),
    limit(
        "server.stream_secs_max",
        "s",
        "An event stream ends after this time.",
        "it ends, and the client takes it up where it ended",
    ),
    setting("server.heartbeat_secs", "s", "A silent event stream says so often that it lives."),
    setting(
        "server.leave_secs",
        "s",
        "A stopping server answers `/readyz` with 503 for so long before it takes no more connections, so that load balancers notice.",
    ),
    setting("data.directory", "", "Directory of lock, key ring, and by default database and objects."),
    setting("keys.ring_file", "", "File of the key ring, the same for all nodes; empty: `keyring` in the data directory."),
    setting(
        "database.url",
        "",
        "`sqlite:` and a path, or `postgres://` and a server; empty: `proofsheet.db` in the data directory.",
    ),
    limit("database.readers", "connections", "Connections that read, 1 to 64.", "503 `no-room` after 10 s without one"),
    limit(
        "database.writers",
        "connections",
        "Connections that write on PostgreSQL, 1 to 64; on SQLite one does.",
        "503 `no-room` after 10 s without one",
    ),
    setting("database.migration_url", "", "Who changes the tables on PostgreSQL, as an address; empty: `database.url`."),
    setting(
        "database.migrate_at_start",
        "",
        "Whether `serve` brings PostgreSQL's tables up to date; if not, `proofsheet migrate` does.",
    ),
    setting("store.directory", "", "Directory of the objects; empty: `objects` in the data directory."),
    setting("store.parallel_max", "objects", "Objects read or written at the same moment; the rest wait."),
    limit(
        "store.patience_secs",
        "s",
        "How long a finished report waits in memory for a store that does not take it.",
        "outcome `failed`, reason `interrupted`",
    ),
    setting(
        "store.s3.endpoint",
        "",
        "Address of an S3-compatible store without the bucket; set: a bucket instead of the directory.",
    ),
    setting("store.s3.bucket", "", "Name of the bucket; it must be there."),
    setting("store.s3.region", "", "Region; R2 and Garage say auto."),
    setting("store.s3.access_key_id", "", "Id of the access key."),
    setting("store.s3.secret_access_key", "", "The secret that belongs to it; never printed."),
    setting("store.s3.secret_access_key_file", "", "File that holds the secret; instead of the line above."),
    setting("store.s3.allow_http", "", "Whether http:// may be used beyond this machine."),
    limit("store.s3.connect_secs", "s", "Time to reach the store.", "503 `not-ready` with Retry-After"),
    limit(
        "store.s3.attempt_secs",
        "s",
        "One try of one request, and what its bytes need at the slowest rate.",
        "503 `not-ready` with Retry-After",
    ),
    limit(
        "store.s3.operation_secs",
        "s",
        "A request with all its tries, and what its bytes need in each.",
        "503 `not-ready` with Retry-After",
    ),
    setting("store.s3.attempts_max", "tries", "Tries of one request."),
    setting("store.s3.bytes_per_s_min", "bytes/s", "Slowest transfer that is waited for."),
    limit("store.s3.stall_secs", "s", "A transfer may stand still so long.", "503 `not-ready` with Retry-After"),
    limit("upload.photos_max", "photos", "Photos of an analysis.", "422 `invalid-fields`, field `photos`"),
    limit("upload.file_bytes_max", "bytes", "A photo's file.", "413 `photo-too-large`"),
    limit(
        "upload.request_bytes_max",
        "bytes",
        "All photos of a request, or of an analysis they are put to one at a time.",
        "413 `request-too-large`",
    ),
    limit(
        "upload.upload_budget_bytes",
        "bytes",
        "Uploads a node holds in memory at a time; 0: a quarter of its memory, at most 2 GiB.",
        "503 `no-room` with Retry-After",
    ),
    limit("upload.waiting_photos_max", "photos", "Photos that wait for a worker.", "503 `no-room` with Retry-After"),
    limit(
        "upload.queue_secs",
        "s",
        "How long a photo may have waited before the node takes nothing new.",
        "503 `no-room` with Retry-After",
    ),
    limit("upload.analysis_secs", "s", "How long an analysis may take.", "outcome `failed`, reason `deadline`"),
    limit(
        "upload.open_secs",
        "s",
        "How long an analysis stays open for photos put one at a time.",
        "409 `not-open`; outcome `failed`, reason `deadline`",
    ),
    limit("upload.open_max", "analyses", "Analyses an agency may have open at a time.", "409 `limit-reached`"),
    limit("photo.pixels_max", "pixels", "Width times height.", "photo problem `too_many_pixels`"),
    limit("photo.edge_px_max", "px", "The longer side.", "photo problem `too_long`"),
    limit("photo.metadata_bytes_max", "bytes", "All metadata of a file.", "photo problem `metadata_too_large`"),
    limit("photo.icc_bytes_max", "bytes", "A colour profile, unpacked.", "photo problem `metadata_too_large`"),
    limit(
        "photo.decoder_bytes_max",
        "bytes",
        "What a decoder may hold of a picture that cannot be read row by row.",
        "photo problem `too_much_memory`",
    ),
    setting("worker.sandbox", "", "`required`: no sandbox, no worker. `preferred`: as much as the kernel gives."),
    limit("worker.wall_secs", "s", "How long a worker may take by the clock.", "photo problem `worker_stopped`"),
    limit("worker.cpu_secs", "s", "CPU time a worker may use.", "photo problem `worker_stopped`"),
    limit("worker.memory_bytes", "bytes", "Address space of a worker.", "photo problem `worker_stopped`"),
    setting("worker.parallel", "workers", "Workers at a time; 0: one a core."),
    setting("worker.executable", "", "The program re-executed as a worker; empty: this one."),
    setting("webhooks.allow_loopback", "", "Whether endpoints on this machine are taken, also by http. For development only."),
    limit(
        "webhooks.breaker_failures_max",
        "failures",
        "Failures of an endpoint one after the other after which it is left alone, but for a probe now and then.",
        "deliveries to it wait; none is lost",
    ),
    setting("webhooks.breaker_pause_first_secs", "s", "The first such pause; each probe that fails doubles it."),
    setting("webhooks.breaker_pause_max_secs", "s", "The longest such pause."),
    limit(
        "webhooks.disable_after_secs",
        "s",
        "How long an endpoint may do nothing but fail.",
        "the endpoint is disabled, the other endpoints of its key are told, and what comes for it is held",
    ),
    setting("accounts.bcrypt_cost", "", "bcrypt's cost."),
    limit("accounts.session_idle_secs", "s", "How long a session lasts unused.", "401 `not-signed-in`"),
    limit("accounts.session_life_secs", "s", "How long a session lasts at most.", "401 `not-signed-in`"),
    limit("rates.sign_in_per_min", "a minute", "Tries to sign in from one address.", "429 `too-many-requests` with Retry-After"),
    limit(
        "rates.failed_key_per_min",
        "a minute",
        "Requests with a missing or wrong key from one address.",
        "429 `too-many-requests` with Retry-After",
    ),
    limit("rates.uploads_per_min", "a minute", "Uploads of one key or person.", "429 `too-many-requests` with Retry-After"),
    limit(
        "rates.redeliveries_per_min",
        "a minute",
        "Calls of one key that send deliveries again, of up to 1,000 each.",
        "429 `too-many-requests` with Retry-After",
    ),
    limit("rates.api_per_min", "a minute", "Other requests of one key.", "429 `too-many-requests` with Retry-After"),
    limit("rates.pages_per_min", "a minute", "Pages for one address.", "429 `too-many-requests` with Retry-After"),
    limit(
        "rates.agency_photos_per_day",
        "photos",
        "Photos of an agency in a day in UTC, on all nodes together; 0: any number.",
        "429 `quota-exceeded` with Retry-After",
    ),
    limit(
        "rates.agency_analyses_per_hour",
        "analyses",
        "Analyses an agency begins in an hour, on all nodes together; 0: any number.",
        "429 `quota-exceeded` with Retry-After",
    ),
    setting("retention.usage_days", "days", "How long the counts of a day are kept."),
    setting("log.filter", "", "`error`, `warn`, `info`, `debug`, or directives such as `info,proofsheet::webhooks=debug`."),
    setting("log.json", "", "One JSON object a line."),
];
