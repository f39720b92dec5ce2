//! JSON v1 for programs: thin handlers over the services. The first argument of each names the permission it needs.
//!
//! Errors are problem+json from `http::problem`; times are RFC 3339 in UTC; ids are opaque.

mod analyses;
mod api_keys;
mod deliveries;
mod endpoint_changes;
mod endpoint_view;
mod endpoints;
mod events;
mod facts;
mod filters;
mod health;
mod key_leaks;
mod key_view;
pub mod openapi;
mod pages;
mod receipts;
mod table;
mod usage;

use crate::http::{Problem, ProblemKind};

table::routes! {
    "/v1/analyses" {
        post analyses::submit::submit, or analyses::open::open when analyses::open::is_json;
        get analyses::list::list;
    }
    "/v1/analyses/{id}" {
        get analyses::read::show;
        delete analyses::change::delete;
    }
    "/v1/analyses/{id}/photos/{number}" { put analyses::open::put_photo; }
    "/v1/analyses/{id}/submit" { post analyses::open::submit; }
    "/v1/analyses/{id}/cancel" { post analyses::change::cancel; }
    "/v1/analyses/{id}/result" { get analyses::read::result; }
    "/v1/analyses/{id}/report.pdf" { get analyses::read::pdf; }
    "/v1/analyses/{id}/previews/{number}" { get analyses::read::preview; }
    "/v1/analyses/{id}/progress" { get analyses::progress::progress; }
    "/v1/webhook-endpoints" {
        post endpoints::create;
        get endpoints::list;
    }
    "/v1/webhook-endpoints/{id}" {
        get endpoints::show;
        patch endpoint_changes::patch;
        delete endpoints::delete;
    }
    "/v1/webhook-endpoints/{id}/rotate-secret" { post endpoint_changes::rotate; }
    "/v1/webhook-endpoints/{id}/previous-secret" { delete endpoint_changes::end_previous_secret; }
    "/v1/webhook-endpoints/{id}/pause" { post endpoint_changes::pause; }
    "/v1/webhook-endpoints/{id}/resume" { post endpoint_changes::resume; }
    "/v1/webhook-endpoints/{id}/test" { post endpoints::test; }
    "/v1/webhook-endpoints/{id}/redeliver" { post deliveries::again::failed; }
    "/v1/webhook-endpoints/{id}/replay" { post deliveries::again::replay; }
    "/v1/webhook-endpoints/{id}/deliveries" { get deliveries::list::list; }
    "/v1/webhook-endpoints/{id}/deliveries/{delivery}" { get deliveries::show::show; }
    "/v1/webhook-endpoints/{id}/deliveries/{delivery}/redeliver" { post deliveries::again::one; }
    "/v1/events" { get events::list; }
    "/v1/events/{id}" { get events::show; }
    "/v1/api-keys" {
        post api_keys::create;
        get api_keys::list;
    }
    "/v1/api-keys/{id}" {
        get api_keys::show;
        patch api_keys::change;
        delete api_keys::revoke;
    }
    "/v1/api-keys/{id}/roll" { post api_keys::roll; }
    "/v1/api-keys/{id}/report-leak" { post key_leaks::report; }
    "/v1/api-keys/{id}/destroy-analyses" { post key_leaks::destroy; }
    "/v1/receipts" { get receipts::list; }
    "/v1/receipts/{id}" { get receipts::show; }
    "/v1/usage" { get usage::show; }
    "/v1/limits" { get facts::limits; }
    "/v1/products" { get facts::products; }
    "/openapi.json" { get openapi::serve::show; }
    "/healthz" { get health::alive; }
    "/readyz" { get health::ready; }
}

/// An id in the path. One of the wrong form belongs to nothing: 404.
fn parse_id<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::new(ProblemKind::NotFound))
}
