//! Two nodes on one database and one bucket: whoever is asked does it. Only where the tests run on a database server.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::open_analysis::{open, photo, post, put, settled};
use crate::support::database::superuser;
use crate::support::s3_server::S3Server;
use crate::support::service::Scratch;
use crate::support::watch::{eventually, files_under};
use crate::support::{Form, Receiver, Service};

const BUCKET: &str = "shared";
/// A lease, and time for the job that looks after those that ended.
const LEASE_AND_JOB: Duration = Duration::from_secs(150);

/// Nodes first: they end before what they stand on.
struct Installation {
    a: Service,
    b: Service,
    s3: S3Server,
    _scratch: Scratch,
}

impl Installation {
    fn start(settings: &[(&str, &str)]) -> Self {
        let scratch = Scratch::new("bucket");
        let s3 = S3Server::start(&scratch.path().join("s3"));
        s3.make_bucket(BUCKET);
        let store = s3.settings(BUCKET);
        let all: Vec<(&str, &str)> =
            store.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(settings.iter().copied()).collect();
        let a = Service::start_with(&all);
        let b = a.another_node();
        Self { a, b, s3, _scratch: scratch }
    }

    fn objects(&self) -> usize {
        files_under(&self.s3.bucket(BUCKET)).len()
    }
}

pub fn has_server() -> bool {
    let has = superuser().is_some();
    if !has {
        println!("two nodes need a database server: PROOFSHEET_TEST_DATABASE_URL names none");
    }
    has
}

#[test]
fn any_node_takes_any_photo_the_submission_and_the_end() {
    if !has_server() {
        return;
    }
    let nodes = Installation::start(&[]);
    let (a, b) = (nodes.a.client(), nodes.b.client());
    let place = open(&a);
    put(&a, &place, 1, "one.jpg", photo("photos/rocket.jpg")).expect(202);
    put(&b, &place, 2, "two.jpg", photo("photos/coffee-tagged.jpg")).expect(202);
    put(&a, &place, 3, "three.jpg", photo("photos/mountain-12mp.jpg")).expect(202);
    put(&b, &place, 1, "one.jpg", photo("photos/rocket.jpg")).expect(200);
    put(&b, &place, 3, "other.jpg", photo("photos/rocket.jpg")).problem(409, "photo-taken");
    // Photo 3 may still be in A's hands: B waits for it.
    post(&b, &format!("{place}/submit")).expect(202);
    let done = a.follow(&place);
    assert_eq!((&done["state"], &done["photo_count"]), (&json!("completed"), &json!(3)), "{done}");
    let pdf = a.get(&format!("{place}/report.pdf")).expect(200).body;
    assert_eq!(b.get(&format!("{place}/report.pdf")).expect(200).body, pdf);
    eventually("only the report is stored", Duration::from_secs(5), || nodes.objects() == 2);

    // Cancelled and deleted through the node that does not hold it.
    let form = (0..8).fold(Form::product("snapshot"), |form, _| form.fixture("photos/mountain-12mp.jpg"));
    let held = a.submit(form).expect(202).header("location").to_owned();
    post(&b, &format!("{held}/cancel")).expect(200);
    assert_eq!(a.get(&held).expect(200).json()["reason"], "cancelled");
    let opened = open(&b);
    put(&b, &opened, 1, "one.jpg", photo("photos/mountain-12mp.jpg")).expect(202);
    let receipt = a.delete(&opened).expect(200).json();
    assert_eq!(b.delete(&opened).expect(200).json(), receipt);
    eventually("nothing of either is stored", Duration::from_secs(90), || nodes.objects() == 2);
}

#[test]
fn a_node_killed_with_photos_in_flight_costs_those_photos() {
    if !has_server() {
        return;
    }
    let mut nodes = Installation::start(&[("WORKER__PARALLEL", "1")]);
    let (a, b, receiver) = (nodes.a.client(), nodes.b.client(), Receiver::start());
    a.register(&receiver.url());
    let (submitted, mended) = (open(&a), open(&a));
    put(&a, &mended, 1, "one.jpg", photo("photos/rocket.jpg")).expect(202);
    settled(&a, &mended);
    for place in [&submitted, &mended] {
        put(&a, place, 2, "two.jpg", photo("photos/mountain-12mp.jpg")).expect(202);
    }
    nodes.a.stop(Signal::KILL);
    put(&b, &submitted, 1, "one.jpg", photo("photos/rocket.jpg")).expect(202);
    // Nobody knows yet that A is dead.
    post(&b, &format!("{submitted}/submit")).expect(202);
    put(&b, &mended, 2, "other.jpg", photo("photos/rocket.jpg")).problem(409, "photo-taken");

    let ended = b.follow(&submitted);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("failed"), &json!("interrupted")), "{ended}");
    eventually("the lease ends", LEASE_AND_JOB, || b.get(&mended).expect(200).json()["photos"][1]["state"] == "lost");
    put(&b, &mended, 2, "other.jpg", photo("photos/rocket.jpg")).expect(202);
    post(&b, &format!("{mended}/submit")).expect(202);
    assert_eq!(b.follow(&mended)["state"], "completed");
    receiver.wait_for("analysis.completed");
    receiver.wait_for("analysis.failed");
    assert_eq!(receiver.received().len(), 2, "each outcome is told once");
    eventually("only the report is stored", LEASE_AND_JOB, || nodes.objects() == 2);
}
