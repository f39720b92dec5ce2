//! The rules of the house, as tables. ARCHITECTURE.md shows the same import table; a test holds the two together.

/// A module of ours, and the modules of ours it may import.
pub struct Imports {
    /// Module under `src/`.
    pub module: &'static str,
    /// What it may import.
    pub may: &'static [&'static str],
}

const fn imports(module: &'static str, may: &'static [&'static str]) -> Imports {
    Imports { module, may }
}

/// Stands for every module.
pub const EVERYTHING: &str = "everything";

/// Who may import whom.
pub const IMPORTS: [Imports; 23] = [
    imports("domain", &[]),
    imports("raster", &[]),
    imports("ingest", &["raster"]),
    imports("measure", &["ingest", "raster"]),
    imports("report", &["measure", "raster", "domain"]),
    imports("vault", &["domain"]),
    imports("db", &["domain"]),
    imports("storage", &["domain", "vault"]),
    imports("accounts", &["domain", "db", "vault"]),
    imports("webhooks", &["domain", "db", "vault"]),
    imports("retention", &["domain", "db", "vault", "storage"]),
    imports("pipeline", &["domain", "ingest", "measure", "report", "vault", "storage", "db", "webhooks"]),
    imports("health", &["domain", "db", "vault", "storage"]),
    imports("config", &["domain", "ingest", "vault", "storage", "db", "accounts", "webhooks", "retention", "pipeline", "http"]),
    imports("jobs", &["domain", "db", "storage", "accounts", "webhooks", "retention", "pipeline", "health"]),
    imports(
        "http",
        &["domain", "ingest", "measure", "vault", "storage", "db", "accounts", "webhooks", "retention", "pipeline", "health"],
    ),
    imports("api", &["http", "domain", "measure", "report", "accounts", "webhooks", "retention", "pipeline", "db", "health"]),
    imports("web", &["http", "domain", "measure", "report", "accounts", "webhooks", "retention", "pipeline", "db", "health"]),
    imports(
        "app",
        &[
            "config",
            "domain",
            "ingest",
            "measure",
            "vault",
            "storage",
            "db",
            "accounts",
            "webhooks",
            "retention",
            "pipeline",
            "health",
            "http",
            "jobs",
        ],
    ),
    imports("server", &[EVERYTHING]),
    imports(
        "cli",
        &[
            "server",
            "app",
            "config",
            "domain",
            "ingest",
            "measure",
            "report",
            "vault",
            "storage",
            "db",
            "accounts",
            "webhooks",
            "retention",
            "pipeline",
            "health",
            "http",
        ],
    ),
    imports("main", &[EVERYTHING]),
    imports("lib", &[]),
];

/// An outside crate and where it lives, as path prefixes under `src/`.
pub struct Home {
    /// Names as written in code.
    pub crates: &'static [&'static str],
    /// Path prefixes.
    pub at: &'static [&'static str],
    /// Why.
    pub because: &'static str,
}

