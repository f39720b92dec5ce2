//! Files made to do harm: each gets its word, the others survive, and at worst a worker dies.

use serde_json::Value;

use crate::fixtures::fixture;
use crate::support::{Form, Service};

fn expectations() -> serde_json::Map<String, Value> {
    let text = std::fs::read(fixture("malformed/expected.json")).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap().as_object().unwrap().clone()
}

/// What became of a photo: its problem, or what its file facts say of completeness.
fn outcome(photo: &Value) -> (Option<&str>, Option<&str>) {
    (photo.pointer("/problem/code").and_then(Value::as_str), photo.pointer("/file/completeness").and_then(Value::as_str))
}

#[test]
fn every_broken_file_gets_its_word_and_the_sound_photo_between_them_survives() {
    let mut service = Service::start();
    let files: Vec<(String, Value)> = expectations().into_iter().filter(|(_, what)| what["refused"] != true).collect();
    let form = files.iter().fold(Form::product("snapshot"), |form, (name, _)| form.fixture(&format!("malformed/{name}")));
    let done = service.client().analyze(form.fixture("photos/rocket.jpg"));
    assert_eq!(done["state"], "completed", "{done}");
    let result = service.client().get(done["links"]["result"].as_str().unwrap()).expect(200).json();
    let photos = result["photos"].as_array().unwrap();
    assert_eq!(photos.len(), files.len() + 1);

    let mut wrong = Vec::new();
    for ((name, expected), photo) in files.iter().zip(photos) {
        if outcome(photo) != (expected["unusable"].as_str(), expected["measured"].as_str()) {
            wrong.push(format!("{name}: {:?}; expected {expected}", outcome(photo)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(outcome(photos.last().unwrap()), (None, Some("complete")));
    assert!(service.is_running());
}

#[test]
fn a_job_that_never_ends_loses_its_worker_and_nobody_else_notices() {
    let mut service = Service::start_with(&[("WORKER__CPU_SECS", "1")]);
    let form = Form::product("snapshot").photo("endless.png", &endless_png()).fixture("photos/rocket.jpg");
    let done = service.client().analyze(form);
    assert_eq!(done["photos"][0]["problem"], "worker_stopped", "{done}");
    assert_eq!(done["photos"][1]["state"], "measured", "{done}");
    assert_eq!(done["state"], "completed", "{done}");
    assert!(service.is_running());
    let next = service.client().analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    assert_eq!(next["state"], "completed", "{next}");
}

/// 98 MP of colour in a small file: within every limit, and more than a second of work.
pub fn endless_png() -> Vec<u8> {
    let side = 9_900_u32;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = vec![90_u8; side as usize * 3];
    for _ in 0..side {
        std::io::Write::write_all(&mut stream, &row).unwrap();
    }
    stream.finish().unwrap();
    drop(writer);
    bytes
}
