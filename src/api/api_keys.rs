//! `/v1/api-keys`: make, see, change, roll, revoke. A key makes and changes only what may no more than itself.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::key_view::{Change, KeyView, Keys, NewApiKey, Rolling};
use super::openapi::words;
use super::parse_id;
use crate::accounts::OVERLAP_DEFAULT;
use crate::domain::ApiKeyId;
use crate::http::caller::{ApiCaller, KeysManage};
use crate::http::idempotency::Mutation;
use crate::http::{JsonObject, Problem, Services};

/// `POST`: 201 with the key, which is shown this once.
///
/// # Errors
/// 403 for a scope the asking key lacks, 422 naming what is not right.
#[utoipa::path(
    post, path = "/v1/api-keys", operation_id = "createApiKey", tag = "API keys",
    summary = "Make an API key",
    description = "The key is shown this once; only its digest is kept. It may no more than the key that asks.",
    request_body = NewApiKey,
    responses((status = 201, description = "The key.", body = KeyView, headers(("Location" = String, description = "The key.")))),
    security(("key" = ["keys:manage"])),
)]
pub async fn create(
    caller: ApiCaller<KeysManage>,
    asked: JsonObject<NewApiKey>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let mutation = Mutation::begin(&request, &services, &caller, "", &*asked).await?;
    let new = asked.into_inner().check()?;
    let (plain, made) = match mutation.made_before()? {
        Some(made) => (None, services.accounts.find_api_key(&caller.agency, &made).await?),
        None => {
            let accounts = &mutation.services().accounts;
            let (plain, made) = accounts.make_api_key(&caller.agency, new, &caller.maker()).await?;
            (Some(plain), made)
        }
    };
    let location = format!("/v1/api-keys/{}", made.id);
    let view = KeyView::from(made).showing(plain.as_ref());
    Ok(mutation.answer(HttpResponse::Created()).insert_header((header::LOCATION, location)).json(view))
}

/// `GET`: all of the agency, revoked ones too.
///
/// # Errors
/// When the database fails.
#[utoipa::path(
    get, path = "/v1/api-keys", operation_id = "listApiKeys", tag = "API keys",
    summary = "List API keys",
    description = "All of the agency, revoked ones too.",
    responses((status = 200, description = "All of them.", body = Keys)),
    security(("key" = ["keys:manage"])),
)]
pub async fn list(caller: ApiCaller<KeysManage>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.accounts.list_api_keys(&caller.agency).await?;
    Ok(HttpResponse::Ok().json(Keys { api_keys: found.into_iter().map(KeyView::from).collect() }))
}

/// `GET /{id}`.
///
/// # Errors
/// 404.
#[utoipa::path(
    get, path = "/v1/api-keys/{id}", operation_id = "getApiKey", tag = "API keys",
    summary = "Read an API key",
    params(("id" = words::ApiKeyId, Path, description = "The key's id.")),
    responses((status = 200, description = "All but the key itself.", body = KeyView)),
    security(("key" = ["keys:manage"])),
)]
pub async fn show(
    caller: ApiCaller<KeysManage>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let found = services.accounts.find_api_key(&caller.agency, &parse_id(&id)?).await?;
    Ok(HttpResponse::Ok().json(KeyView::from(found)))
}

/// `PATCH /{id}`: another label, end or networks. Scopes and mode of a key never change.
///
/// # Errors
/// 403 for a key that may more than the asking one, 404, 409 for a revoked one, 422 naming what is not right.
#[utoipa::path(
    patch, path = "/v1/api-keys/{id}", operation_id = "changeApiKey", tag = "API keys",
    summary = "Change an API key",
    description = "Its label, end or networks; what is not sent stays. Scopes and mode never change. Not one that may more than the key that asks.",
    params(("id" = words::ApiKeyId, Path, description = "The key's id.")),
    request_body = Change,
    responses((status = 200, description = "The key as it is now.", body = KeyView)),
    security(("key" = ["keys:manage"])),
    extensions(("x-problems" = json!(["key-ended"]))),
)]
pub async fn change(
    caller: ApiCaller<KeysManage>,
    id: web::Path<String>,
    asked: JsonObject<Change>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &*asked).await?;
    let edit = asked.into_inner().check()?;
    let changed = match mutation.before() {
        Some(_) => services.accounts.find_api_key(&caller.agency, &id).await?,
        None => mutation.services().accounts.edit_api_key(&caller.agency, &id, edit, &caller.maker()).await?,
    };
    Ok(mutation.answer(HttpResponse::Ok()).json(KeyView::from(changed)))
}

/// `POST /{id}/roll`: a new text for the key, shown this once; the old one is taken until the overlap ends.
///
/// # Errors
/// 403 for a key that may more than the asking one, 404, 409 for one that has ended, 422 for an overlap that is too long.
#[utoipa::path(
    post, path = "/v1/api-keys/{id}/roll", operation_id = "rollApiKey", tag = "API keys",
    summary = "Roll an API key",
    description = "It gets a new text, shown this once; id, scopes and endpoints stay. The old text is taken until the overlap ends, and answers to it say so in `Proofsheet-Key-Ends`. One from an earlier roll ends at once.",
    params(("id" = words::ApiKeyId, Path, description = "The key's id.")),
    request_body = Rolling,
    responses((status = 200, description = "The key with its new text.", body = KeyView)),
    security(("key" = ["keys:manage"])),
    extensions(("x-problems" = json!(["key-ended"]))),
)]
pub async fn roll(
    caller: ApiCaller<KeysManage>,
    id: web::Path<String>,
    asked: JsonObject<Rolling>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &*asked).await?;
    let overlap = asked.overlap_secs.map_or(OVERLAP_DEFAULT, Duration::from_secs);
    let (plain, rolled) = match mutation.before() {
        Some(_) => (None, services.accounts.find_api_key(&caller.agency, &id).await?),
        None => {
            let accounts = &mutation.services().accounts;
            let (plain, rolled) = accounts.roll_api_key(&caller.agency, &id, overlap, &caller.maker()).await?;
            (Some(plain), rolled)
        }
    };
    Ok(mutation.answer(HttpResponse::Ok()).json(KeyView::from(rolled).showing(plain.as_ref())))
}

/// `DELETE /{id}`: refused from now on; its endpoints pause.
///
/// # Errors
/// 404.
#[utoipa::path(
    delete, path = "/v1/api-keys/{id}", operation_id = "revokeApiKey", tag = "API keys",
    summary = "Revoke an API key",
    description = "It is refused from now on; its endpoints pause.",
    params(("id" = words::ApiKeyId, Path, description = "The key's id.")),
    responses((status = 204, description = "It is revoked.")),
    security(("key" = ["keys:manage"])),
)]
pub async fn revoke(
    caller: ApiCaller<KeysManage>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    if mutation.before().is_none() {
        mutation.services().accounts.revoke_api_key(&caller.agency, &id).await?;
    }
    Ok(mutation.answer(HttpResponse::NoContent()).finish())
}
