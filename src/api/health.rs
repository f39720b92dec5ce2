//! Probes: is the process alive, may it be sent work.

use actix_web::{HttpResponse, web};

use crate::http::{Problem, ProblemKind, Services};

/// `GET /healthz`: the process answers.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// `GET /readyz`: it may be sent work.
///
/// # Errors
/// 503 naming the parts that do not answer.
pub async fn ready(services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.health.readiness().await;
    if found.is_ready() {
        return Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ready", "missing_objects": found.ghosts })));
    }
    Err(Problem::new(ProblemKind::NotReady)
        .member("database", found.database)
        .member("store", found.store)
        .member("stopping", found.stopping))
}
