//! Requests no route is meant for: tunnels, the asterisk, addresses too long to be ours, hosts that cannot be one.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;

use super::{Problem, ProblemKind};

/// Bytes of a request's address: path and query, or all of it in absolute form.
pub const ADDRESS_BYTES_MAX: usize = 8 * 1024;

/// What any of our addresses takes, for requests that name none of them.
const METHODS: [Method; 5] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE];

/// Middleware: refuses them. Nobody is upgraded to another protocol: such a request is answered as if it had not asked, and its
/// connection ends.
///
/// # Errors
/// Those of the inner services.
pub async fn check(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(problem) = refused(&request) {
        return Ok(request.error_response(problem.closing()));
    }
    let asks_upgrade = request.head().upgrade() || request.headers().contains_key(header::UPGRADE);
    let mut response = next.call(request).await?;
    if asks_upgrade {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

fn refused(request: &ServiceRequest) -> Option<Problem> {
    let uri = request.uri();
    let length =
        uri.path_and_query().map_or(0, |rest| rest.as_str().len()) + uri.authority().map_or(0, |host| host.as_str().len());
    if length > ADDRESS_BYTES_MAX {
        return Some(Problem::new(ProblemKind::AddressTooLong).limit(ADDRESS_BYTES_MAX as u64, Some(length as u64)));
    }
    let names_nothing = request.method() == Method::CONNECT || request.path() == "*";
    if names_nothing {
        return Some(Problem::new(ProblemKind::MethodNotAllowed).allow(METHODS.to_vec()));
    }
    let is_host = |value: &header::HeaderValue| value.to_str().is_ok_and(is_host);
    if request.headers().get(header::HOST).is_some_and(|host| !is_host(host)) {
        return Some(Problem::new(ProblemKind::MalformedRequest).detail("The Host field names no host."));
    }
    None
}

/// A host with or without a port (RFC 9112 section 3.2). An empty one is right only where an address has no host, and ours have.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.parse::<actix_web::http::uri::Authority>().is_ok_and(|host| !host.as_str().contains('@'))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn kind(request: TestRequest) -> Option<ProblemKind> {
        refused(&request.to_srv_request()).map(|problem| problem.kind())
    }

    #[test]
    fn an_address_may_be_so_long_and_not_longer() {
        let of = |length: usize| kind(TestRequest::get().uri(&format!("/{}", "a".repeat(length - 1))));
        assert_eq!(of(ADDRESS_BYTES_MAX), None);
        assert_eq!(of(ADDRESS_BYTES_MAX + 1), Some(ProblemKind::AddressTooLong));
    }

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for good in ["localhost", "localhost:8080", "p.example", "192.0.2.1:80", "[2001:db8::1]:443"] {
            assert_eq!(kind(TestRequest::get().insert_header((header::HOST, good))), None, "{good}");
        }
        for bad in ["", "a b", "a/", "u@host", "host:port:80"] {
            let refused = kind(TestRequest::get().insert_header((header::HOST, bad)));
            assert_eq!(refused, Some(ProblemKind::MalformedRequest), "{bad}");
        }
    }

    #[test]
    fn a_tunnel_is_no_method_of_any_address() {
        assert_eq!(kind(TestRequest::default().method(Method::CONNECT)), Some(ProblemKind::MethodNotAllowed));
        assert_eq!(kind(TestRequest::default().method(Method::OPTIONS).uri("*")), Some(ProblemKind::MethodNotAllowed));
    }
}
