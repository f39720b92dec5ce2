//! Routes that will go: told in every one of their answers, from the day that is decided (`Deprecation`, RFC 9745) to the day they
//! end (`Sunset`, RFC 8594).

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue, LINK};
use actix_web::middleware::Next;
use actix_web::web;

use crate::domain::Timestamp;

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// A route that will go.
#[derive(Debug, Clone, Copy)]
pub struct Leaving {
    /// As it stands where routes are registered, `/v1/things/{id}`.
    pub route: &'static str,
    /// Not to be used in anything new from then on.
    pub deprecated_at: Timestamp,
    /// May answer 410 from then on, if that is decided; never before `deprecated_at`.
    pub sunset_at: Option<Timestamp>,
    /// Where one reads what to do instead.
    pub more: &'static str,
    /// What takes its place, if one thing does.
    pub successor: Option<&'static str>,
}

/// All of them: none yet.
pub const LEAVING: &[Leaving] = &[];

/// Middleware: tells. Tests may bring a table of their own.
///
/// # Errors
/// Those of the inner services.
pub async fn tell(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let table = request.app_data::<web::Data<&'static [Leaving]>>().map_or(LEAVING, |table| *table.get_ref());
    let mut response = next.call(request).await?;
    if table.is_empty() {
        return Ok(response);
    }
    let route = response.request().match_pattern().unwrap_or_default();
    let Some(leaving) = table.iter().find(|leaving| leaving.route == route) else { return Ok(response) };
    for (name, value) in leaving.headers() {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

impl Leaving {
    fn headers(&self) -> Vec<(HeaderName, String)> {
        let link = |target: &str, relation: &str| (LINK, format!("<{target}>; rel=\"{relation}\""));
        let mut headers = vec![
            (DEPRECATION, format!("@{}", self.deprecated_at.epoch_secs())),
            (LINK, format!("<{}>; rel=\"deprecation\"; type=\"text/html\"", self.more)),
        ];
        if let Some(sunset_at) = self.sunset_at {
            headers.push((SUNSET, sunset_at.http_date()));
            headers.push(link(self.more, "sunset"));
        }
        headers.extend(self.successor.map(|successor| link(successor, "successor-version")));
        headers
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse};

    use super::*;

    const TABLE: &[Leaving] = &[
        Leaving {
            route: "/v1/old/{id}",
            deprecated_at: Timestamp::from_epoch_millis(1_688_169_599_000),
            sunset_at: Some(Timestamp::from_epoch_millis(1_719_791_999_000)),
            more: "/docs/changes#old",
            successor: Some("/v1/new"),
        },
        Leaving {
            route: "/v1/older",
            deprecated_at: Timestamp::from_epoch_millis(0),
            sunset_at: None,
            more: "/docs/changes#older",
            successor: None,
        },
    ];

    #[actix_web::test]
    async fn a_route_that_will_go_says_so_and_no_other_does() {
        let ok = || async { HttpResponse::Ok().finish() };
        let app = App::new().app_data(web::Data::new(TABLE)).wrap(from_fn(tell));
        let app = app
            .route("/v1/old/{id}", web::get().to(ok))
            .route("/v1/older", web::get().to(ok))
            .route("/v1/new", web::get().to(ok));
        let app = init_service(app).await;
        let told = async |path: &str| {
            let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
            let of = |name: &str| response.headers().get_all(name).map(|v| v.to_str().unwrap().to_owned()).collect::<Vec<_>>();
            (of("deprecation"), of("sunset"), of("link"))
        };
        let (deprecation, sunset, links) = told("/v1/old/7").await;
        // The examples of RFC 9745 section 2.1 and of the form RFC 8594 asks for.
        assert_eq!(deprecation, ["@1688169599"]);
        assert_eq!(sunset, ["Sun, 30 Jun 2024 23:59:59 GMT"]);
        let expected = [
            "</docs/changes#old>; rel=\"deprecation\"; type=\"text/html\"",
            "</docs/changes#old>; rel=\"sunset\"",
            "</v1/new>; rel=\"successor-version\"",
        ];
        assert_eq!(links, expected);
        let (deprecation, sunset, links) = told("/v1/older").await;
        assert_eq!((deprecation.len(), sunset.len(), links.len()), (1, 0, 1));
        assert_eq!(told("/v1/new").await, (vec![], vec![], vec![]));
    }

    #[test]
    fn no_route_ends_before_it_is_said_to() {
        for leaving in LEAVING.iter().chain(TABLE) {
            assert!(leaving.sunset_at.is_none_or(|sunset| sunset >= leaving.deprecated_at), "{}", leaving.route);
        }
    }
}
