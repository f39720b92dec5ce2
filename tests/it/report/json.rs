//! The result JSON against its published schema.

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use super::{REPORTS, Sample, alike, rendered, samples};

/// Whether a result follows `docs/schema/result-1.json`; if not, why.
fn against_schema(result: &Value) -> Result<(), String> {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/schema/result-1.json")).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let address = schema["$id"].as_str().unwrap().to_owned();
    compiler.add_resource(&address, schema).unwrap();
    let index = compiler.compile(&address, &mut schemas).unwrap();
    schemas.validate(result, index).map_err(|error| format!("{error:#}"))
}

#[test]
fn every_result_follows_the_schema_and_a_changed_one_does_not() {
    for Sample { name, report } in REPORTS.iter() {
        let result: Value = serde_json::from_slice(&report.result_json).unwrap();
        assert_eq!(against_schema(&result), Ok(()), "{name}");
        let mut stranger = result.clone();
        stranger["photos"][0]["score"] = json!(7);
        assert!(against_schema(&stranger).is_err(), "{name}: an unknown key");
        let mut broken = result.clone();
        broken["set"]["photos"] = json!(51);
        assert!(against_schema(&broken).is_err(), "{name}: too many photos");
        let mut silent = result;
        silent["photos"][0]["findings"].take();
        assert!(against_schema(&silent).is_err(), "{name}: findings are missing");
    }
}

#[test]
fn the_three_layers_stay_apart_and_numbers_are_rounded_by_their_metric() {
    let mut photos = samples::mixed();
    photos.truncate(4);
    let result: Value = serde_json::from_slice(&rendered(&samples::facts(true), &photos).result_json).unwrap();
    let burnt = &result["photos"][3];
    assert_eq!(burnt["status"], "check");
    assert_eq!(burnt["verdicts"], json!([]));
    assert_eq!(burnt["findings"][0]["kind"], "highlights-burnt");
    assert_eq!(burnt["findings"][0]["metric"], "clip-high-largest");
    assert_eq!(burnt["measurements"]["clip-high-largest"]["value"], json!(28.04));
    assert_eq!(burnt["measurements"]["peak-sharp"]["unit"], "level²");
    assert_eq!(result["set"]["sentence"], "3 of 4 are ready. 1 needs attention.");
}

#[test]
fn the_set_tells_its_groups_what_differs_and_what_it_is_made_of() {
    let result: Value = serde_json::from_slice(&rendered(&samples::facts(true), &alike::photos(14)).result_json).unwrap();
    let set = &result["set"];
    assert_eq!(set["groups_by"], "hashes");
    let sentences: Vec<&str> =
        set["groups"].as_array().unwrap().iter().map(|group| group["sentence"].as_str().unwrap()).collect();
    assert_eq!(
        sentences,
        [
            "Frames 1, 2 and 14 are the same picture, saved again; 2 is technically best: sharper.",
            "Frames 3, 4 and 5 are the same picture, saved again; 5 is technically best: sharper.",
            "Frames 6, 7 and 8 are the same picture, saved again; 8 is technically best: sharper.",
            "Frames 9, 10 and 11 are the same picture, saved again; 11 is technically best: sharper.",
            "Frames 12 and 13 are the same picture, saved again; 13 is technically best: sharper.",
        ]
    );
    let differing = |metric: &str| -> Vec<u64> {
        let spread = set["spread"].as_array().unwrap().iter().find(|spread| spread["metric"] == metric).unwrap();
        let photos = spread["photos"].as_array().unwrap().iter();
        photos.filter(|photo| photo["differs"] == true).map(|photo| photo["photo"].as_u64().unwrap()).collect()
    };
    assert_eq!((differing("rms-contrast"), differing("colorfulness")), (vec![7], vec![5]));
    assert_eq!(set["facts"]["names"]["sequence"]["missing"], json!([406, 407]));
    assert_eq!(set["facts"]["captured"]["names_in_order"], json!(false));
}

#[test]
fn another_order_of_upload_gives_the_same_set() {
    let photos = alike::photos(14);
    let mut reversed: Vec<_> = photos.iter().rev().cloned().collect();
    reversed.iter_mut().zip(1..).for_each(|(photo, number)| photo.number = number);
    let groups = |photos: &[proofsheet::report::ReportPhoto], number: &dyn Fn(u64) -> u64| -> Vec<Vec<u64>> {
        let result: Value = serde_json::from_slice(&rendered(&samples::facts(true), photos).result_json).unwrap();
        let mut groups: Vec<Vec<u64>> = Vec::new();
        for group in result["set"]["groups"].as_array().unwrap() {
            let mut photos: Vec<u64> =
                group["photos"].as_array().unwrap().iter().map(|photo| number(photo.as_u64().unwrap())).collect();
            photos.sort_unstable();
            photos.push(number(group["technically_best"]["photo"].as_u64().unwrap()));
            groups.push(photos);
        }
        groups.sort();
        groups
    };
    assert_eq!(groups(&photos, &|number| number), groups(&reversed, &|number| 15 - number));
}

#[test]
fn a_result_without_previews_holds_no_picture_content() {
    let photos = samples::without_pictures(samples::mixed());
    let result: Value = serde_json::from_slice(&rendered(&samples::facts(false), &photos).result_json).unwrap();
    assert_eq!(result["report"]["previews"], json!(false));
    assert!(result["photos"].as_array().unwrap().iter().all(|photo| photo["pictures"].is_null()));
    assert_eq!(result["set"]["groups_by"], "bytes only");
}

#[test]
fn strangers_texts_are_cleaned_in_the_result_too() {
    let result: Value = serde_json::from_slice(&rendered(&samples::facts(true), &samples::odd()).result_json).unwrap();
    assert_eq!(result["photos"][2]["file_name"], "invoicegpj.exe");
    assert_eq!(result["photos"][2]["capture"]["make"], "evil <script>");
}
