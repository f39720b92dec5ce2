use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, Draft, SchemaIndex, Schemas};

use super::*;
use crate::api::ROUTES;
use crate::domain::event::AnalysisFacts;
use crate::domain::{
    AgencyId, AnalysisId, ApiKeyId, EndpointId, Event, EventKind, FailureReason, ReceiptId, ReportId, Scope, StopReason,
    Timestamp,
};
use crate::http::ProblemKind;

const NOW: Timestamp = Timestamp::from_epoch_millis(1_795_339_800_000);

fn made() -> Value {
    document("https://proofs.example").value
}

/// Checks values against places of the document, as any program that reads it would.
struct Checker {
    document: Value,
    schemas: Schemas,
    compiler: Compiler,
}

impl Checker {
    fn new() -> Self {
        let document = made();
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource("mem:openapi", document.clone()).unwrap();
        Self { document, schemas: Schemas::new(), compiler }
    }

    fn at(&mut self, pointer: &str) -> SchemaIndex {
        let place = format!("mem:openapi#{}", pointer.replace('{', "%7B").replace('}', "%7D"));
        self.compiler.compile(&place, &mut self.schemas).unwrap_or_else(|error| panic!("{pointer}: {error:#}"))
    }

    fn check(&mut self, pointer: &str, value: &Value) {
        let index = self.at(pointer);
        self.schemas.validate(value, index).unwrap_or_else(|error| panic!("{pointer}: {error:#}\n{value:#}"));
    }
}

fn token(text: &str) -> String {
    text.replace('~', "~0").replace('/', "~1")
}

/// Every object of the document that has a schema and an example, as pointer to the schema and the example.
fn examples(value: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    if let Value::Object(object) = value {
        if object.contains_key("schema") {
            let schema = format!("{pointer}/schema");
            found.extend(object.get("example").map(|example| (schema.clone(), example.clone())));
            let several = object.get("examples").and_then(Value::as_object).into_iter().flatten();
            found.extend(several.map(|(_, example)| (schema.clone(), example["value"].clone())));
        }
        if object.contains_key("type") || object.contains_key("properties") {
            found.extend(object.get("example").map(|example| (pointer.to_owned(), example.clone())));
        }
        for (name, inner) in object.iter().filter(|(name, _)| *name != "example" && *name != "$defs") {
            examples(inner, &format!("{pointer}/{}", token(name)), found);
        }
    }
}

#[test]
fn the_document_has_every_route_and_no_other() {
    let document = made();
    let registered: BTreeMap<&str, BTreeSet<&str>> =
        ROUTES.iter().map(|(path, methods)| (*path, methods.iter().copied().collect())).collect();
    assert_eq!(registered.len(), ROUTES.len(), "an address stands in the table twice");
    let paths = document["paths"].as_object().unwrap();
    let described: BTreeMap<&str, BTreeSet<&str>> = paths
        .iter()
        .map(|(path, item)| (path.as_str(), item.as_object().unwrap().keys().map(String::as_str).collect()))
        .collect();
    assert_eq!(registered, described);
}

#[test]
fn every_operation_is_told_in_full() {
    let mut document = made();
    let tags: BTreeSet<&str> = TAGS.iter().map(|(name, _)| *name).collect();
    let codes: BTreeSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.row().slug).collect();
    let scopes: BTreeSet<&str> = Scope::ALL.iter().map(|scope| scope.slug()).collect();
    let mut ids = BTreeSet::new();
    for (path, operation) in operations(&mut document) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(
            id.bytes().all(|byte| byte.is_ascii_alphanumeric()) && ids.insert(id.clone()),
            "{id}: not a plain word of its own"
        );
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(!summary.is_empty() && !summary.ends_with('.') && !summary.contains('`'), "{id}: summary {summary:?}");
        let description = operation.get("description").and_then(Value::as_str).unwrap_or("Nothing more.");
        assert!(description.ends_with('.') && !description.contains("# Errors"), "{id}: description {description:?}");
        assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{id}: tag");
        for code in operation["x-problems"].as_array().unwrap() {
            assert!(codes.contains(code.as_str().unwrap()), "{id}: {code}");
        }
        for requirement in operation.get("security").and_then(Value::as_array).into_iter().flatten() {
            let asked = requirement["key"].as_array().unwrap();
            assert!(!asked.is_empty() && asked.iter().all(|scope| scopes.contains(scope.as_str().unwrap())), "{id}: {asked:?}");
        }
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(parameters.iter().any(|parameter| parameter["in"] == "path" && parameter["name"] == name), "{id}: {name}");
        }
    }
    assert!(ids.len() >= 20, "{} operations", ids.len());
}

