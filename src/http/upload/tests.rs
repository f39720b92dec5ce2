//! What a form or a raw body may be, tried on a sink that only counts.

use actix_multipart::Multipart;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use futures_util::stream;

use super::body::bounded;
use super::form::Sink;
use super::raw::Whole;
use super::{FormRules, RawQuery, Sent, read_form, read_raw};
use crate::domain::Product;
use crate::http::{Problem, ProblemKind};
use crate::pipeline::SentAs;

#[derive(Default)]
struct Counting {
    photos: Vec<(String, usize)>,
    open: Option<(String, usize)>,
    types: Vec<String>,
}

impl Sink for Counting {
    fn start(&mut self, sent: SentAs<'_>) -> Result<(), Problem> {
        self.open = Some((sent.file_name.to_owned(), 0));
        self.types.push(sent.media_type.unwrap_or_default().to_owned());
        Ok(())
    }
    fn write(&mut self, piece: &[u8]) -> Result<(), Problem> {
        self.open.as_mut().expect("a photo was begun").1 += piece.len();
        Ok(())
    }
    fn finish(&mut self) -> Result<(), Problem> {
        self.photos.extend(self.open.take());
        Ok(())
    }
    fn count(&self) -> usize {
        self.photos.len()
    }
}

fn part(disposition: &str, content_type: &str, body: &str) -> String {
    let content_type = if content_type.is_empty() { String::new() } else { format!("Content-Type: {content_type}\r\n") };
    format!("--B\r\nContent-Disposition: form-data; {disposition}\r\n{content_type}\r\n{body}\r\n")
}

fn photo(name: &str, body: &str) -> String {
    part(&format!("name=\"photos\"; filename=\"{name}\""), "image/jpeg", body)
}

fn field(name: &str, value: &str) -> String {
    part(&format!("name=\"{name}\""), "", value)
}

async fn read_with(body: String, csrf: Option<&str>) -> (Result<Sent, Problem>, Counting) {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=B"));
    // In pieces of 7 bytes: no boundary arrives whole.
    let pieces: Vec<Result<Bytes, PayloadError>> =
        body.as_bytes().chunks(7).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let form = Multipart::new(&headers, Box::pin(bounded(stream::iter(pieces), 1 << 20)));
    let mut sink = Counting::default();
    let result = read_form(form, FormRules { csrf, request_bytes_max: 1 << 20 }, &mut sink).await;
    (result, sink)
}

async fn read(parts: &[String]) -> (Result<Sent, Problem>, Counting) {
    read_with(format!("{}--B--\r\n", parts.concat()), None).await
}

fn whole<S>(body: S) -> Whole<'static, S> {
    Whole { body, bytes_max: 100, media_type: "image/webp" }
}

async fn wrong_field(parts: &[String]) -> (String, &'static str) {
    let problem = read(parts).await.0.unwrap_err();
    assert_eq!(problem.kind(), ProblemKind::InvalidFields);
    (problem.field_errors()[0].field.clone(), problem.field_errors()[0].code)
}

#[actix_web::test]
async fn photos_and_fields_come_in_any_order() {
    let parts = [photo("a.jpg", "12345"), field("reference", "Launch"), photo("b ä.jpg", "123"), field("product", "portfolio")];
    let (sent, sink) = read(&parts).await;
    let asked =
        Sent { product: Product::Portfolio, previews: true, reference: Some("Launch".into()), life_days: None, form_id: None };
    assert_eq!(sent.unwrap(), asked);
    assert_eq!(sink.photos, [("a.jpg".to_owned(), 5), ("b ä.jpg".to_owned(), 3)]);
    assert_eq!(sink.types, ["image/jpeg", "image/jpeg"]);
}

#[actix_web::test]
async fn an_encoded_file_name_is_read() {
    let parts = [part("name=\"photos\"; filename*=UTF-8''caf%C3%A9.jpg", "image/jpeg", "1"), field("product", "snapshot")];
    assert_eq!(read(&parts).await.1.photos, [("café.jpg".to_owned(), 1)]);
}