/// The homes of outside crates.
pub const HOMES: [Home; 14] = [
    Home { crates: &["diesel", "diesel_migrations", "libsqlite3_sys"], at: &["db/"], because: "all SQL there is stands in db" },
    Home {
        crates: &["actix_web", "actix_multipart", "actix_http", "actix_server", "actix_service", "actix_rt"],
        at: &["http/", "api/", "web/", "server.rs"],
        because: "only the edges know HTTP",
    },
    Home {
        crates: &["printpdf", "lopdf", "zlib_rs"],
        at: &["report/pdf"],
        because: "another PDF writer stays a one-folder change",
    },
    Home {
        crates: &["zune_jpeg", "zune_core", "png", "image_webp", "tiff", "gif", "jpeg_encoder", "image", "exif"],
        at: &["ingest/decode", "ingest/metadata", "measure/preview"],
        because: "bytes become pixels in one place, and pixels bytes in one",
    },
    Home {
        crates: &["aes_gcm", "aead_stream", "hkdf", "ed25519_dalek"],
        at: &["vault/"],
        because: "sealing and signing are vault's",
    },
    Home {
        crates: &["hmac"],
        at: &["vault/", "webhooks/", "cli/demo"],
        because: "keyed digests are vault's, event signatures webhooks'; demo verifies as a stranger would",
    },
    Home { crates: &["bcrypt"], at: &["accounts/"], because: "passwords are accounts'" },
    Home {
        crates: &["reqwest"],
        at: &["webhooks/", "cli/"],
        because: "whoever calls out passes the egress guard; demo is a client",
    },
    Home {
        crates: &["aws_sdk_s3", "aws_smithy_http_client"],
        at: &["storage/s3"],
        because: "another client of S3 stays a one-folder change",
    },
    Home { crates: &["governor"], at: &["http/"], because: "limits are counted at the border" },
    Home { crates: &["tokio_cron_scheduler"], at: &["jobs/", "app.rs"], because: "it is a clock for jobs, nothing else" },
    Home { crates: &["seccompiler", "landlock"], at: &["pipeline/worker"], because: "the sandbox is built in one place" },
    Home { crates: &["fail"], at: &["domain/failpoint.rs", "main.rs"], because: "where a test may kill is one list" },
    Home { crates: &["clap", "indicatif"], at: &["cli/", "main.rs"], because: "only the commands talk to a terminal" },
];

/// Paths that have a place of their own, or no place in the core.
pub struct Reserved {
    /// Words that follow each other in a path.
    pub path: &'static [&'static str],
    /// Where it may stand, as path prefixes; empty: nowhere in `barred`.
    pub only: &'static [&'static str],
    /// If not empty, the rule holds only under these prefixes.
    pub barred: &'static [&'static str],
    /// Why.
    pub because: &'static str,
}

const FILES: &[&str] = &["storage/local", "cli/", "config/"];
const CORE: &[&str] = &["domain/", "raster/", "ingest/", "measure/", "report/"];
const PURE: &[&str] = &["measure/", "report/"];

const fn only(path: &'static [&'static str], only: &'static [&'static str], because: &'static str) -> Reserved {
    Reserved { path, only, barred: &[], because }
}

const fn never(path: &'static [&'static str], barred: &'static [&'static str], because: &'static str) -> Reserved {
    Reserved { path, only: &[], barred, because }
}

/// Reserved paths.
pub const RESERVED: [Reserved; 15] = [
    only(&["fs", "write"], FILES, "nothing of a picture touches a disk"),
    only(&["File", "create"], FILES, "nothing of a picture touches a disk"),
    only(&["File", "create_new"], FILES, "nothing of a picture touches a disk"),
    only(&["OpenOptions"], FILES, "nothing of a picture touches a disk"),
    only(&["env", "temp_dir"], &["cli/demo"], "there are no temporary files; demo keeps its throw-away data there"),
    only(&["env", "var"], &["config/"], "the environment is read once, in config"),
    only(&["env", "var_os"], &["config/"], "the environment is read once, in config"),
    only(&["env", "vars"], &["config/"], "the environment is read once, in config"),
    only(&["SystemTime"], &["domain/clock.rs"], "time is handed in, so that a test can move it"),
    never(&["std", "fs"], CORE, "the core does no I/O"),
    never(&["std", "net"], CORE, "the core does no I/O"),
    never(&["tokio"], CORE, "the core awaits nothing"),
    never(&["Instant"], CORE, "the core reads no clock"),
    never(&["collections", "HashMap"], PURE, "its order differs from run to run; same input, same bytes: take a BTreeMap"),
    never(&["collections", "HashSet"], PURE, "its order differs from run to run; same input, same bytes: take a BTreeSet"),
];

/// Names a module does not have, because they say nothing.
pub const EMPTY_NAMES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "manager", "misc", "handler"];

/// Most lines of a source file.
pub const LINES_MAX: usize = 400;
