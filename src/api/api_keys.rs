//! `/v1/api-keys`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::words;
use super::parse_id;
use crate::accounts::ApiKeyRecord;
use crate::domain::{ApiKeyId, Scope, ScopeSet, Timestamp};
use crate::http::caller::{ApiCaller, KeysManage};
use crate::http::idempotency::Mutation;
use crate::http::{Problem, Services};

/// What is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What people call it.
    #[schema(min_length = 1, max_length = 100, example = "Upload tool")]
    label: String,
    #[schema(value_type = Vec<words::KeyScope>, min_items = 1)]
    scopes: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
struct KeyView {
    #[schema(value_type = words::ApiKeyId)]
    id: String,
    #[schema(example = "Upload tool")]
    label: String,
    /// The key's beginning, to tell it from others.
    #[schema(example = "ps_live_4fG7kQ")]
    prefix: String,
    #[schema(value_type = Vec<words::KeyScope>)]
    scopes: Vec<&'static str>,
    #[schema(value_type = words::Time)]
    created_at: String,
    #[schema(value_type = Option<words::Time>)]
    last_used_at: Option<String>,
    #[schema(value_type = Option<words::Time>)]
    expires_at: Option<String>,
    #[schema(value_type = Option<words::Time>)]
    revoked_at: Option<String>,
    /// Shown in the answer to its creation only; null when the same request comes again, because it is kept nowhere.
    #[schema(example = "ps_live_4fG7kQ2mX9rT5vB8nC1dJ6hL3pS0wYzA1b2C3d")]
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Option<String>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKeyList)]
struct Keys {
    api_keys: Vec<KeyView>,
}

impl From<ApiKeyRecord> for KeyView {
    fn from(key: ApiKeyRecord) -> Self {
        Self {
            id: key.id.to_string(),
            label: key.label,
            prefix: key.prefix,
            scopes: key.scopes.iter().map(Scope::slug).collect(),
            created_at: key.created_at.rfc3339(),
            last_used_at: key.last_used_at.map(Timestamp::rfc3339),
            expires_at: key.expires_at.map(Timestamp::rfc3339),
            revoked_at: key.revoked_at.map(Timestamp::rfc3339),
            key: None,
        }
    }
}

/// `POST`: 201 with the key, which is shown this once.
///
/// # Errors
/// 422 naming label or scopes.
#[utoipa::path(
    post, path = "/v1/api-keys", operation_id = "createApiKey", tag = "API keys",
    summary = "Make an API key",
    description = "The key is shown this once; only its digest is kept.",
    request_body = NewKey,
    responses((status = 201, description = "The key.", body = KeyView, headers(("Location" = String, description = "The key.")))),
    security(("key" = ["keys:manage"])),
)]
pub async fn create(
    caller: ApiCaller<KeysManage>,
    asked: web::Json<NewKey>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let known = || Scope::AGENCY.map(Scope::slug).join(", ");
    let scopes: Result<ScopeSet, _> = asked.scopes.iter().map(|name| name.parse::<Scope>()).collect();
    let scopes = scopes.map_err(|_| Problem::field("scopes", "unknown_value", format!("The scopes are {}.", known())))?;
    let mutation = Mutation::begin(&request, &services, &caller, "", &*asked).await?;
    let (plain, made) = match mutation.made_before()? {
        Some(made) => (None, services.accounts.find_api_key(&caller.agency, &made).await?),
        None => {
            let accounts = &mutation.services().accounts;
            let (plain, made) = accounts.create_api_key(&caller.agency, &asked.label, scopes, None).await?;
            (Some(plain.reveal().to_owned()), made)
        }
    };
    let location = format!("/v1/api-keys/{}", made.id);
    let view = KeyView { key: Some(plain), ..made.into() };
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
