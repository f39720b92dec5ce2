//! The methods a route may be for. HEAD is answered wherever GET is, as HTTP asks (RFC 9110 section 9.1).

use actix_web::{Route, guard, web};

/// A route for GET and HEAD.
pub fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// A route for POST.
pub fn post() -> Route {
    web::post()
}

/// A route for PUT.
pub fn put() -> Route {
    web::put()
}

/// A route for PATCH.
pub fn patch() -> Route {
    web::patch()
}

/// A route for DELETE.
pub fn delete() -> Route {
    web::delete()
}
