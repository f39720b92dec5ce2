//! The real program, started as a user starts it, on a free port with a data directory of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use proofsheet::domain::Failpoint;
use rustix::process::{Pid, Signal, kill_process};

pub use super::scratch::Scratch;

use super::s3_server::S3Server;
use super::{Client, Database};

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_proofsheet");
/// Longest wait for a start, in which three passwords are hashed and tables made.
const START_MAX: Duration = Duration::from_secs(60);

/// A running service.
#[derive(Debug)]
pub struct Service {
    child: Child,
    /// `http://localhost:PORT`.
    pub url: String,
    /// Lines it printed until it said where it answers, and a moment longer.
    pub printed: Vec<String>,
    settings: Vec<(String, String)>,
    /// The bucket's server, if this run of the tests is about one.
    s3: Option<S3Server>,
    scratch: Option<Scratch>,
    /// Its database, if this run of the tests is about a server.
    database: Option<Database>,
    key: String,
    owner_password: String,
}

impl Service {
    /// Starts with defaults.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts with some settings changed, each as `PROOFSHEET_…` without the prefix.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let scratch = Scratch::new("service");
        let s3 = s3_of_this_run(&settings, &scratch);
        let mut service = Self::spawn(Command::new(PROGRAM), settings, s3, scratch);
        service.read_first_start();
        service
    }

    /// Starts under another program, such as strace, that runs it with its arguments.
    pub fn start_under(program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).arg(PROGRAM);
        let scratch = Scratch::new("service");
        let s3 = s3_of_this_run(&[], &scratch);
        let mut service = Self::spawn(command, Vec::new(), s3, scratch);
        service.read_first_start();
        service
    }

    /// Starts and dies as by `kill -9` when it first passes this place.
    pub fn start_dying_at(place: Failpoint, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.env("FAILPOINTS", format!("{}=return", place.slug()));
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let scratch = Scratch::new("service");
        let s3 = s3_of_this_run(&settings, &scratch);
        let mut service = Self::spawn(command, settings, s3, scratch);
        service.read_first_start();
        service
    }

    /// Another node of the same installation: its database on a server, its settings and its key ring, a data directory of its own.
    pub fn another_node(&self) -> Self {
        let database = self.database.as_ref().expect("nodes share a database on a server").settings();
        let database = database.into_iter().map(|(name, value)| (name.trim_start_matches("PROOFSHEET_").to_owned(), value));
        let ring = ("KEYS__RING_FILE".to_owned(), self.data().join("keyring").display().to_string());
        let settings = self.settings.iter().cloned().chain(database).chain([ring]).collect();
        let mut node = Self::spawn_on(None, Command::new(PROGRAM), settings, None, Scratch::new("node"));
        node.key.clone_from(&self.key);
        node.owner_password.clone_from(&self.owner_password);
        node
    }

    /// Stops it by `signal`, lets something happen, and starts it again on the same data directory.
    pub fn restart_after(mut self, signal: Signal, between: impl FnOnce(&Self)) -> Self {
        self.stop(signal);
        between(&self);
        let scratch = self.scratch.take().unwrap();
        let (command, settings) = (Command::new(PROGRAM), self.settings.clone());
        let mut next = Self::spawn_on(self.database.take(), command, settings, self.s3.take(), scratch);
        next.key.clone_from(&self.key);
        next.owner_password.clone_from(&self.owner_password);
        next
    }

    fn spawn(command: Command, settings: Vec<(String, String)>, s3: Option<S3Server>, scratch: Scratch) -> Self {
        Self::spawn_on(Database::if_wanted(), command, settings, s3, scratch)
    }

    fn spawn_on(
        database: Option<Database>,
        mut command: Command,
        settings: Vec<(String, String)>,
        s3: Option<S3Server>,
        scratch: Scratch,
    ) -> Self {
        let data = scratch.path().join("data");
        let log = std::fs::File::options().create(true).append(true).open(scratch.path().join("log")).unwrap();
        command.arg("serve").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).current_dir(scratch.path());
        command.env("PROOFSHEET_SERVER__LISTEN", "127.0.0.1:0").env("PROOFSHEET_DATA__DIRECTORY", &data);
        command.env("PROOFSHEET_WEBHOOKS__ALLOW_LOOPBACK", "true");
        command.envs(store_variables(s3.as_ref()));
        command.envs(database.iter().flat_map(Database::settings));
        for (name, value) in &settings {
            command.env(format!("PROOFSHEET_{name}"), value);
        }
        let mut child = command.spawn().unwrap();
        let lines = follow(child.stdout.take().unwrap());
        let (printed, url) = read_until_ready(&lines, &mut child, scratch.path());
        let (key, owner_password) = (String::new(), String::new());
        let service = Self { child, url, printed, settings, s3, scratch: Some(scratch), database, key, owner_password };
        let client = Client::anonymous(&service);
        let start = Instant::now();
        while client.get("/readyz").status != 200 {
            assert!(start.elapsed() < START_MAX, "not ready:\n{}", service.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        service
    }

    fn read_first_start(&mut self) {
        let words: Vec<&str> = self.printed.iter().flat_map(|line| line.split_whitespace()).collect();
        let key = words.iter().find(|word| word.starts_with("ps_live_"));
        let password = words.iter().position(|word| *word == "owner@localhost").and_then(|at| words.get(at + 1));
        self.key = key.unwrap_or_else(|| panic!("no API key in {:?}", self.printed)).to_string();
        self.owner_password = password.unwrap_or_else(|| panic!("no owner in {:?}", self.printed)).to_string();
    }

    /// The API key of the first start.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Mail address and password of the first agency's owner.
    pub fn owner(&self) -> (&str, &str) {
        ("owner@localhost", &self.owner_password)
    }

    /// A client with the first key.
    pub fn client(&self) -> Client {
        Client::with_key(self, &self.key)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.scratch.as_ref().unwrap().path().join("data")
    }

    /// Its database on a server, if it has one.
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.scratch.as_ref().unwrap().path().join("log")).unwrap_or_default()
    }

    /// Whether it keeps its objects in a bucket.
    pub const fn has_bucket(&self) -> bool {
        self.s3.is_some()
    }

    /// The sealed objects in its store, by file name.
    pub fn objects(&self) -> Vec<PathBuf> {
        let folder = self.s3.as_ref().map_or_else(|| self.data().join("objects"), |s3| s3.bucket(BUCKET));
        super::watch::files_under(&folder)
    }

    /// Removes orphans from a bucket at once; a running node leaves young ones alone, because others may use the bucket too. A
    /// directory is looked through at each start.
    pub fn reconcile_shared_store(&self) {
        if self.s3.is_some() {
            let why = ["--as", "test", "--reason", "no node runs"];
            let done = self.command(&[&["admin", "reconcile", "--min-age-secs", "0"][..], &why].concat());
            assert!(done.status.success(), "{done:?}");
        }
    }

    /// Sends a signal and waits for the end.
    pub fn stop(&mut self, signal: Signal) -> ExitStatus {
        if let Some(ended) = self.child.try_wait().unwrap() {
            return ended;
        }
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Runs another command of the program on the same data directory.
    pub fn command(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env("PROOFSHEET_DATA__DIRECTORY", self.data()).env("PROOFSHEET_SERVER__LISTEN", "127.0.0.1:0");
        command.envs(store_variables(self.s3.as_ref()));
        command.envs(self.database.iter().flat_map(Database::settings));
        command.envs(self.settings.iter().map(|(name, value)| (format!("PROOFSHEET_{name}"), value)));
        command.stdin(Stdio::null()).output().unwrap()
    }
}

