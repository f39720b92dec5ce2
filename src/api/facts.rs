//! What anybody may know: limits and products.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::domain::Product;
use crate::http::{SMALL_BODY_BYTES_MAX, Services, Settings};

#[derive(Debug, Serialize)]
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
    formats: [&'static str; 5],
}

/// `GET /v1/limits`.
pub async fn limits(services: web::Data<Services>, settings: web::Data<Settings>) -> HttpResponse {
    let upload = services.pipeline.admission();
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
        formats: ["image/jpeg", "image/png", "image/webp", "image/tiff", "image/gif"],
    })
}

#[derive(Debug, Serialize)]
struct ProductView {
    id: &'static str,
    title: &'static str,
    question: &'static str,
    retention_days: u32,
}

#[derive(Debug, Serialize)]
struct Products {
    products: [ProductView; 3],
}

/// `GET /v1/products`.
pub async fn products() -> HttpResponse {
    let products = Product::ALL.map(|product| ProductView {
        id: product.slug(),
        title: product.title(),
        question: product.question(),
        retention_days: product.retention_days(),
    });
    HttpResponse::Ok().json(Products { products })
}
