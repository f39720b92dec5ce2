//! Signing in and out.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::frame::{Frame, page_with, see_other};
use crate::http::limits::{Action, Who};
use crate::http::session::{SignedIn, cookie, no_cookie, token_of};
use crate::http::{Limiter, Problem, Services, Settings, csrf};

const HOME: &str = "/analyses";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: Frame,
    wrong: Option<String>,
    email: &'a str,
    next: &'a str,
}

/// The query of the sign-in page.
#[derive(Debug, Deserialize)]
pub struct SignInQuery {
    next: Option<String>,
}

/// The form.
#[derive(Deserialize)]
pub struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// A page of ours to go to after signing in; anything else becomes the list of reports, so that nobody is sent elsewhere.
fn own_path(next: &str) -> &str {
    let is_ours = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && next != "/"
        && !next.starts_with("/sign-");
    if is_ours { next } else { HOME }
}

fn draw(status: StatusCode, wrong: Option<String>, email: &str, next: &str) -> Result<HttpResponse, Problem> {
    let frame = Frame::visitor("Sign in").without_sign_in();
    page_with(status, &SignInPage { frame, wrong, email, next: own_path(next) })
}

/// `GET /sign-in`.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn form(person: Option<SignedIn>, query: web::Query<SignInQuery>) -> Result<HttpResponse, Problem> {
    let next = query.next.as_deref().unwrap_or(HOME);
    if person.is_some() {
        return Ok(see_other(own_path(next)));
    }
    draw(StatusCode::OK, None, "", next)
}

/// `POST /sign-in`: the same answer for an unknown person, a wrong password and a locked account.
///
/// # Errors
/// 403 for a form of another site, 429, 500, 503.
pub async fn sign_in(
    request: HttpRequest,
    form: web::Form<SignInForm>,
    services: web::Data<Services>,
    limiter: web::Data<Limiter>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    csrf::check_sign_in(request.headers(), settings.origin())?;
    limiter.take(Action::SignIn, Who::address(&request))?;
    let SignInForm { email, password, next } = form.into_inner();
    match services.accounts.sign_in(&email, &password).await {
        Ok(signed_in) => {
            // A session that was there before ends: the browser never goes on with a token it had.
            if let Some(old) = token_of(&request) {
                services.accounts.sign_out(&old).await?;
            }
            let mut response = see_other(own_path(&next));
            response.add_cookie(&cookie(&signed_in.token)).map_err(Problem::internal)?;
            Ok(response)
        }
        Err(error) => match Problem::from(error) {
            problem if problem.kind() == crate::http::ProblemKind::NotSignedIn => {
                let wrong = "E-mail and password do not fit together, or there were too many tries. After five, wait 15 minutes.";
                draw(StatusCode::UNAUTHORIZED, Some(wrong.to_owned()), &email, &next)
            }
            problem => Err(problem),
        },
    }
}

/// The form of the sign-out button.
#[derive(Debug, Deserialize)]
pub struct SignOutForm {
    csrf: String,
}

/// `POST /sign-out`: ends the session here and in the browser.
///
/// # Errors
/// 403 for a stale form.
pub async fn sign_out(
    person: SignedIn,
    request: HttpRequest,
    form: web::Form<SignOutForm>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    person.check_form(&form.csrf)?;
    if let Some(token) = token_of(&request) {
        services.accounts.sign_out(&token).await?;
    }
    let mut response = see_other("/");
    response.add_cookie(&no_cookie()).map_err(Problem::internal)?;
    let everything = header::HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    response.headers_mut().insert(header::HeaderName::from_static("clear-site-data"), everything);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for next in
            ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/", "/sign-out", "/a\r\nb"]
        {
            assert_eq!(own_path(next), HOME, "{next:?}");
        }
        assert_eq!(own_path("/analyses/an_1?photo=2"), "/analyses/an_1?photo=2");
    }
}
