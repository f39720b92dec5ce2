//! The limits of `docs/limits.md` on the running service, at the value and one past it. Those that need no service are held where
//! they are checked: admission, ingest, frames, pace of a body, receivers' answers.

use std::time::Duration;

use serde_json::Value;

use crate::hostile::endless_png;
use crate::support::watch::{children_of, eventually};
use crate::support::{Form, Service, Wire};

/// Width, height and pixels of the smallest photograph.
const ROCKET: (u32, u32) = (640, 427);

fn rocket() -> Vec<u8> {
    std::fs::read(crate::fixtures::fixture("photos/rocket.jpg")).unwrap()
}

#[track_caller]
fn is_slow_body(wire: Wire) {
    let (answer, after) = wire.answer();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"body-too-slow\""), "{answer}");
    assert!(after < Duration::from_secs(10), "{after:?}");
}

#[test]
fn a_head_must_come_in_its_time() {
    let service = Service::start_with(&[("SERVER__HEAD_SECS", "2")]);
    let mut in_time = Wire::open(&service);
    in_time.write(b"GET /healthz HTTP/1.1\r\nhost: ");
    std::thread::sleep(Duration::from_millis(800));
    in_time.write(b"localhost\r\nconnection: close\r\n\r\n");
    assert!(in_time.answer().0.starts_with("HTTP/1.1 200"));
    let mut late = Wire::open(&service);
    late.write(b"GET /healthz HTTP/1.1\r\nhost: ");
    let (answer, after) = late.answer();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(after < Duration::from_secs(10), "{after:?}");
}

#[test]
fn a_body_that_stands_still_drips_or_never_ends_is_408_and_leaves_nothing() {
    let pace = [("SERVER__BODY_GRACE_SECS", "2"), ("SERVER__BODY_SECS", "4")];
    let service = Service::start_with(&pace);
    let photo = rocket();
    let mut paused = Wire::promise(&service, photo.len());
    paused.write(&photo[..1000]);
    std::thread::sleep(Duration::from_millis(900));
    paused.write(&photo[1000..]);
    assert!(paused.answer().0.starts_with("HTTP/1.1 202"), "a pause within the grace is nothing");

    let mut still = Wire::promise(&service, photo.len());
    still.write(&photo[..100]);
    is_slow_body(still);
    let mut endless = Wire::promise(&service, 40 << 20);
    endless.write(&vec![0; 8 << 20]);
    is_slow_body(endless);
    let analyses = service.client().get("/v1/analyses").expect(200).json();
    assert_eq!(analyses["analyses"].as_array().unwrap().len(), 1, "{analyses}");
}

#[track_caller]
fn outcome_with(settings: &[(&str, &str)], name: &str, photo: &[u8]) -> Value {
    Service::start_with(settings).client().analyze(Form::product("snapshot").photo(name, photo))
}

#[test]
fn pixels_and_edge_hold_at_and_one_past() {
    let pixels = ROCKET.0 * ROCKET.1;
    for (name, at, problem) in [("PHOTO__PIXELS_MAX", pixels, "too_many_pixels"), ("PHOTO__EDGE_PX_MAX", ROCKET.0, "too_long")] {
        let within = outcome_with(&[(name, &at.to_string())], "rocket.jpg", &rocket());
        assert_eq!(within["state"], "completed", "{name} at {at}: {within}");
        let past = outcome_with(&[(name, &(at - 1).to_string())], "rocket.jpg", &rocket());
        assert_eq!(past["photos"][0]["problem"], problem, "{name} one past: {past}");
        assert_eq!(past["reason"], "no_usable_photo");
    }
}

/// 100 MP whose coefficients must all be held before the first row is known.
fn progressive_of_100_megapixels() -> Vec<u8> {
    let side = 10_000_u16;
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 40);
    encoder.set_progressive(true);
    encoder.encode(&vec![120; usize::from(side).pow(2)], side, side, jpeg_encoder::ColorType::Luma).unwrap();
    bytes
}

