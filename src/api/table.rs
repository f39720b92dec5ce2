//! The form of the one table of routes: what is served, what the OpenAPI document describes and what the tests go through come from
//! the same lines.

/// Makes `configure`, [`utoipa::OpenApi`] for `Operations` and `ROUTES` of lines such as
/// `"/v1/things/{id}" { get things::show; delete things::delete; }`. A handler without `#[utoipa::path]` does not compile.
macro_rules! routes {
    ($($path:literal { $($method:ident $($handler:ident)::+ $(, or $($other:ident)::+ when $($guard:ident)::+)?;)+ })+) => {
        /// Every operation as its handler describes it.
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($($handler)::+),+),+))]
        struct Operations;

        /// Every address with its methods in lower case, as registered.
        pub const ROUTES: &[(&str, &[&str])] = &[$(($path, &[$(stringify!($method)),+])),+];

        /// Every route under `/v1`, the document and the probes.
        pub fn configure(cfg: &mut actix_web::web::ServiceConfig) {
            $(cfg.service(
                actix_web::web::resource($path)$(
                    $(.route(
                        $crate::http::methods::$method()
                            .guard(actix_web::guard::fn_guard($($guard)::+))
                            .to($($other)::+),
                    ))?
                    .route($crate::http::methods::$method().to($($handler)::+))
                )+,
            );)+
        }
    };
}

pub(super) use routes;
