//! Probes: is the process alive, may it be sent work.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{Problem, ProblemKind, Services};

#[derive(Debug, Serialize, ToSchema)]
struct Alive {
    #[schema(example = "alive")]
    status: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct Ready {
    #[schema(example = "ready")]
    status: &'static str,
    /// Live reports whose object is not in the store.
    #[schema(example = 0)]
    missing_objects: u64,
}

/// `GET /healthz`: the process answers.
#[utoipa::path(
    get, path = "/healthz", operation_id = "getHealth", tag = "The service",
    summary = "Is the process alive",
    responses((status = 200, description = "It answers.", body = Alive)),
)]
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(Alive { status: "alive" })
}

/// `GET /readyz`: it may be sent work.
///
/// # Errors
/// 503 naming the parts that do not answer.
#[utoipa::path(
    get, path = "/readyz", operation_id = "getReadiness", tag = "The service",
    summary = "May it be sent work",
    responses((status = 200, description = "It may.", body = Ready)),
)]
pub async fn ready(services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.health.readiness().await;
    if found.is_ready() {
        return Ok(HttpResponse::Ok().json(Ready { status: "ready", missing_objects: found.ghosts }));
    }
    Err(Problem::new(ProblemKind::NotReady)
        .member("database", found.database)
        .member("store", found.store)
        .member("stopping", found.stopping))
}
