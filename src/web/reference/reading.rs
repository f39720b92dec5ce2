//! From the OpenAPI document to what the page shows.

use serde_json::Value;

use super::curl;
use super::model::{Answer, Body, Field, Group, Kind, Operation, Prose, Shape};

fn prose(value: &Value) -> Prose {
    Prose::of(value.as_str().unwrap_or_default())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A media type's example: its own, or the first of several.
pub fn example_of(media: &Value) -> Option<&Value> {
    let several = media["examples"].as_object().and_then(|all| all.values().next()).and_then(|first| first.get("value"));
    media.get("example").or(several)
}

/// The schema a reference leads to; any other as it is.
pub fn schema_of<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    schema["$ref"].as_str().and_then(|target| document.pointer(target.strip_prefix('#')?)).unwrap_or(schema)
}

/// Whether a named schema is told as an object of its own.
fn is_shape(schema: &Value) -> bool {
    schema["type"] == "object" && schema["properties"].as_object().is_some_and(|fields| !fields.is_empty())
}

/// What a value is.
fn kind(schema: &Value, document: &Value) -> Kind {
    if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
        let target = schema_of(schema, document);
        let is_told = schema["$ref"] == format!("#/components/schemas/{name}");
        if is_shape(target) {
            let link = is_told.then(|| format!("#schema-{name}"));
            return Kind { text: name.to_owned(), link };
        }
        return kind(target, document);
    }
    let choices: Vec<&Value> = list(&schema["oneOf"]).chain(list(&schema["anyOf"])).chain(list(&schema["allOf"])).collect();
    if let Some(choice) = choices.iter().find(|choice| choice["type"] != "null") {
        let inner = kind(choice, document);
        let or_null = if choices.iter().any(|choice| choice["type"] == "null") { " or null" } else { "" };
        return Kind { text: format!("{}{or_null}", inner.text), link: inner.link };
    }
    let names: Vec<&str> = schema["type"].as_str().into_iter().chain(list(&schema["type"]).filter_map(Value::as_str)).collect();
    let or_null = if names.contains(&"null") { " or null" } else { "" };
    let name = names.iter().find(|name| **name != "null").copied().unwrap_or_default();
    if let Some(constant) = schema.get("const") {
        return Kind { text: constant.to_string().replace('"', ""), link: None };
    }
    if name == "array" {
        let inner = kind(&schema["items"], document);
        return Kind { text: format!("list of {}{or_null}", inner.text), link: inner.link };
    }
    let words: Vec<String> = list(&schema["enum"]).map(|value| value.to_string().replace('"', "")).collect();
    let text = match (name, schema["format"].as_str()) {
        _ if !words.is_empty() => words.join(", "),
        ("string", Some("date-time")) => "time".to_owned(),
        ("string", Some("binary")) => "bytes".to_owned(),
        ("string", _) if schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("HJKMNP")) => "id".to_owned(),
        ("", _) => "anything".to_owned(),
        ("integer", _) => format!("whole number{}", bounds(schema)),
        (other, _) => other.to_owned(),
    };
    Kind { text: text + or_null, link: None }
}

fn bounds(schema: &Value) -> String {
    match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) if least > 0 => format!(", {least} or more"),
        _ => String::new(),
    }
}

fn description_of(schema: &Value, document: &Value) -> String {
    let own = text(&schema["description"]);
    if !own.is_empty() {
        return own;
    }
    let choice = list(&schema["oneOf"]).find(|choice| choice["type"] != "null").unwrap_or(schema);
    let target = schema_of(choice, document);
    if is_shape(target) { String::new() } else { text(&target["description"]) }
}

fn parameters(operation: &Value, document: &Value) -> Vec<Field> {
    let field = |parameter: &Value| {
        let own = text(&parameter["description"]);
        Field {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            kind: kind(&parameter["schema"], document),
            required: parameter["required"] == true,
            description: Prose::of(&if own.is_empty() { description_of(&parameter["schema"], document) } else { own }),
        }
    };
    list(&operation["parameters"]).map(field).collect()
}

