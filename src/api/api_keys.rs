//! `/v1/api-keys`.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::parse_id;
use crate::accounts::ApiKeyRecord;
use crate::domain::{ApiKeyId, Scope, ScopeSet, Timestamp};
use crate::http::caller::{ApiCaller, KeysManage};
use crate::http::{Problem, Services};

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    label: String,
    scopes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct KeyView {
    id: String,
    label: String,
    prefix: String,
    scopes: Vec<&'static str>,
    created_at: String,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    /// Shown in the answer to its creation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

#[derive(Debug, Serialize)]
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
pub async fn create(
    caller: ApiCaller<KeysManage>,
    asked: web::Json<NewKey>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let known = || Scope::AGENCY.map(Scope::slug).join(", ");
    let scopes: Result<ScopeSet, _> = asked.scopes.iter().map(|name| name.parse::<Scope>()).collect();
    let scopes = scopes.map_err(|_| Problem::field("scopes", "unknown_value", format!("The scopes are {}.", known())))?;
    let (plain, made) = services.accounts.create_api_key(&caller.agency, &asked.label, scopes, None).await?;
    let location = format!("/v1/api-keys/{}", made.id);
    let view = KeyView { key: Some(plain.reveal().to_owned()), ..made.into() };
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(view))
}

/// `GET`: all of the agency, revoked ones too.
///
/// # Errors
/// When the database fails.
pub async fn list(caller: ApiCaller<KeysManage>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.accounts.list_api_keys(&caller.agency).await?;
    Ok(HttpResponse::Ok().json(Keys { api_keys: found.into_iter().map(KeyView::from).collect() }))
}

/// `DELETE /{id}`: refused from now on; its endpoints pause.
///
/// # Errors
/// 404.
pub async fn revoke(
    caller: ApiCaller<KeysManage>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = parse_id(&id)?;
    services.accounts.revoke_api_key(&caller.agency, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
