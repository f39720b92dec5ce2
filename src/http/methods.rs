//! Routes that answer HEAD wherever they answer GET, as HTTP asks (RFC 9110 section 9.1).

use actix_web::{Route, guard, web};

/// A route for GET and HEAD.
pub fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}
