//! `docs/limits.md` and `.env.example` are rendered from the settings and their defaults; no setting is missing in either.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use proofsheet::config::{Config, SETTINGS, Setting};
use proofsheet::http::ProblemKind;
use proofsheet::measure::PhotoProblem;
use serde_json::Value;

/// Limits that are no settings: part of the contract, the same on every installation.
const FIXED: &[(&str, &str, &str)] = &[
    ("`reference` of an analysis", "100 characters", "422 `invalid-fields`, field `reference`"),
    ("An `Idempotency-Key`", "255 visible characters, kept 24 hours", "422 `invalid-fields`, field `Idempotency-Key`"),
    ("Days of a `GET /v1/usage`", "100", "422 `invalid-fields`, field `from`"),
    ("A small field of a form", "4 KiB", "422 `invalid-fields`"),
    ("A JSON or form body that is no upload", "64 KiB", "413 `request-too-large`"),
    ("A request's head", "128 KiB, 96 headers", "431 `head-too-large`"),
    ("A request's address: path and query", "8 KiB", "414 `address-too-long`"),
    ("Lines of a page", "1 to 100, 20 unless asked for", "422 `invalid-fields`, field `limit`"),
    ("Analyses watched on a node, by streams and `Prefer: wait`", "1,024", "503 `no-room`; a wait ends at once"),
    ("What happened to an analysis is kept", "24 hours, or to the report's end", "a stream tells the outcome only"),
    ("File name kept of a photo", "200 characters", "cut"),
    ("Kept of a receiver's answer, sealed", "4 KiB", "the rest is dropped"),
    ("A report: PDF, or result with previews", "200 MiB", "outcome `failed`, reason `interrupted`"),
    ("A webhook endpoint's URL", "2,048 bytes", "422 `invalid-fields`, field `url`"),
    ("Webhook endpoints of an API key", "10", "409 `limit-reached`"),
    ("Headers of a webhook endpoint", "8; names 64, values 512 characters", "422 `invalid-fields`, field `headers`"),
    ("A webhook endpoint's description", "200 characters", "422 `invalid-fields`, field `description`"),
    ("Two secrets of a webhook endpoint", "7 days, 24 hours unless said", "422 `invalid-fields`, field `overlap_secs`"),
    ("Deliveries held for a webhook endpoint", "10,000", "the oldest is cancelled"),
    ("Scans of a JPEG", "64", "photo problem `unsupported_coding`"),
    ("Entries of a TIFF directory", "4,096", "photo problem `damaged`"),
    ("Directories of a TIFF that are looked at", "2,048", "the file is noted as incomplete"),
    ("Side of a TIFF tile", "16 to 65,536 px", "photo problem `damaged`"),
];

/// Every leaf of the default configuration by its dotted name.
fn defaults() -> BTreeMap<String, Value> {
    fn walk(prefix: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    walk(&name, value, into);
                }
            }
            leaf => {
                into.insert(prefix.to_owned(), leaf.clone());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk("", &serde_json::to_value(Config::default()).unwrap(), &mut found);
    found
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A default as a person reads it.
fn shown(setting: &Setting, value: &Value) -> String {
    match (setting.unit, value.as_u64()) {
        ("bytes", Some(bytes)) if bytes > 0 && bytes % (1 << 20) == 0 => format!("{} MiB", bytes >> 20),
        (unit, Some(number)) if !unit.is_empty() => format!("{number} {unit}"),
        _ => plain(value),
    }
}

fn limits_page() -> String {
    let defaults = defaults();
    let mut page = String::from(
        "# Limits\n\nMade from the settings and their defaults; a test holds this page and the program together. Every setting can be \
         changed in `proofsheet.toml` or by its variable (`upload.photos_max` is `PROOFSHEET_UPLOAD__PHOTOS_MAX`).\n\n\
         | setting | default | what | past it |\n|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let Some(past) = setting.past else { continue };
        let default = shown(setting, &defaults[setting.name]);
        writeln!(page, "| `{}` | {default} | {} | {past} |", setting.name, setting.meaning).unwrap();
    }
    page.push_str("\n## The same everywhere\n\n| what | limit | past it |\n|---|---|---|\n");
    for (what, limit, past) in FIXED {
        writeln!(page, "| {what} | {limit} | {past} |").unwrap();
    }
    page.push_str(
        "\n429 means that your key, address or agency has had its share; 503 that the node is full. Both say in `Retry-After` when to \
         ask again. A limit counts the value itself as allowed: 50 photos pass, the 51st does not.\n",
    );
    page
}

fn example() -> String {
    let defaults = defaults();
    let mut text = String::from(
        "# Made from the settings and their defaults; a test holds this file and the program together.\n# Copy it to .env and change what you need.\n\n\
         # --- docker-compose.yml: choose your own, for example with: openssl rand -hex 32\n\
         PUBLIC_URL=http://localhost:8080\nPOSTGRES_PASSWORD=\nPOSTGRES_MIGRATOR_PASSWORD=\nPOSTGRES_APP_PASSWORD=\n\
         # 64 hexadecimal digits\nGARAGE_RPC_SECRET=\n# GK and 24 hexadecimal digits\nS3_ACCESS_KEY_ID=\n# 64 hexadecimal digits\n\
         S3_SECRET_ACCESS_KEY=\n# of the endpoint you registered for the receivers\nWEBHOOK_SECRET=\n\n\
         # --- the program's own settings, each with its default\n",
    );
    for setting in SETTINGS {
        let unit = if setting.unit.is_empty() { String::new() } else { format!(" In {}.", setting.unit) };
        let unit = if setting.unit == "a minute" { " So many a minute.".to_owned() } else { unit };
        writeln!(text, "# {}{unit}\n#{}={}", setting.meaning, setting.variable(), plain(&defaults[setting.name])).unwrap();
    }
    text
}

#[test]
fn every_setting_is_in_the_catalog_and_nothing_else() {
    let named: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    let mut sorted = named.clone();
    sorted.sort_unstable();
    let wanted = defaults();
    assert_eq!(sorted, wanted.keys().map(String::as_str).collect::<Vec<_>>());
    for setting in SETTINGS {
        assert!(setting.meaning.ends_with('.'), "{}", setting.name);
        let number = wanted[setting.name].is_number();
        assert!(!number || !setting.unit.is_empty() || setting.name == "accounts.bcrypt_cost", "{} has no unit", setting.name);
    }
}

#[test]
fn every_code_named_is_one_of_the_catalogue() {
    let known: Vec<&str> = ProblemKind::ALL.iter().map(|kind| kind.row().slug).collect();
    let photo: Vec<&str> = PhotoProblem::ALL.iter().map(|problem| problem.slug()).collect();
    let words = SETTINGS.iter().filter_map(|setting| setting.past).chain(FIXED.iter().map(|row| row.2));
    for past in words {
        let code = past.split('`').nth(1);
        let Some(code) = code else { continue };
        let fine = if past.starts_with("photo problem") {
            photo.contains(&code)
        } else if past.starts_with("outcome") {
            code == "failed"
        } else {
            known.contains(&code)
        };
        assert!(fine, "{code} in {past:?}");
    }
}

#[track_caller]
fn is_rendered(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("PROOFSHEET_UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "{} is not as rendered; make it anew: PROOFSHEET_UPDATE_DOCS=1 cargo test settings", path.display());
}

#[test]
fn limits_md_is_rendered_from_the_settings() {
    is_rendered("docs/limits.md", &limits_page());
}

#[test]
fn env_example_is_rendered_from_the_settings() {
    is_rendered(".env.example", &example());
}
