//! Styles, fonts, marks and icons, built into the binary. Their address holds a digest of all of them, so that a browser may keep
//! them for a year and still sees a new version at once.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::http::{Problem, ProblemKind, methods};
use crate::report::marks;

const TOKENS: &str = include_str!("assets/tokens.css");
const PAGE: &str = include_str!("assets/page.css");
const KEPT: &str = "public, max-age=31536000, immutable";

struct Asset {
    path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const fn asset(path: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { path, media_type, bytes }
}

const FAVICON: Asset = asset("favicon.ico", "image/x-icon", include_bytes!("assets/favicon.ico"));

static STYLES: LazyLock<String> = LazyLock::new(|| format!("{TOKENS}\n{PAGE}"));

static ASSETS: LazyLock<[Asset; 7]> = LazyLock::new(|| {
    [
        asset("proofsheet.css", "text/css; charset=utf-8", STYLES.as_bytes()),
        asset("marks.svg", "image/svg+xml", marks::SPRITE.as_bytes()),
        asset("icons.svg", "image/svg+xml", include_bytes!("assets/icons.svg")),
        asset("favicon.svg", "image/svg+xml", include_bytes!("assets/favicon.svg")),
        asset("fonts/inter-400-600.woff2", "font/woff2", include_bytes!("assets/fonts/inter-400-600.woff2")),
        asset("fonts/fraunces-380.woff2", "font/woff2", include_bytes!("assets/fonts/fraunces-380.woff2")),
        asset("fonts/jetbrains-mono-400.woff2", "font/woff2", include_bytes!("assets/fonts/jetbrains-mono-400.woff2")),
    ]
});

/// Where they are: `/assets/` and eight hex digits.
pub static BASE: LazyLock<String> = LazyLock::new(|| {
    let mut digest = crc32fast::Hasher::new();
    for asset in ASSETS.iter() {
        digest.update(asset.path.as_bytes());
        digest.update(asset.bytes);
    }
    format!("/assets/{:08x}", digest.finalize())
});

fn send(asset: &Asset, kept: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type(asset.media_type).insert_header((header::CACHE_CONTROL, kept)).body(asset.bytes)
}

async fn serve(path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (version, name) = path.into_inner();
    let found = ASSETS.iter().find(|asset| asset.path == name).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    // Another version's address may be asked for while two versions run side by side; it must not be kept.
    let is_ours = BASE.strip_prefix("/assets/") == Some(version.as_str());
    Ok(send(found, if is_ours { KEPT } else { "no-cache" }))
}

async fn favicon() -> HttpResponse {
    send(&FAVICON, "public, max-age=86400")
}

/// The routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/assets/{version}/{name:.*}").route(methods::get().to(serve)))
        .service(web::resource("/favicon.ico").route(methods::get().to(favicon)));
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};

    use super::*;

    #[actix_web::test]
    async fn ours_is_kept_and_others_are_not() {
        let app = init_service(App::new().configure(configure)).await;
        let response = call_service(&app, TestRequest::get().uri(&format!("{}/proofsheet.css", *BASE)).to_request()).await;
        assert_eq!(response.headers().get("cache-control").unwrap(), KEPT);
        assert!(read_body(response).await.starts_with(b"/* proofsheet: design tokens"));
        let response = call_service(&app, TestRequest::get().uri("/assets/00/fonts/fraunces-380.woff2").to_request()).await;
        assert_eq!(response.headers().get("cache-control").unwrap(), "no-cache");
        let response = call_service(&app, TestRequest::get().uri("/assets/00/../../etc/passwd").to_request()).await;
        assert_eq!(response.status(), 404);
    }

    #[test]
    fn the_page_budget_holds() {
        let fonts: usize = ASSETS.iter().filter(|asset| asset.path.starts_with("fonts/")).map(|asset| asset.bytes.len()).sum();
        assert!(fonts <= 70 * 1024, "{fonts} bytes of fonts");
        assert!(STYLES.len() <= 20 * 1024, "{} bytes of styles", STYLES.len());
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        assert!(!STYLES.contains("http:") && !STYLES.contains("https:") && !STYLES.contains("//fonts"));
    }
}