#[test]
fn what_a_handler_lists_is_a_row_of_the_table() {
    // A code that is misspelled is no row, and would be left out silently.
    let described = serde_json::to_value(crate::api::Operations::openapi()).unwrap();
    let codes: BTreeSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.row().slug).collect();
    let mut count = 0;
    for item in described["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for code in operation.get("x-problems").and_then(Value::as_array).into_iter().flatten() {
                assert!(codes.contains(code.as_str().unwrap()), "{}: {code}", operation["operationId"]);
                count += 1;
            }
        }
    }
    assert!(count > 5);
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(value: &Value, document: &Value) {
        match value {
            Value::Object(object) => {
                if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                    assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
                }
                object.values().for_each(|inner| check(inner, document));
            }
            Value::Array(all) => all.iter().for_each(|inner| check(inner, document)),
            _ => {}
        }
    }
    let document = made();
    check(&document, &document);
}

#[test]
fn every_example_is_of_its_schema() {
    let mut checker = Checker::new();
    let mut found = Vec::new();
    for part in ["paths", "webhooks", "components"] {
        examples(&checker.document[part].clone(), &format!("/{part}"), &mut found);
    }
    let (bodies, total) = (found.iter().filter(|(pointer, _)| pointer.contains("application~1json")).count(), found.len());
    for (pointer, example) in found {
        checker.check(&pointer, &example);
    }
    assert!(bodies > 15 && total > 80, "{bodies} of {total}");
}

#[test]
fn a_wrong_value_is_refused_by_its_schema() {
    let mut checker = Checker::new();
    let index = checker.at("/components/schemas/Analysis");
    let mut example = checker.document["components"]["schemas"]["Analysis"]["example"].clone();
    assert!(checker.schemas.validate(&example, index).is_ok());
    example["id"] = "an_1".into();
    assert!(checker.schemas.validate(&example, index).is_err());
}

#[test]
fn events_are_as_described() {
    let mut checker = Checker::new();
    let facts = AnalysisFacts {
        agency: AgencyId::generate(NOW),
        api_key: Some(ApiKeyId::generate(NOW)),
        analysis: AnalysisId::generate(NOW),
        sequence: 1,
        photo_count: 2,
        is_test: true,
    };
    let (report, receipt) = (ReportId::generate(NOW), ReceiptId::generate(NOW));
    let events = [
        Event::completed(&facts, &report, NOW, NOW),
        Event::failed(&facts, FailureReason::Deadline, NOW),
        Event::deleted(&facts, &report, crate::domain::DeletionCause::Expired, &receipt, NOW),
        Event::endpoint_disabled(
            AgencyId::generate(NOW),
            ApiKeyId::generate(NOW),
            &EndpointId::generate(NOW),
            StopReason::Failures,
            None,
            NOW,
        ),
        Event::endpoint_test(AgencyId::generate(NOW), ApiKeyId::generate(NOW), NOW),
    ];
    for event in events {
        let pointer = format!("/webhooks/{}/post/requestBody/content/application~1json/schema", event.kind.slug());
        checker.check(&pointer, &serde_json::from_str(&event.body).unwrap());
    }
    assert_eq!(checker.document["webhooks"].as_object().unwrap().len(), EventKind::ALL.len());
}
