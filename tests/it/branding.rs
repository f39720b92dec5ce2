//! An agency's look on its reports, and the same report made again from its photos and its result.

use rustix::process::Signal;
use serde_json::Value;

use crate::fixtures::fixture;
use crate::support::service::Scratch;
use crate::support::{Client, Form, Service};

const PHOTOS: [&str; 3] = ["photos/rocket.jpg", "photos/sunset-burnt.jpg", "malformed/text.jpg"];
const WHY: [&str; 4] = ["--as", "tester", "--reason", "trying a look"];

fn said(output: &std::process::Output) -> String {
    [&output.stdout[..], &output.stderr[..]].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// A second agency with a look of its own, made while nothing runs; answers its id and a key.
fn branded_agency(stopped: &Service, logo: &str) -> (String, String) {
    let run = |arguments: &[&str]| {
        let output = stopped.command(&[arguments, &WHY].concat());
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        said(&output).split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let word = |words: Vec<String>, start: &str| words.into_iter().find(|word| word.starts_with(start)).unwrap();
    let agency = word(run(&["admin", "create-agency", "--name", "Northlight"]), "ag_");
    let key = word(run(&["admin", "create-key", "--agency", &agency]), "ps_live_");
    let set = ["admin", "set-branding", "--agency", &agency, "--brand-name", "Northlight Pictures", "--logo", logo];
    let look = run(&[&set[..], &["--accent", "#1f4b8a"]].concat()).join(" ");
    assert!(look.contains("name Northlight Pictures, logo") && look.contains("accent #1f4b8a, paper a4"), "{look}");
    // what is not said stays
    let look = run(&["admin", "set-branding", "--agency", &agency, "--paper", "letter"]).join(" ");
    assert!(look.contains("Northlight Pictures") && look.contains("accent #1f4b8a, paper letter"), "{look}");
    (agency, key)
}

fn form() -> Form {
    PHOTOS.iter().fold(Form::product("provenance").text("reference", "Spring, seen twice"), |form, photo| form.fixture(photo))
}

#[test]
fn a_report_looks_as_its_agency_says_and_analyze_makes_it_again_byte_for_byte() {
    let logo = fixture("photos/cameraman-grey.jpg");
    let logo = logo.to_str().unwrap();
    let mut made = None;
    let service = Service::start().restart_after(Signal::TERM, |stopped| made = Some(branded_agency(stopped, logo)));
    let client = Client::with_key(&service, &made.unwrap().1);
    let done = client.analyze(form());
    let place = format!("/v1/analyses/{}", done["id"].as_str().unwrap());
    let result = client.get(&format!("{place}/result")).expect(200);
    let pdf = client.get(&format!("{place}/report.pdf")).expect(200);
    let look = &result.json()["report"]["branding"];
    assert_eq!(look["name"], "Northlight Pictures");
    assert_eq!(look["accent"], "#1f4b8a");
    assert_eq!(look["logo_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(result.json()["report"]["paper"], "letter");
    the_verify_address_leads_to_a_page(&service, &result.json());
    let document = lopdf::Document::load_mem(&pdf.body).unwrap();
    for page in document.get_pages().into_values() {
        let edges = document.get_dictionary(page).unwrap().get(b"MediaBox").unwrap().as_array().unwrap();
        let edges: Vec<f32> = edges.iter().map(|edge| edge.as_float().unwrap()).collect();
        assert!(edges.iter().zip([0.0, 0.0, 612.0, 792.0]).all(|(edge, letter)| (edge - letter).abs() < 0.1), "{edges:?}");
    }

    let scratch = Scratch::new("again");
    let at = |name: &str| scratch.path().join(name).display().to_string();
    std::fs::write(at("result.json"), &result.body).unwrap();
    let photos = PHOTOS.map(|photo| fixture(photo).display().to_string());
    let again = |photos: &[String], more: &[&str]| {
        let photos: Vec<&str> = photos.iter().map(String::as_str).collect();
        let to = [at("again.pdf"), at("again.json"), at("result.json")];
        let end = ["-o", &to[0], "--json", &to[1], "--facts", &to[2]];
        service.command(&[&["analyze"], &photos[..], &end, more].concat())
    };
    let output = again(&photos, &["--logo", logo]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("byte for byte"), "{}", said(&output));
    assert!(std::fs::read(at("again.json")).unwrap() == result.body, "the result");
    assert!(std::fs::read(at("again.pdf")).unwrap() == pdf.body, "the PDF");

    // what is not the same is not made
    let output = again(&photos, &[]);
    assert!(!output.status.success() && said(&output).contains("--logo"), "{}", said(&output));
    let turned = [photos[1].clone(), photos[0].clone(), photos[2].clone()];
    let output = again(&turned, &["--logo", logo]);
    assert!(!output.status.success() && said(&output).contains("photo 1 is not the file"), "{}", said(&output));
    let output = again(&photos[..2], &["--logo", logo]);
    assert!(!output.status.success() && said(&output).contains("of 3 photos, not of 2"), "{}", said(&output));
}

/// Without an account, and with whatever stands in the address.
fn the_verify_address_leads_to_a_page(service: &Service, result: &Value) {
    let (address, report) = (result["report"]["verify_url"].as_str().unwrap(), result["report"]["id"].as_str().unwrap());
    let path = address.splitn(4, '/').last().unwrap();
    let visitor = Client::anonymous(service);
    let page = visitor.get(&format!("/{path}")).expect(200).text();
    assert!(page.contains("Verify a report") && page.contains(report), "{page}");
    let page = visitor.get("/verify?r=%3Cscript%3E").expect(200).text();
    assert!(page.contains("Verify a report") && !page.contains("<script>"), "{page}");
}

#[test]
fn a_look_nobody_could_read_is_refused() {
    let scratch = Scratch::new("look");
    let out = scratch.path().join("report.pdf").display().to_string();
    let photo = fixture("photos/rocket.jpg").display().to_string();
    let service = Service::start();
    let analyze = |more: &[&str]| service.command(&[&["analyze", &photo, "-o", &out], more].concat());
    let transparent = fixture("photos/coffee-alpha.png").display().to_string();
    let no_picture = fixture("malformed/text.jpg").display().to_string();
    let long = "x".repeat(61);
    for (more, words) in [
        (["--accent", "#ffcc00"], "4.5 to 1"),
        (["--accent", "yellow"], "#rrggbb"),
        (["--paper", "a3"], "a4 or letter"),
        (["--logo", transparent.as_str()], "solid ground"),
        (["--logo", no_picture.as_str()], "cannot be a logo"),
        (["--brand-name", long.as_str()], "1 to 60 characters"),
    ] {
        let output = analyze(&more);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {}", said(&output));
        assert!(said(&output).contains(words), "{more:?}: {}", said(&output));
        assert!(!std::path::Path::new(&out).exists(), "{more:?}");
    }
    let output =
        analyze(&["--accent", "#1f4b8a", "--paper", "letter", "--brand-name", "Northlight", "--json", &format!("{out}.json")]);
    assert!(output.status.success(), "{}", said(&output));
    let result: Value = serde_json::from_slice(&std::fs::read(format!("{out}.json")).unwrap()).unwrap();
    assert_eq!(result["report"]["paper"], "letter");
}
