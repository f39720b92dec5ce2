//! The rules catch what they are there for: a violating snippet each.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{File, check};
use super::find_cycle;

/// What the rules say to this text at this place, its missing header aside.
fn said(path: &str, text: &str) -> Vec<String> {
    check(&File { path: path.to_owned(), text: format!("//! A file.\n{text}") })
}

fn catches(path: &str, text: &str, words: &str) {
    let said = said(path, text);
    assert!(said.iter().any(|line| line.contains(words)), "{path} with {text:?} should hear {words:?} but heard {said:?}");
}

fn passes(path: &str, text: &str) {
    assert_eq!(said(path, text), Vec::<String>::new(), "{path} with {text:?}");
}

#[test]
fn imports_are_seen_wherever_they_stand() {
    let word = "`measure` may not import `db`";
    catches("measure/sharpness.rs", "use crate::db::Db;", word);
    catches("measure/sharpness.rs", "use crate::{raster::Plane, db};", word);
    catches("measure/sharpness.rs", "use crate::{raster::{Plane, View}, db::{Db, Tx}};", word);
    catches("measure/sharpness.rs", "fn f() { let x = crate::db::Db::open(); }", word);
    catches("measure/sharpness.rs", "use {crate::db::Db};", word);
    catches("measure/mod.rs", "use super::db::Db;", "`super` is the crate here");
    catches("measure/sharpness.rs", "use super::super::db;", "super::super");
    catches("somewhere/mod.rs", "fn f() {}", "no row in the import table");
    catches("api/analyses.rs", "use crate::web::page;", "`api` may not import `web`");
    catches("main.rs", "fn f() { unsafe { g() } }", "unsafe");
    passes("measure/sharpness.rs", "use crate::raster::Plane;\nuse crate::ingest::{Photo, Header};\nuse super::kernels;");
}

#[test]
fn words_in_comments_strings_and_tests_are_not_imports() {
    passes(
        "measure/sharpness.rs",
        "// use crate::db;\n/* crate::db /* nested */ crate::web */\n/// As [`crate::db`] does.\nfn f() {}",
    );
    passes(
        "measure/sharpness.rs",
        r##"const A: &str = "crate::db"; const B: &str = r#"crate::db " unsafe"#; const C: char = '"'; fn f<'a>() {}"##,
    );
    passes("measure/sharpness.rs", "#[cfg(test)]\nmod tests {\n use crate::db::Db;\n use jpeg_encoder::Encoder;\n}");
    catches("measure/sharpness.rs", "#[cfg(test)]\nmod tests { fn g() {} }\nuse crate::db::Db;", "may not import");
    catches("measure/sharpness.rs", "const A: char = '\\''; use crate::db::Db;", "may not import");
}

#[test]
fn outside_crates_stay_at_home() {
    catches("api/analyses.rs", "use diesel::prelude::*;", "`diesel` lives in db/");
    catches("pipeline/run.rs", "fn f() -> actix_web::HttpResponse { g() }", "`actix_web` lives in");
    catches("report/layout/page.rs", "use printpdf as pdf;", "`printpdf` lives in report/pdf");
    catches("measure/tone.rs", "use {image::DynamicImage};", "`image` lives in");
    catches("accounts/mod.rs", "use governor::RateLimiter;", "`governor` lives in http/");
    passes("db/analyses.rs", "use diesel::prelude::*;");
    passes("measure/preview.rs", "use jpeg_encoder::Encoder;");
    passes("measure/tone.rs", "fn f(image: &Plane) -> u8 { image.at(0) + self.image.rows }");
}

#[test]
fn files_environment_and_clocks_have_their_places() {
    catches("pipeline/run.rs", "fn f() { std::fs::write(a, b); }", "nothing of a picture touches a disk");
    catches("pipeline/run.rs", "use std::fs::{self, File};\nfn f() { File::create(a); }", "nothing of a picture touches a disk");
    catches("webhooks/client.rs", "fn f() { std::env::var(a); }", "read once, in config");
    catches("webhooks/client.rs", "use std::time::{Duration, SystemTime};", "time is handed in");
    catches("report/words.rs", "use std::fs;", "the core does no I/O");
    catches("measure/set.rs", "use std::collections::{BTreeMap, HashMap};", "order differs");
    catches("measure/set.rs", "use std::time::Instant;", "reads no clock");
    passes("storage/local.rs", "fn f() { std::fs::File::create(a); }");
    passes("pipeline/run.rs", "use std::collections::HashMap;\nuse std::time::Instant;");
}

#[test]
fn the_edges_only_read() {
    catches(
        "api/keys.rs",
        "async fn f() { app.db.as_agency(&id(a)).write(|tx| tx.revoke(k)).await }",
        "every write goes through a service",
    );
    passes("api/keys.rs", "async fn f() { app.db.as_agency(&id(a)).read(|tx| tx.list()).await; upload.write(&chunk); }");
}

#[test]
fn a_file_says_what_it_is_and_stays_short() {
    catches("domain/ids.rs", "pub fn f() {}", "without a doc comment");
    catches("domain/ids.rs", "#[derive(Debug)]\npub struct A;", "without a doc comment");
    passes(
        "domain/ids.rs",
        "/// A thing.\n#[derive(Debug)]\n#[serde(\n    tag = \"a\",\n)]\npub struct A;\n/// Does.\npub const fn f() {}",
    );
    passes("domain/ids.rs", "/// In mm.\npub const A: f64 = 1.0;\npub const B: f64 = 2.0;");
    catches("domain/ids.rs", "const C: f64 = 1.0;\npub const B: f64 = 2.0;", "without a doc comment");
    catches("domain/utils.rs", "", "names nothing");
    catches("domain/ids.rs", &"fn f() {}\n".repeat(400), "more than 400 lines");
    let bare = check(&File { path: "domain/ids.rs".to_owned(), text: "fn f() {}".to_owned() });
    assert!(bare.iter().any(|line| line.contains("begins without")), "{bare:?}");
}

#[test]
fn rings_are_found() {
    let edges = |list: &[(&str, &[&str])]| -> BTreeMap<String, BTreeSet<String>> {
        list.iter().map(|(from, to)| ((*from).to_owned(), to.iter().map(|to| (*to).to_owned()).collect())).collect()
    };
    assert_eq!(find_cycle(&edges(&[("a", &["b"]), ("b", &["c"]), ("c", &[])])), None);
    let ring = find_cycle(&edges(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])])).unwrap();
    assert_eq!(ring, ["b", "c"]);
}
