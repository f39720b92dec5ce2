//! What anybody may know: limits and products.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::words;
use crate::db::KEY_LIFE;
use crate::domain::Product;
use crate::http::limits::Action;
use crate::http::{Limiter, SMALL_BODY_BYTES_MAX, Services, Settings, Streams};
use crate::pipeline::once::KEY_CHARS_MAX;

/// What this installation takes.
#[derive(Debug, Serialize, ToSchema)]
struct Limits {
    photos_max: usize,
    photo_bytes_max: u64,
    request_bytes_max: u64,
    pixels_max: u64,
    edge_px_max: u32,
    metadata_bytes_max: u64,
    icc_bytes_max: u64,
    reference_chars_max: usize,
    small_body_bytes_max: usize,
    analysis_secs_max: u64,
    open_secs_max: u64,
    open_analyses_max: u64,
    body_bytes_per_s_min: u64,
    body_secs_max: u64,
    wait_secs_max: u64,
    /// Streams of progress one key may hold open on a node, and how long each lasts.
    streams_per_key_max: usize,
    stream_secs_max: u64,
    /// Connections one address (IPv6: one /64) may hold open on a node.
    connections_per_address_max: usize,
    idempotency_key_chars_max: usize,
    idempotency_key_secs: u64,
    /// What one key may ask in a minute.
    uploads_per_min: u32,
    requests_per_min: u32,
    /// What the agency may send, on all nodes together; 0: any number.
    agency_photos_per_day: u64,
    agency_analyses_per_hour: u64,
    usage_days_max: u64,
    /// Media types of photos.
    #[schema(example = json!(["image/jpeg", "image/png", "image/webp", "image/tiff", "image/gif"]))]
    formats: [&'static str; 5],
}

/// `GET /v1/limits`.
#[utoipa::path(
    get, path = "/v1/limits", operation_id = "getLimits", tag = "The service",
    summary = "Read the limits",
    description = "Largest photo, request, wait and so on. Bytes, pixels and seconds, as the names say.",
    responses((status = 200, description = "The limits.", body = Limits)),
)]
pub async fn limits(
    services: web::Data<Services>,
    settings: web::Data<Settings>,
    limiter: web::Data<Limiter>,
    streams: web::Data<Streams>,
) -> HttpResponse {
    let (upload, quota) = (services.pipeline.admission(), services.pipeline.quota());
    HttpResponse::Ok().json(Limits {
        photos_max: upload.photos_max,
        photo_bytes_max: upload.file_bytes_max,
        request_bytes_max: upload.request_bytes_max,
        pixels_max: services.photo_limits.pixels_max,
        edge_px_max: services.photo_limits.edge_px_max,
        metadata_bytes_max: services.photo_limits.metadata_bytes_max,
        icc_bytes_max: services.photo_limits.icc_bytes_max,
        reference_chars_max: crate::http::upload::fields::REFERENCE_CHARS_MAX,
        small_body_bytes_max: SMALL_BODY_BYTES_MAX,
        analysis_secs_max: upload.analysis_secs,
        open_secs_max: upload.open_secs,
        open_analyses_max: upload.open_max,
        body_bytes_per_s_min: settings.body_bytes_per_s_min,
        body_secs_max: settings.body_deadline.as_secs(),
        wait_secs_max: settings.wait_max.as_secs(),
        streams_per_key_max: streams.settings().per_key_max,
        stream_secs_max: streams.settings().longest.as_secs(),
        connections_per_address_max: settings.connections_per_address_max,
        idempotency_key_chars_max: KEY_CHARS_MAX,
        idempotency_key_secs: KEY_LIFE.as_secs(),
        uploads_per_min: limiter.quota(Action::Upload),
        requests_per_min: limiter.quota(Action::Api),
        agency_photos_per_day: quota.photos_per_day,
        agency_analyses_per_hour: quota.analyses_per_hour,
        usage_days_max: super::usage::DAYS_MAX,
        formats: ["image/jpeg", "image/png", "image/webp", "image/tiff", "image/gif"],
    })
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductFacts)]
struct ProductView {
    #[schema(value_type = words::Product)]
    id: &'static str,
    #[schema(example = "Snapshot")]
    title: &'static str,
    #[schema(example = "Which files are technically fit to use?")]
    question: &'static str,
    /// Days its report lives.
    #[schema(example = 7)]
    retention_days: u32,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductList)]
struct Products {
    #[schema(value_type = Vec<ProductView>)]
    products: [ProductView; 3],
}

/// `GET /v1/products`.
#[utoipa::path(
    get, path = "/v1/products", operation_id = "getProducts", tag = "The service",
    summary = "Read the products",
    responses((status = 200, description = "The three products.", body = Products)),
)]
pub async fn products() -> HttpResponse {
    let products = Product::ALL.map(|product| ProductView {
        id: product.slug(),
        title: product.title(),
        question: product.question(),
        retention_days: product.retention_days(),
    });
    HttpResponse::Ok().json(Products { products })
}
