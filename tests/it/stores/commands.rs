//! `doctor --store`, `admin lifecycle apply`, and settings that cannot be.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::{BUCKET, Bucket};
use crate::support::s3_server::SECRET_KEY;
use crate::support::service::{PROGRAM, Scratch};

/// Runs a command with these settings and no data directory but its own.
fn run(arguments: &[&str], settings: &[(String, String)]) -> Output {
    let scratch = Scratch::new("store-command");
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(scratch.path()).stdin(Stdio::null());
    command.env("PROOFSHEET_DATA__DIRECTORY", scratch.path().join("data"));
    command.envs(settings.iter().map(|(name, value)| (format!("PROOFSHEET_{name}"), value)));
    let output = command.output().unwrap();
    let all = [output.stdout.clone(), output.stderr.clone()].concat();
    assert!(!String::from_utf8_lossy(&all).contains(SECRET_KEY), "the secret is never told");
    output
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn words_of(step: &str, output: &Output) -> String {
    let said = said(output);
    let line = said.lines().find(|line| line.contains(&format!("ms  {step}:")));
    line.unwrap_or_else(|| panic!("no step {step} in {said}")).to_owned()
}

#[test]
fn doctor_tries_every_operation_and_names_the_gap() {
    let bucket = Bucket::new();
    let output = run(&["doctor", "--store"], &bucket.s3.settings(BUCKET));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for step in ["put", "get", "head", "list", "delete", "get after delete", "delete many"] {
        assert!(words_of(step, &output).starts_with("ok "), "{}", said(&output));
    }
    let gap = words_of("lifecycle", &output);
    assert!(gap.starts_with("gap") && gap.contains("501"), "{gap}");
    assert_eq!(bucket.count(), 0, "what it puts it deletes");
}

#[test]
fn doctor_tries_a_directory_too() {
    let output = run(&["doctor", "--store"], &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said(&output).contains("A directory") && said(&output).contains("Nothing is wrong."), "{}", said(&output));
}

#[test]
fn doctor_says_that_credentials_are_wrong() {
    let bucket = Bucket::new();
    let mut settings = bucket.s3.settings(BUCKET);
    settings.push(("STORE__S3__SECRET_ACCESS_KEY".to_owned(), "not-the-secret".to_owned()));
    let output = run(&["doctor", "--store"], &settings);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let put = words_of("put", &output);
    assert!(put.starts_with("FAULT") && put.contains("403 SignatureDoesNotMatch"), "{put}");
    assert!(!said(&output).contains("not-the-secret"), "{}", said(&output));
}

#[test]
fn doctor_says_that_a_store_is_not_there() {
    let bucket = Bucket::new();
    let settings = bucket.s3.settings(BUCKET);
    drop(bucket);
    let output = run(&["doctor", "--store"], &settings);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(words_of("put", &output).contains("cannot be reached"), "{}", said(&output));
}

#[test]
fn lifecycle_rules_are_printed_for_dashboard_and_wrangler() {
    let apply = ["admin", "lifecycle", "apply", "--as", "test", "--reason", "trying"];
    let dry = run(&[&apply[..], &["--dry-run"]].concat(), &[]);
    assert_eq!(dry.status.code(), Some(0), "{dry:?}");
    let text = said(&dry);
    let mut values = serde_json::Deserializer::from_str(&text[text.find('{').unwrap()..]).into_iter::<Value>();
    let rules = values.next().unwrap().unwrap();
    let days: Vec<_> = rules["Rules"].as_array().unwrap().iter().map(|rule| rule["Expiration"]["Days"].as_u64()).collect();
    assert_eq!(days, [Some(8), Some(15), Some(31)]);
    assert!(text.contains("deleteObjectsTransition") && text.contains("Nothing was set."), "{text}");

    let bucket = Bucket::new();
    let real = run(&apply, &bucket.s3.settings(BUCKET));
    assert_eq!(real.status.code(), Some(2), "{real:?}");
    let told = String::from_utf8_lossy(&real.stderr).into_owned();
    assert!(told.contains("501") && told.contains("by hand"), "{told}");
    assert_eq!(run(&apply[..3], &[]).status.code(), Some(2), "an operator and a reason are needed");
}

#[test]
fn every_fault_of_a_buckets_settings_is_told_at_once() {
    let settings = [
        ("STORE__S3__ENDPOINT".to_owned(), "http://10.0.0.7:3900/proofs".to_owned()),
        ("STORE__S3__SECRET_ACCESS_KEY_FILE".to_owned(), "/no/such/file".to_owned()),
        ("STORE__PARALLEL_MAX".to_owned(), "0".to_owned()),
    ];
    let output = run(&["serve"], &settings);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for word in ["s3.endpoint", "s3.bucket", "access_key_id", "/no/such/file", "parallel_max"] {
        assert!(told.contains(word), "{word} is missing in {told}");
    }
}
