//! Starts that cannot be: each a clear sentence and an exit code.

use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use rustix::process::Signal;

use crate::support::Service;
use crate::support::service::{PROGRAM, Scratch};

fn serve(scratch: &Scratch, settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("serve").current_dir(scratch.path()).stdin(Stdio::null());
    command.env("PROOFSHEET_DATA__DIRECTORY", scratch.path().join("data")).env("PROOFSHEET_SERVER__LISTEN", "127.0.0.1:0");
    for (name, value) in settings {
        command.env(name, value);
    }
    command.output().unwrap()
}

#[track_caller]
fn refuses(output: &Output, code: i32, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    for word in words {
        assert!(said.contains(word), "{word:?} is missing in {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_busy_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = serve(&Scratch::new("busy"), &[("PROOFSHEET_SERVER__LISTEN", &address)]);
    refuses(&output, 3, &[&address]);
}

#[test]
fn a_data_directory_in_use_is_named() {
    let service = Service::start();
    let output = service.command(&["serve"]);
    refuses(&output, 4, &["in use", "data"]);
}

#[test]
fn every_fault_of_the_settings_is_told_at_once() {
    let output = serve(
        &Scratch::new("faults"),
        &[("PROOFSHEET_UPLOAD__PHOTOS_MAX", "51"), ("PROOFSHEET_SERVER__PUBLIC_URL", "example.org/")],
    );
    refuses(&output, 2, &["upload.photos_max", "server.public_url"]);
    let output = serve(&Scratch::new("unknown"), &[("PROOFSHEET_UPLOAD__FOTOS_MAX", "5")]);
    refuses(&output, 2, &["fotos_max"]);
}

#[test]
fn a_database_from_a_newer_program_is_left_alone() {
    let mut service = Service::start();
    service.stop(Signal::TERM);
    if let Some(database) = service.database() {
        database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')");
        return refuses(&service.command(&["serve"]), 5, &["newer"]);
    }
    let database = service.data().join("proofsheet.db");
    add_migration_of_the_future(&database);
    let before = std::fs::read(&database).unwrap();
    refuses(&service.command(&["serve"]), 5, &["newer"]);
    assert_eq!(std::fs::read(&database).unwrap(), before, "nothing was changed");
}

/// Notes a migration this program does not know.
fn add_migration_of_the_future(database: &std::path::Path) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};
    let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    connection
        .batch_execute(
            "insert into __diesel_schema_migrations (version) values ('99990101000000'); pragma wal_checkpoint(truncate);",
        )
        .unwrap();
}