#[actix_web::test]
async fn every_wrong_field_is_named() {
    assert_eq!(wrong_field(&[field("product", "snapshot")]).await, ("photos".into(), "missing"));
    assert_eq!(wrong_field(&[photo("a.jpg", "1")]).await, ("product".into(), "missing"));
    assert_eq!(wrong_field(&[photo("a.jpg", "1"), field("productt", "snapshot")]).await, ("productt".into(), "unknown_field"));
    assert_eq!(wrong_field(&[field("csrf", "x")]).await, ("csrf".into(), "unknown_field"));
    assert_eq!(wrong_field(&[field("product", "poster")]).await, ("product".into(), "unknown_value"));
    assert_eq!(wrong_field(&[field("photos", "a.jpg")]).await, ("photos".into(), "not_allowed"));
    assert_eq!(wrong_field(&[field("reference", &"x".repeat(5000))]).await, ("reference".into(), "too_long"));
    assert_eq!(wrong_field(&[photo("empty.jpg", "")]).await, ("photos".into(), "empty"));
}

#[actix_web::test]
async fn an_input_nobody_filled_is_no_photo() {
    let empty = part("name=\"photos\"; filename=\"\"", "application/octet-stream", "");
    assert_eq!(wrong_field(&[empty, field("product", "snapshot")]).await, ("photos".into(), "missing"));
}

#[actix_web::test]
async fn a_form_that_breaks_off_is_malformed() {
    for body in [photo("a.jpg", "12345"), "--B\r\nContent-Disp".to_owned(), "no form at all".to_owned()] {
        let (result, _) = read_with(body, None).await;
        assert_eq!(result.unwrap_err().kind(), ProblemKind::MalformedMultipart);
    }
}

#[actix_web::test]
async fn a_page_s_token_comes_first_and_must_fit() {
    let rest = || format!("{}{}--B--\r\n", field("product", "snapshot"), photo("a.jpg", "1"));
    let (result, sink) = read_with(rest(), Some("token")).await;
    assert_eq!(result.unwrap_err().kind(), ProblemKind::StaleForm);
    assert_eq!(sink.count(), 0);
    let (result, _) = read_with(field("csrf", "wrong") + &rest(), Some("token")).await;
    assert_eq!(result.unwrap_err().kind(), ProblemKind::StaleForm);
    let (result, _) = read_with(field("csrf", "token") + &rest(), Some("token")).await;
    assert_eq!(result.unwrap().form_id, None);
    let (result, _) = read_with(field("csrf", "token.f1") + &rest(), Some("token")).await;
    assert_eq!(result.unwrap().form_id.as_deref(), Some("f1"));
}

#[actix_web::test]
async fn a_raw_body_has_its_fields_in_the_query() {
    let body = || stream::iter([Ok(Bytes::from_static(b"123")), Ok(Bytes::from_static(b"45"))]);
    let mut sink = Counting::default();
    let query = RawQuery::parse("product=snapshot&previews=none&file_name=a%20b.jpg").unwrap();
    let sent = read_raw(whole(body()), query, &mut sink).await.unwrap();
    assert!(!sent.previews);
    assert_eq!(sink.photos, [("a b.jpg".to_owned(), 5)]);
    assert_eq!(sink.types, ["image/webp"]);

    assert_eq!(RawQuery::parse("produkt=x").unwrap_err().field_errors()[0].field, "produkt");
    let mut sink = Counting::default();
    let problem = read_raw(whole(body()), RawQuery::parse("").unwrap(), &mut sink).await.unwrap_err();
    assert_eq!(problem.field_errors()[0].field, "product");
    assert!(sink.open.is_none());
    let nothing = stream::iter(Vec::<Result<Bytes, PayloadError>>::new());
    let problem = read_raw(whole(nothing), RawQuery::parse("product=snapshot").unwrap(), &mut sink).await.unwrap_err();
    assert_eq!(problem.field_errors()[0].code, "empty");
}