fn bodies(content: &Value, document: &Value) -> Vec<Body> {
    let all = content.as_object().into_iter().flatten();
    all.map(|(media_type, media)| Body { media_type: media_type.clone(), kind: kind(&media["schema"], document) }).collect()
}

fn answers(operation: &Value, document: &Value) -> Vec<Answer> {
    let all = operation["responses"].as_object().into_iter().flatten();
    all.filter(|(_, answer)| answer.get("$ref").is_none() && answer["content"].get("application/problem+json").is_none())
        .map(|(status, answer)| Answer {
            status: status.clone(),
            description: prose(&answer["description"]),
            body: bodies(&answer["content"], document).into_iter().next(),
            headers: answer["headers"]
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(_, header)| header.get("$ref").is_none())
                .map(|(name, _)| name.clone())
                .collect(),
            example: example_of(&answer["content"]["application/json"]).map(|value| format!("{value:#}")).unwrap_or_default(),
        })
        .collect()
}

fn operation(path: &str, method: &str, told: &Value, document: &Value, curl: String) -> Operation {
    Operation {
        id: text(&told["operationId"]),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(&told["summary"]),
        description: prose(&told["description"]),
        scope: list(&told["security"][0]["key"]).filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        parameters: parameters(told, document),
        bodies: bodies(&told["requestBody"]["content"], document),
        answers: answers(told, document),
        problems: list(&told["x-problems"]).map(text).collect(),
        curl,
    }
}

fn all_of<'a>(document: &'a Value, part: &str) -> Vec<(&'a str, &'a str, &'a Value)> {
    let items = document[part].as_object().into_iter().flatten();
    items
        .flat_map(|(path, item)| {
            let methods = ["post", "get", "put", "patch", "delete"];
            methods.into_iter().filter_map(move |method| Some((path.as_str(), method, item.get(method)?)))
        })
        .collect()
}

/// Operations by tag, in the order of the document.
pub fn groups(document: &Value, public_url: &str) -> Vec<Group> {
    let all = all_of(document, "paths");
    let group = |tag: &Value| {
        let name = text(&tag["name"]);
        let mine = all.iter().filter(|(_, _, told)| told["tags"][0] == tag["name"]);
        Group {
            id: name.to_ascii_lowercase().replace(' ', "-"),
            description: prose(&tag["description"]),
            operations: mine
                .map(|(path, method, told)| {
                    operation(path, method, told, document, curl::call(public_url, method, path, told, document))
                })
                .collect(),
            name,
        }
    };
    list(&document["tags"]).map(group).filter(|group| !group.operations.is_empty()).collect()
}

/// What receivers are sent.
pub fn webhooks(document: &Value) -> Vec<Operation> {
    let all = all_of(document, "webhooks").into_iter();
    all.map(|(path, method, told)| {
        let example = example_of(&told["requestBody"]["content"]["application/json"]);
        operation(path, method, told, document, example.map(|value| format!("{value:#}")).unwrap_or_default())
    })
    .collect()
}

/// Objects with members, by name.
pub fn shapes(document: &Value) -> Vec<Shape> {
    let all = document["components"]["schemas"].as_object().into_iter().flatten();
    all.filter(|(_, schema)| is_shape(schema))
        .map(|(name, schema)| Shape {
            name: name.clone(),
            description: prose(&schema["description"]),
            fields: fields(schema, document),
        })
        .collect()
}

fn fields(schema: &Value, document: &Value) -> Vec<Field> {
    let is_required = |name: &str| list(&schema["required"]).any(|known| known == name);
    let members = schema["properties"].as_object().into_iter().flatten();
    let mut fields: Vec<Field> = members
        .map(|(name, member)| Field {
            name: name.clone(),
            place: String::new(),
            kind: kind(member, document),
            required: is_required(name),
            description: Prose::of(&description_of(member, document)),
        })
        .collect();
    // What something is called comes first, then what is always there.
    fields.sort_by_key(|field| (field.name != "id" && field.name != "type", !field.required));
    fields
}
