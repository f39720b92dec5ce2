//! The main job from outside: photos in, report and signed webhook out, and its end.

use serde_json::Value;

use crate::fixtures::fixture;
use crate::support::{Client, Form, Receiver, Service};

fn set() -> Form {
    Form::product("portfolio")
        .text("reference", "Launch week, press kit")
        .fixture("photos/astronaut.png")
        .fixture("photos/coffee-tagged.jpg")
        .fixture("photos/dogs-rotated.jpg")
        .fixture("malformed/text.jpg")
}

/// Holds a result against the published schema.
fn assert_valid(result: &Value) {
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/result-1.json");
    let mut schemas = boon::Schemas::new();
    let index = boon::Compiler::new().compile(schema.to_str().unwrap(), &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    schemas.validate(result, index).unwrap_or_else(|error| panic!("{error:#}\n{result:#}"));
}

#[test]
fn photos_become_a_report_that_is_told_of_read_and_destroyed() {
    let service = Service::start();
    let (client, receiver) = (service.client(), Receiver::start());
    let (_, secret) = client.register(&receiver.url());

    let done = client.analyze(set());
    assert_eq!(done["state"], "completed", "{done}");
    assert_eq!(done["reference"], "Launch week, press kit");
    assert_eq!(done["photo_count"], 4);
    assert_eq!(done["photos"][3]["problem"], "unsupported_type");
    let place = format!("/v1/analyses/{}", done["id"].as_str().unwrap());

    let told = receiver.wait_for("analysis.completed");
    told.verify(&secret);
    assert_eq!(told.json()["data"]["analysis"], done["id"]);
    assert!(!String::from_utf8_lossy(&told.body).contains("coffee"), "an event holds nothing of the photos");

    read_the_report(&client, &place, &done);
    destroy_the_report(&service, &client, &receiver, &place, &secret);
}

fn read_the_report(client: &Client, place: &str, done: &Value) {
    let result = client.get(done["links"]["result"].as_str().unwrap()).expect(200).json();
    assert_valid(&result);
    let sent_as = |photo: usize| {
        let file = &result["photos"][photo]["file"];
        (file["declared_type"].as_str(), file["declared_type_fits"].as_bool())
    };
    assert_eq!(sent_as(0), (Some("image/jpeg"), Some(false)), "a PNG, sent as a JPEG");
    assert_eq!(sent_as(1), (Some("image/jpeg"), Some(true)));

    let pdf = client.get(done["links"]["report"].as_str().unwrap()).expect(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    let pages = lopdf::Document::load_mem(&pdf.body).unwrap().get_pages().len();
    assert!(pages >= 5, "cover, contact sheet, a page for each of three photos; there are {pages}");

    let preview = client.get(&format!("{place}/previews/3")).expect(200);
    assert_eq!(&preview.body[..3], b"\xff\xd8\xff");
    assert!(!preview.body.windows(4).any(|four| four == b"Exif"), "a preview carries no metadata");
    client.get(&format!("{place}/previews/4")).problem(404, "not-found");

    let list = client.get("/v1/analyses?limit=1").expect(200).json();
    assert_eq!(list["analyses"][0]["id"], done["id"]);
    assert_eq!(list["has_more"], false);
}

fn destroy_the_report(service: &Service, client: &Client, receiver: &Receiver, place: &str, secret: &str) {
    assert!(!service.objects().is_empty(), "a live report has its objects");
    let receipt = client.delete(place).expect(200).json();
    assert_eq!(client.delete(place).expect(200).json(), receipt, "asked again, the same receipt");
    assert_eq!(service.objects(), Vec::<std::path::PathBuf>::new(), "nothing of it stays in the store");

    let gone = client.get(place).expect(410).json();
    let link = gone["links"]["receipt"].as_str().unwrap_or_else(|| panic!("{gone}")).to_owned();
    assert_eq!(client.get(&link).expect(200).json(), receipt);
    for part in ["result", "report.pdf", "previews/1"] {
        client.get(&format!("{place}/{part}")).problem(410, "report-gone");
    }
    let told = receiver.wait_for("report.deleted");
    told.verify(secret);
    assert_eq!(told.json()["data"]["cause"], "requested");
}

#[test]
fn a_raw_body_is_an_analysis_of_one_photo_and_a_caller_may_wait() {
    let service = Service::start();
    let photo = std::fs::read(fixture("photos/rocket.jpg")).unwrap();
    let headers = [("content-type", "image/jpeg"), ("prefer", "wait=30")];
    let answer = service.client().send("POST", "/v1/analyses?product=snapshot&previews=none&file_name=r.jpg", &headers, photo);
    let answer = answer.expect(200);
    assert!(answer.header("preference-applied").starts_with("wait="), "{:?}", answer.headers);
    let done = answer.json();
    assert_eq!((done["state"].as_str(), done["previews"].as_str()), (Some("completed"), Some("none")), "{done}");
    let place = format!("/v1/analyses/{}", done["id"].as_str().unwrap());
    service.client().get(&format!("{place}/previews/1")).problem(404, "not-found");
    let result = service.client().get(&format!("{place}/result")).expect(200);
    assert_valid(&result.json());
    assert!(!result.text().contains("focus_map"), "without previews there is no picture content");
}

#[test]
fn the_same_photos_and_facts_give_the_same_report_from_the_command_line() {
    let scratch = crate::support::service::Scratch::new("analyze");
    let run = |name: &str| {
        let (pdf, json) = (scratch.path().join(format!("{name}.pdf")), scratch.path().join(format!("{name}.json")));
        let output = std::process::Command::new(crate::support::service::PROGRAM)
            .args(["analyze", "--product", "snapshot", "-o"])
            .arg(&pdf)
            .arg("--json")
            .arg(&json)
            .args([fixture("photos/rocket.jpg"), fixture("photos/cat-16bit.png"), fixture("photos/brushes-display-p3.jpg")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_valid(&serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap());
        lopdf::Document::load(&pdf).unwrap();
        serde_json::from_slice::<Value>(&std::fs::read(&json).unwrap()).unwrap()
    };
    let (first, second) = (run("first"), run("second"));
    assert_eq!(first["photos"], second["photos"]);
    let missing = std::process::Command::new(crate::support::service::PROGRAM)
        .args(["analyze", "no-such-file.jpg", "-o"])
        .arg(scratch.path().join("x.pdf"))
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
}
