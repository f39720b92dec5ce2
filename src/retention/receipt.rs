//! The deletion receipt: a few lines of JSON, signed with Ed25519 over exactly its bytes, checkable offline with a public key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::RetentionError;
use crate::db::{NewReceipt, ReceiptRecord};
use crate::domain::{AnalysisId, ReceiptId, ReportId, Timestamp};
use crate::vault::{PublicKey, Signature, Vault, VaultError, verify_with};

/// What the first field of every receipt says.
const KIND: &str = "proofsheet.deletion-receipt";
const VERSION: u32 = 1;

/// What a receipt states. The order of the fields is their order in the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFacts {
    /// `proofsheet.deletion-receipt`.
    pub kind: String,
    /// The form's version, 1.
    pub version: u32,
    /// The receipt.
    pub id: ReceiptId,
    /// What was analyzed.
    pub analysis: AnalysisId,
    /// The report that was destroyed; none of an analysis that failed.
    pub report: Option<ReportId>,
    /// `expired`, `requested` or `account_deleted`.
    pub cause: String,
    /// When the analysis began, RFC 3339.
    pub created_at: String,
    /// When the key and the metadata were destroyed, RFC 3339.
    pub destroyed_at: String,
    /// What was destroyed.
    pub destroyed: Vec<String>,
    /// The sealed objects that can be read no more; they are removed from the store right after.
    pub objects: Vec<ObjectFacts>,
    /// What may be left elsewhere, and until when.
    pub remains: Vec<Remains>,
    /// The ring key whose signing key signed this.
    pub key: String,
}

/// One sealed object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectFacts {
    /// `report` or `result`.
    pub part: String,
    /// Its sealed size in bytes.
    pub bytes: i64,
}

/// Something that may outlive the deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remains {
    /// What, as a sentence.
    pub what: String,
    /// Until when, RFC 3339.
    pub until: String,
}

impl ReceiptFacts {
    /// The facts every receipt of `analysis` states; the caller adds what there was.
    pub(super) fn new(analysis: &AnalysisId, cause: &str, created_at: Timestamp, now: Timestamp) -> Self {
        Self {
            kind: KIND.to_owned(),
            version: VERSION,
            id: ReceiptId::generate(now),
            analysis: analysis.clone(),
            report: None,
            cause: cause.to_owned(),
            created_at: created_at.rfc3339(),
            destroyed_at: now.rfc3339(),
            destroyed: Vec::new(),
            objects: Vec::new(),
            remains: Vec::new(),
            key: String::new(),
        }
    }

    /// Signs the facts as they will be stored.
    pub(super) fn signed(mut self, vault: &Vault) -> Result<NewReceipt, RetentionError> {
        self.key = vault.active_kid().to_owned();
        let body = serde_json::to_string(&self)?;
        let signature = vault.sign(body.as_bytes());
        Ok(NewReceipt { id: self.id, body, kid: signature.kid, signature: signature.bytes.to_vec(), requested_by: None })
    }
}

/// A signed receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The JSON exactly as signed.
    pub body: String,
    /// The key that signed it.
    pub kid: String,
    /// Ed25519 over the body's bytes.
    pub signature: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl From<ReceiptRecord> for Receipt {
    fn from(record: ReceiptRecord) -> Self {
        let ReceiptRecord { id, body, kid, signature, created_at, .. } = record;
        Self { id, body, kid, signature, created_at }
    }
}

impl Receipt {
    /// What it states. Not a check of the signature.
    ///
    /// # Errors
    /// [`RetentionError::BadReceipt`].
    pub fn facts(&self) -> Result<ReceiptFacts, RetentionError> {
        Ok(serde_json::from_str(&self.body)?)
    }

    /// The signature in padded standard base64.
    pub fn signature_base64(&self) -> String {
        STANDARD.encode(&self.signature)
    }

    /// Checks the signature with any key of the ring and reads the facts.
    ///
    /// # Errors
    /// [`RetentionError::Signature`] or [`RetentionError::BadReceipt`].
    pub fn verify(&self, vault: &Vault) -> Result<ReceiptFacts, RetentionError> {
        vault.verify(self.body.as_bytes(), &signature(&self.kid, &self.signature)?)?;
        self.facts()
    }
}

/// Checks a receipt as anybody can: its text, its signature in base64, and a public key. Answers what it states.
///
/// # Errors
/// [`RetentionError::Signature`] or [`RetentionError::BadReceipt`].
pub fn verify_receipt(body: &str, signature_base64: &str, key: &PublicKey) -> Result<ReceiptFacts, RetentionError> {
    let bytes = STANDARD.decode(signature_base64).map_err(|_| VaultError::BadSignature)?;
    verify_with(key, body.as_bytes(), &signature(&key.kid, &bytes)?)?;
    Ok(serde_json::from_str(body)?)
}

fn signature(kid: &str, bytes: &[u8]) -> Result<Signature, VaultError> {
    let bytes = bytes.try_into().map_err(|_| VaultError::BadSignature)?;
    Ok(Signature { kid: kid.to_owned(), bytes })
}
