//! Lists page by page, what a filter leaves, and what a client has already.

use serde_json::Value;

use crate::support::{Client, Form, Service};

/// Two snapshots and a portfolio that failed; their ids, newest first.
fn three(client: &Client) -> Vec<String> {
    let mut ids: Vec<String> = [("snapshot", "order 1"), ("portfolio", "order 2"), ("snapshot", "order 1")]
        .into_iter()
        .map(|(product, reference)| {
            let form = Form::product(product).text("reference", reference);
            let form = if product == "portfolio" { form.photo("x.jpg", b"none") } else { form.fixture("photos/rocket.jpg") };
            client.analyze(form)["id"].as_str().unwrap().to_owned()
        })
        .collect();
    ids.reverse();
    ids
}

fn ids(page: &Value, list: &str) -> Vec<String> {
    page[list].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_is_filtered_and_its_cursor_belongs_to_the_filter() {
    let service = Service::start();
    let client = service.client();
    let [newest, failed, oldest] = three(&client).try_into().unwrap();
    let list = |query: &str| ids(&client.get(&format!("/v1/analyses{query}")).expect(200).json(), "analyses");
    assert_eq!(list(""), [newest.clone(), failed.clone(), oldest.clone()]);
    assert_eq!(list("?state=failed"), std::slice::from_ref(&failed));
    assert_eq!(list("?product=snapshot&state=completed"), [newest.clone(), oldest.clone()]);
    assert_eq!(list("?reference=order%201"), [newest.clone(), oldest.clone()]);
    assert!(list("?reference=order").is_empty(), "the whole reference, not a part of it");
    let created = client.get(&format!("/v1/analyses/{failed}")).expect(200).json()["created_at"].as_str().unwrap().to_owned();
    assert_eq!(list(&format!("?created_after={created}")), std::slice::from_ref(&newest));
    assert_eq!(list(&format!("?created_before={created}")), std::slice::from_ref(&oldest));

    let page = client.get("/v1/analyses?reference=order%201&limit=1").expect(200).json();
    assert_eq!((ids(&page, "analyses"), &page["has_more"]), (vec![newest], &true.into()));
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = client.get(&format!("/v1/analyses?reference=order%201&limit=1&cursor={cursor}")).expect(200).json();
    assert_eq!(
        (ids(&next, "analyses"), &next["has_more"], &next["next_cursor"]),
        (vec![oldest.clone()], &false.into(), &Value::Null)
    );
    for other in ["", "reference=order%202&", "state=completed&"] {
        client.get(&format!("/v1/analyses?{other}cursor={cursor}")).problem(400, "invalid-cursor");
    }
    for wrong in ["limit=0", "limit=101", "state=done", "product=poster", "created_after=yesterday", "color=red"] {
        client.get(&format!("/v1/analyses?{wrong}")).problem(422, "invalid-fields");
    }

    // What it was found by is gone with the report.
    client.delete(&format!("/v1/analyses/{oldest}")).expect(200);
    assert_eq!(list("?reference=order%201").len(), 1);
    client.delete(&format!("/v1/analyses/{failed}")).expect(200);
    let receipts = client.get("/v1/receipts?limit=1").expect(200).json();
    assert_eq!((&receipts["receipts"][0]["analysis"], &receipts["has_more"]), (&failed.into(), &true.into()), "{receipts}");
    let cursor = receipts["next_cursor"].as_str().unwrap();
    let rest = client.get(&format!("/v1/receipts?cursor={cursor}")).expect(200).json();
    let line = &rest["receipts"][0];
    assert_eq!((&line["analysis"], &line["cause"], &rest["has_more"]), (&oldest.into(), &"requested".into(), &false.into()));
    let receipt = client.get(line["href"].as_str().unwrap()).expect(200).json();
    assert_eq!(receipt["id"], line["id"]);
    client.get(&format!("/v1/analyses?cursor={cursor}")).problem(400, "invalid-cursor");
    Client::anonymous(&service).get("/v1/receipts").problem(401, "missing-key");
}

#[test]
fn who_has_it_already_gets_304_until_the_report_s_end() {
    let service = Service::start();
    let client = service.client();
    let seen = client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    let place = format!("/v1/analyses/{}", seen["id"].as_str().unwrap());
    let mut tags = Vec::new();
    for part in ["", "/result", "/report.pdf", "/previews/1"] {
        let path = format!("{place}{part}");
        let whole = client.get(&path).expect(200);
        let tag = whole.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 8, "{path}: {tag}");
        assert_eq!(whole.header("cache-control"), "private, no-store", "{path}");
        let known = client.send("GET", &path, &[("if-none-match", &format!("\"other\", {tag}"))], Vec::new()).expect(304);
        assert_eq!((known.header("etag"), known.body.len(), known.header("content-type")), (tag.as_str(), 0, ""), "{path}");
        client.send("GET", &path, &[("if-none-match", "\"other\"")], Vec::new()).expect(200);
        if !part.is_empty() {
            assert_eq!(whole.header("accept-ranges"), "none");
            let ranged = client.send("GET", &path, &[("range", "bytes=0-9")], Vec::new()).expect(200);
            assert_eq!(ranged.body, whole.body, "{path}");
        }
        tags.push((path, tag));
    }
    let distinct: std::collections::BTreeSet<_> = tags.iter().map(|(_, tag)| tag).collect();
    assert_eq!(distinct.len(), tags.len());
    client.send("GET", &format!("{place}/previews/2"), &[("if-none-match", "*")], Vec::new()).problem(404, "not-found");

    let receipt = client.delete(&place).expect(200).json();
    for (path, tag) in tags {
        client.send("GET", &path, &[("if-none-match", &tag)], Vec::new()).expect(410);
    }
    let path = format!("/v1/receipts/{}", receipt["id"].as_str().unwrap());
    let tag = client.get(&path).expect(200).header("etag").to_owned();
    client.send("GET", &path, &[("if-none-match", &tag)], Vec::new()).expect(304);
}
