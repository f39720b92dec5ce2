//! JSON v1 for programs: thin handlers over the services. The first argument of each names the permission it needs.
//!
//! Errors are problem+json from `http::problem`; times are RFC 3339 in UTC; ids are opaque.

mod analyses;
mod api_keys;
mod endpoints;
mod facts;
mod health;
mod pages;
mod receipts;

use actix_web::{guard, web};

use crate::http::{Problem, ProblemKind, methods};

/// Every route under `/v1`, and the probes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/v1/analyses")
            .route(web::post().guard(guard::fn_guard(analyses::open::is_json)).to(analyses::open::open))
            .route(web::post().to(analyses::submit::submit))
            .route(methods::get().to(analyses::list::list)),
    )
    .service(
        web::resource("/v1/analyses/{id}")
            .route(methods::get().to(analyses::read::show))
            .route(web::delete().to(analyses::change::delete)),
    )
    .service(web::resource("/v1/analyses/{id}/photos/{number}").route(web::put().to(analyses::open::put_photo)))
    .service(web::resource("/v1/analyses/{id}/submit").route(web::post().to(analyses::open::submit)))
    .service(web::resource("/v1/analyses/{id}/cancel").route(web::post().to(analyses::change::cancel)))
    .service(web::resource("/v1/analyses/{id}/result").route(methods::get().to(analyses::read::result)))
    .service(web::resource("/v1/analyses/{id}/report.pdf").route(methods::get().to(analyses::read::pdf)))
    .service(web::resource("/v1/analyses/{id}/previews/{number}").route(methods::get().to(analyses::read::preview)))
    .service(web::resource("/v1/analyses/{id}/progress").route(methods::get().to(analyses::progress::progress)))
    .service(
        web::resource("/v1/webhook-endpoints").route(web::post().to(endpoints::create)).route(methods::get().to(endpoints::list)),
    )
    .service(web::resource("/v1/webhook-endpoints/{id}").route(web::delete().to(endpoints::delete)))
    .service(web::resource("/v1/webhook-endpoints/{id}/test").route(web::post().to(endpoints::test)))
    .service(web::resource("/v1/api-keys").route(web::post().to(api_keys::create)).route(methods::get().to(api_keys::list)))
    .service(web::resource("/v1/api-keys/{id}").route(web::delete().to(api_keys::revoke)))
    .service(web::resource("/v1/receipts").route(methods::get().to(receipts::list)))
    .service(web::resource("/v1/receipts/{id}").route(methods::get().to(receipts::show)))
    .service(web::resource("/v1/limits").route(methods::get().to(facts::limits)))
    .service(web::resource("/v1/products").route(methods::get().to(facts::products)))
    .service(web::resource("/healthz").route(methods::get().to(health::alive)))
    .service(web::resource("/readyz").route(methods::get().to(health::ready)));
}

/// An id in the path. One of the wrong form belongs to nothing: 404.
fn parse_id<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::new(ProblemKind::NotFound))
}
