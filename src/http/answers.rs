//! The one place where a problem becomes bytes: JSON under `/v1` and for probes, a page elsewhere. Errors the framework made by
//! itself (no route, wrong method, unreadable path) get a row of the same table.

use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};

use super::limits::{RATELIMIT, RATELIMIT_POLICY};
use super::problem::{PROBLEM_JSON, Problem, ProblemKind};
use super::{RequestId, Settings};

/// How the web edge draws a problem; registered by it, because this module knows no templates.
#[derive(Clone, Copy)]
pub struct ProblemPage(pub fn(&Problem, &RequestId) -> String);

/// Middleware: writes the body of every answer that is a problem.
///
/// # Errors
/// Those of the inner services.
pub async fn write_problems(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // Routes and our own middleware answer their errors as responses; nothing within gives a bare error.
    let response = next.call(request).await?;
    let status = response.status();
    let problem = match response.response().error() {
        Some(error) => problem_of(error),
        None if is_bare_error(status, response.response().body().size()) => framework_problem(status, &response),
        None => return Ok(response),
    };
    let (http_request, bare) = response.into_parts();
    let mut answer = answer(&http_request, &problem);
    // Where its sender stands was said before the body was written.
    for name in [RATELIMIT_POLICY, RATELIMIT] {
        if let Some(said) = bare.headers().get(&name).filter(|_| !answer.headers().contains_key(&name)).cloned() {
            answer.headers_mut().insert(name, said);
        }
    }
    Ok(ServiceResponse::new(http_request, answer))
}

fn is_bare_error(status: StatusCode, size: BodySize) -> bool {
    (status.is_client_error() || status.is_server_error()) && matches!(size, BodySize::None | BodySize::Sized(0))
}

fn problem_of(error: &actix_web::Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    let status = error.as_response_error().status_code();
    match ProblemKind::from_framework(status) {
        ProblemKind::Internal => Problem::internal(error),
        kind => Problem::new(kind),
    }
}

fn framework_problem<B>(status: StatusCode, response: &ServiceResponse<B>) -> Problem {
    let problem = Problem::new(ProblemKind::from_framework(status));
    let mut allow: Vec<Method> = Vec::new();
    let named = response
        .headers()
        .get_all(header::ALLOW)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .filter_map(|method| method.trim().parse().ok());
    // The framework names a method once for each of its routes.
    for method in named {
        if !allow.contains(&method) {
            allow.push(method);
        }
    }
    problem.allow(allow)
}

/// Whether the address is for programs.
pub fn wants_json(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/") || matches!(path, "/healthz" | "/readyz" | "/openapi.json")
}

fn answer(request: &HttpRequest, problem: &Problem) -> HttpResponse<BoxBody> {
    let id = RequestId::of(request);
    if let Some(cause) = problem.log_text() {
        tracing::error!(request_id = id.as_str(), cause, "internal problem");
    }
    let mut response = problem.response();
    if problem.kind() == ProblemKind::NotSignedIn && request.method() == Method::GET && !wants_json(request.path()) {
        let next: String = url::form_urlencoded::byte_serialize(request.uri().to_string().as_bytes()).collect();
        return HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/sign-in?next={next}"))).finish();
    }
    let page = request.app_data::<ProblemPage>().filter(|_| !wants_json(request.path()));
    match page {
        Some(page) => response.content_type("text/html; charset=utf-8").body((page.0)(problem, &id)),
        None => {
            let public_url = request.app_data::<web::Data<Settings>>().map_or("", |settings| settings.public_url.as_str());
            response.content_type(PROBLEM_JSON).body(problem.to_json(public_url, id.as_str()).to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body, read_body_json};
    use actix_web::{App, HttpResponse};

    use super::super::{headers, methods, request_id};
    use super::*;

    fn page(problem: &Problem, id: &RequestId) -> String {
        format!("<h1>{}</h1>{}", problem.kind().row().title, id.as_str())
    }

    macro_rules! app {
        () => {
            init_service(
                App::new()
                    .app_data(web::Data::new(Settings::at("https://p.example")))
                    .app_data(ProblemPage(page))
                    .wrap(from_fn(write_problems))
                    .wrap(from_fn(headers::secure))
                    .wrap(from_fn(request_id::assign))
                    .service(
                        web::resource("/v1/thing")
                            .route(methods::get().to(|| async { Ok::<_, Problem>(HttpResponse::Ok().body("x")) }))
                            .route(web::post().to(|| async { Err::<HttpResponse, _>(Problem::internal("disk /x on fire")) })),
                    )
                    .service(
                        web::resource("/private")
                            .route(web::route().to(|| async { Err::<HttpResponse, _>(Problem::new(ProblemKind::NotSignedIn)) })),
                    )
                    .service(web::resource("/own").route(web::get().to(|| async { HttpResponse::NotFound().body("own page") }))),
            )
            .await
        };
    }

    #[actix_web::test]
    async fn unknown_address_is_json_under_v1_and_a_page_elsewhere() {
        let app = app!();
        let response = call_service(&app, TestRequest::get().uri("/v1/nothing").to_request()).await;
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers().get("content-type").unwrap(), PROBLEM_JSON);
        let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
        let body: serde_json::Value = read_body_json(response).await;
        assert_eq!(body["type"], "https://p.example/docs/errors#not-found");
        assert_eq!(body["request_id"].as_str(), Some(id.as_str()));

        let response = call_service(&app, TestRequest::get().uri("/nothing").to_request()).await;
        assert!(response.headers().get("content-type").unwrap().to_str().unwrap().starts_with("text/html"));
        assert!(read_body(response).await.starts_with(b"<h1>There is nothing here"));
    }

    #[actix_web::test]
    async fn wrong_method_names_the_right_ones() {
        let app = app!();
        let response = call_service(&app, TestRequest::delete().uri("/v1/thing").to_request()).await;
        assert_eq!(response.status(), 405);
        let allow: Vec<&str> = response.headers().get_all("allow").map(|v| v.to_str().unwrap()).collect();
        assert!(
            allow.join(",").contains("GET") && allow.join(",").contains("POST") && allow.join(",").contains("HEAD"),
            "{allow:?}"
        );
        let body: serde_json::Value = read_body_json(response).await;
        assert_eq!(body["code"], "method-not-allowed");
    }

    #[actix_web::test]
    async fn a_fault_of_ours_tells_nothing() {
        let app = app!();
        let response = call_service(&app, TestRequest::post().uri("/v1/thing").to_request()).await;
        assert_eq!(response.status(), 500);
        assert!(!String::from_utf8(read_body(response).await.to_vec()).unwrap().contains("fire"));
    }

    #[actix_web::test]
    async fn who_is_not_signed_in_is_led_to_the_door_and_a_lost_form_is_told() {
        let app = app!();
        let response = call_service(&app, TestRequest::get().uri("/private?photo=2").to_request()).await;
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers().get("location").unwrap(), "/sign-in?next=%2Fprivate%3Fphoto%3D2");
        let response = call_service(&app, TestRequest::post().uri("/private").to_request()).await;
        assert_eq!(response.status(), 401);
    }

    #[actix_web::test]
    async fn a_page_with_its_own_body_is_left_alone_and_headers_are_everywhere() {
        let app = app!();
        let response = call_service(&app, TestRequest::get().uri("/own").to_request()).await;
        for name in
            ["content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy", "cache-control"]
        {
            assert!(response.headers().contains_key(name), "{name}");
        }
        assert!(response.headers().contains_key("strict-transport-security"));
        assert_eq!(read_body(response).await, "own page");
    }
}