#[test]
fn a_worker_past_its_time_or_memory_is_stopped_and_says_so() {
    let (slow, large) = (endless_png(), progressive_of_100_megapixels());
    for (settings, name, photo) in [
        ([("WORKER__WALL_SECS", "1"), ("WORKER__CPU_SECS", "30")], "slow.png", &slow),
        ([("WORKER__MEMORY_BYTES", "268435456"), ("WORKER__WALL_SECS", "30")], "large.jpg", &large),
    ] {
        let past = outcome_with(&settings, name, photo);
        assert_eq!(past["photos"][0]["problem"], "worker_stopped", "{settings:?}: {past}");
    }
    let within = outcome_with(&[("WORKER__WALL_SECS", "120"), ("WORKER__CPU_SECS", "120")], "large.jpg", &large);
    assert_eq!(within["state"], "completed", "the default memory is enough: {within}");
}

#[test]
fn an_analysis_past_its_time_ends_by_deadline() {
    let past = outcome_with(&[("UPLOAD__ANALYSIS_SECS", "1")], "slow.png", &endless_png());
    assert_eq!((past["state"].as_str(), past["reason"].as_str()), (Some("failed"), Some("deadline")), "{past}");
}

#[test]
fn a_node_with_a_long_queue_takes_nothing_new() {
    let slow = endless_png();
    let settings = [("WORKER__PARALLEL", "1"), ("UPLOAD__QUEUE_SECS", "1"), ("UPLOAD__WAITING_PHOTOS_MAX", "2")];
    let service = Service::start_with(&settings);
    let client = service.client();
    let submit =
        |count: usize| client.submit((0..count).fold(Form::product("snapshot"), |form, _| form.photo("slow.png", &slow)));
    submit(1).expect(202);
    eventually("the first is being measured", Duration::from_secs(20), || !children_of(service.pid()).is_empty());
    submit(1).expect(202);
    std::thread::sleep(Duration::from_millis(1200));
    let refused = submit(1);
    refused.problem(503, "no-room");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
}

#[test]
fn as_many_photos_wait_as_may() {
    let slow = endless_png();
    let service = Service::start_with(&[("WORKER__PARALLEL", "1"), ("UPLOAD__WAITING_PHOTOS_MAX", "2")]);
    let client = service.client();
    let three = (0..3).fold(Form::product("snapshot"), |form, _| form.photo("slow.png", &slow));
    client.submit(three).expect(202);
    eventually("one is being measured", Duration::from_secs(20), || !children_of(service.pid()).is_empty());
    std::thread::sleep(Duration::from_millis(300));
    client.submit(Form::product("snapshot").fixture("photos/rocket.jpg")).problem(503, "no-room");
}

#[test]
fn the_byte_budget_is_full_to_the_last_step_and_then_503() {
    let mib = 1 << 20;
    let settings = [("UPLOAD__UPLOAD_BUDGET_BYTES", "3145728"), ("UPLOAD__FILE_BYTES_MAX", "3145728")];
    let service = Service::start_with(&settings);
    let held: Vec<Wire> = (0..2)
        .map(|_| {
            let mut wire = Wire::promise(&service, mib);
            wire.write(&vec![0; mib - 1]);
            wire
        })
        .collect();
    std::thread::sleep(Duration::from_millis(700));
    // Two of three steps are taken; the third fits exactly.
    let mut third = Wire::promise(&service, mib);
    third.write(&vec![0; mib - 1]);
    std::thread::sleep(Duration::from_millis(700));
    let refused = service.client().submit(Form::product("snapshot").fixture("photos/rocket.jpg"));
    refused.problem(503, "no-room");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    drop((held, third));
    eventually("what was held is given back", Duration::from_secs(20), || {
        service.client().submit(Form::product("snapshot").fixture("photos/rocket.jpg")).status == 202
    });
}
