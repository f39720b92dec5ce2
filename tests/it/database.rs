//! The database from outside: wrong addresses, tables that are not to be made, and a server that is away for a while.

use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::service::{PROGRAM, Scratch};
use crate::support::watch::{children_of, eventually, files_under};
use crate::support::{Database, Form, Receiver, Service};

fn run(scratch: &Scratch, command: &str, url: &str) -> Output {
    let mut program = Command::new(PROGRAM);
    program.arg(command).current_dir(scratch.path()).stdin(Stdio::null()).env("PROOFSHEET_DATABASE__URL", url);
    program.env("PROOFSHEET_DATA__DIRECTORY", scratch.path().join("data")).env("PROOFSHEET_SERVER__LISTEN", "127.0.0.1:0");
    program.output().unwrap()
}

#[test]
fn a_wrong_address_ends_within_five_seconds_with_its_cause_and_leaves_no_file() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let server = cfg!(feature = "postgres");
    for (url, says) in [
        ("postgres://u:hunter22@127.0.0.1:1/db".to_owned(), if server { "Connection refused" } else { "--features postgres" }),
        (format!("postgres://u:hunter22@127.0.0.1:{port}/db"), if server { "timeout" } else { "--features postgres" }),
        ("host=127.0.0.1 dbname=db password=hunter22".to_owned(), "must start with sqlite: or postgres://"),
        ("mysql://u:hunter22@127.0.0.1/db".to_owned(), "must start with sqlite: or postgres://"),
    ] {
        for command in ["serve", "migrate"] {
            let (scratch, start) = (Scratch::new("address"), Instant::now());
            let output = run(&scratch, command, &url);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(start.elapsed() < Duration::from_secs(5), "{command} {url}: {:?}", start.elapsed());
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains(says) && !said.contains("hunter22"), "{command} {url}: {said}");
            assert_eq!(files_under(scratch.path()), Vec::<std::path::PathBuf>::new(), "{command} {url}");
        }
    }
}

#[test]
fn serve_makes_no_tables_on_a_server_unless_told_and_needs_the_ring_of_its_rows() {
    let Some(database) = Database::if_wanted() else { return };
    let scratch = Scratch::new("tables");
    let output = run(&scratch, "serve", &database.superuser_url());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("proofsheet migrate"), "{said}");
    for times in ["migrations ran", "The database is up to date."] {
        let output = run(&scratch, "migrate", &database.superuser_url());
        assert!(String::from_utf8_lossy(&output.stdout).contains(times), "{output:?}");
    }
    let other = Scratch::new("other-ring");
    let output = run(&other, "migrate", &database.superuser_url());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("put the key ring back"), "{said}");
}

#[test]
fn a_server_that_is_away_for_a_while_costs_nothing_but_time() {
    let service = Service::start_with(&[("WORKER__PARALLEL", "1")]);
    let Some(database) = service.database() else { return };
    let receiver = Receiver::start();
    let client = service.client();
    let (_, secret) = client.register(&receiver.url());
    let many = (0..4).fold(Form::product("snapshot"), |form, _| form.fixture("photos/mountain-12mp.jpg"));
    let accepted = client.submit(many).expect(202);
    let place = accepted.header("location").to_owned();
    eventually("a worker measures", Duration::from_secs(20), || !children_of(service.pid()).is_empty());

    database.go_away();
    let away = Instant::now();
    let long = Duration::from_secs(if std::env::var_os("PROOFSHEET_TEST_FULL").is_some() { 30 } else { 5 });
    eventually("it is not ready", Duration::from_secs(10), || client.get("/readyz").status == 503);
    let refused = client.submit(Form::product("snapshot").fixture("photos/rocket.jpg"));
    refused.problem(503, "not-ready");
    assert!(!refused.header("retry-after").is_empty());
    client.get(&place).problem(503, "not-ready");
    std::thread::sleep(long.saturating_sub(away.elapsed()));
    database.come_back();

    eventually("it is ready again", Duration::from_secs(10), || client.get("/readyz").status == 200);
    let seen = client.follow(&place);
    assert_eq!(seen["state"], "completed", "{seen}");
    receiver.wait_for("analysis.completed").verify(&secret);
    let again = client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    assert_eq!(again["state"], "completed", "{again}");
    eventually("both are told", Duration::from_secs(20), || receiver.received().len() >= 2);
    let ids: std::collections::BTreeSet<String> = receiver.received().iter().map(|one| one.id().to_owned()).collect();
    assert_eq!(ids.len(), 2, "each analysis is told by one event");
}
