//! HTML for people, rendered here and working without script. The same services as the API, another face.
//!
//! Every form posts a token of its session and is answered by a redirect or a page; nothing private is ever kept by a browser.

mod analyses;
mod api_keys;
mod assets;
mod endpoints;
mod errors;
mod frame;
mod key_leaks;
mod key_rolls;
mod landing;
mod receipts;
mod reference;
mod session;
mod verify;
mod words;

use actix_web::web;

use crate::http::answers::ProblemPage;
use crate::http::methods;

/// Every page and what draws a problem.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.app_data(ProblemPage(errors::problem_page))
        .configure(assets::configure)
        .service(web::resource("/").route(methods::get().to(landing::show)))
        .service(web::resource("/docs").route(methods::get().to(reference::show)))
        .service(web::resource("/docs/errors").route(methods::get().to(errors::catalogue)))
        .service(web::resource("/verify").route(methods::get().to(verify::show)))
        .service(web::resource("/sign-in").route(methods::get().to(session::form)).route(web::post().to(session::sign_in)))
        .service(web::resource("/sign-out").route(web::post().to(session::sign_out)))
        .service(
            web::resource("/analyses")
                .route(methods::get().to(analyses::list::show))
                .route(web::post().to(analyses::new::submit)),
        )
        .service(web::resource("/analyses/new").route(methods::get().to(analyses::new::form)))
        .service(web::resource("/analyses/{id}").route(methods::get().to(analyses::show::show)))
        .service(web::resource("/analyses/{id}/report.pdf").route(methods::get().to(analyses::files::pdf)))
        .service(web::resource("/analyses/{id}/result.json").route(methods::get().to(analyses::files::result)))
        .service(web::resource("/analyses/{id}/previews/{number}").route(methods::get().to(analyses::files::preview)))
        .service(web::resource("/analyses/{id}/cancel").route(web::post().to(analyses::change::cancel)))
        .service(
            web::resource("/analyses/{id}/delete")
                .route(methods::get().to(analyses::change::ask))
                .route(web::post().to(analyses::change::delete)),
        )
        .service(web::resource("/receipts/{id}").route(methods::get().to(receipts::show)))
        .service(web::resource("/api-keys").route(methods::get().to(api_keys::list)).route(web::post().to(api_keys::create)))
        .service(web::resource("/api-keys/{id}/revoke").route(web::post().to(api_keys::revoke)))
        .service(
            web::resource("/api-keys/{id}/roll").route(methods::get().to(key_rolls::ask)).route(web::post().to(key_rolls::roll)),
        )
        .service(
            web::resource("/api-keys/{id}/leak")
                .route(methods::get().to(key_leaks::show))
                .route(web::post().to(key_leaks::report)),
        )
        .service(web::resource("/api-keys/{id}/destroy-analyses").route(web::post().to(key_leaks::destroy)))
        .service(web::resource("/endpoints").route(methods::get().to(endpoints::list)).route(web::post().to(endpoints::create)))
        .service(web::resource("/endpoints/{id}/test").route(web::post().to(endpoints::test)))
        .service(web::resource("/endpoints/{id}/pause").route(web::post().to(endpoints::pause)))
        .service(web::resource("/endpoints/{id}/resume").route(web::post().to(endpoints::resume)))
        .service(web::resource("/endpoints/{id}/rotate-secret").route(web::post().to(endpoints::rotate)))
        .service(web::resource("/endpoints/{id}/delete").route(web::post().to(endpoints::delete)));
}

/// An id in the path. One of the wrong form belongs to nothing: 404.
fn parse_id<T: std::str::FromStr>(text: &str) -> Result<T, crate::http::Problem> {
    text.parse().map_err(|_| crate::http::Problem::new(crate::http::ProblemKind::NotFound))
}