/// The bucket of each service that has one.
const BUCKET: &str = "proofs";

/// With `PROOFSHEET_TEST_STORE=s3` each service gets a bucket on a server of its own, unless the test says where objects are kept.
fn s3_of_this_run(settings: &[(String, String)], scratch: &Scratch) -> Option<S3Server> {
    let wanted = std::env::var("PROOFSHEET_TEST_STORE").is_ok_and(|kind| kind == "s3");
    let chosen = settings.iter().any(|(name, _)| name.starts_with("STORE__S3__ENDPOINT") || name == "STORE__DIRECTORY");
    (wanted && !chosen).then(|| {
        let s3 = S3Server::start(&scratch.path().join("s3"));
        s3.make_bucket(BUCKET);
        s3
    })
}

fn store_variables(s3: Option<&S3Server>) -> Vec<(String, String)> {
    s3.map_or_else(Vec::new, |s3| {
        s3.settings(BUCKET).into_iter().map(|(name, value)| (format!("PROOFSHEET_{name}"), value)).collect()
    })
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() && self.scratch.is_some() {
            eprintln!("--- log of the service\n{}", self.log());
        }
        // A tracer that is killed lets go of what it traced: the service goes first.
        for pid in super::watch::children_of(self.child.id()) {
            if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                kill_process(pid, Signal::KILL).ok();
            }
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The lines of a pipe, read to its end so that the writer never waits.
fn follow(pipe: std::process::ChildStdout) -> Receiver<String> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody may listen any more; the pipe is kept empty all the same.
            send.send(line).ok();
        }
    });
    lines
}

fn read_until_ready(lines: &Receiver<String>, child: &mut Child, scratch: &Path) -> (Vec<String>, String) {
    let (mut printed, start) = (Vec::new(), Instant::now());
    while start.elapsed() < START_MAX {
        while let Ok(line) = lines.recv_timeout(Duration::from_millis(200)) {
            printed.push(line);
        }
        if let Some(url) = printed.iter().find_map(|line| line.strip_prefix("proofsheet answers on ")) {
            return (printed.clone(), url.trim().to_owned());
        }
        if let Some(status) = child.try_wait().unwrap() {
            let log = std::fs::read_to_string(scratch.join("log")).unwrap_or_default();
            panic!("the service ended with {status} before it was ready:\n{}\n{log}", printed.join("\n"));
        }
    }
    panic!("the service did not start within {START_MAX:?}: {printed:?}");
}
