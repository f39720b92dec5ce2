//! Standard Webhooks v1: HMAC-SHA256 over `id.timestamp.body`, as `v1,` and padded base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::EndpointSecret;
use crate::domain::{EventId, Timestamp};

/// The event's id, the same on every attempt.
pub const ID_HEADER: &str = "webhook-id";
/// Whole seconds of the attempt, new on every attempt.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// The three headers of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// For [`ID_HEADER`].
    pub id: String,
    /// For [`TIMESTAMP_HEADER`].
    pub timestamp: String,
    /// For [`SIGNATURE_HEADER`]: `v1,` and 44 characters; one space between several.
    pub signature: String,
}

/// Signs a body as it will be sent, at the second of the attempt.
pub fn sign(secret: &EndpointSecret, event: &EventId, attempted_at: Timestamp, body: &[u8]) -> SignedHeaders {
    sign_with_all(std::slice::from_ref(secret), event, attempted_at, body)
}

/// Signs with every secret that is valid now, in the order given: the newest first. One line, one space between two.
pub fn sign_with_all(secrets: &[EndpointSecret], event: &EventId, attempted_at: Timestamp, body: &[u8]) -> SignedHeaders {
    let timestamp = attempted_at.epoch_secs().to_string();
    let items: Vec<String> =
        secrets.iter().map(|secret| signature_item(secret.bytes(), event.as_str(), &timestamp, body)).collect();
    SignedHeaders { id: event.as_str().to_owned(), timestamp, signature: items.join(" ") }
}

pub(super) fn signature_item(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> String {
    // The secret is shorter than SHA-256's block of 64 bytes, which HMAC fills up with zeros (RFC 2104).
    let mut block = zeroize::Zeroizing::new([0_u8; 64]);
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&(*block).into());
    for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(piece);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_published_vectors_come_out_byte_for_byte() {
        let vectors = [
            (
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                "1649367553",
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
        ];
        for (secret, id, timestamp, body, signature) in vectors {
            let key = STANDARD.decode(secret).unwrap();
            assert_eq!(signature_item(&key, id, timestamp, body.as_bytes()), signature);
        }
    }

    #[test]
    fn the_standard_library_of_receivers_accepts_it() {
        let secret = EndpointSecret::generate();
        let receiver = standardwebhooks::Webhook::new(secret.plain().expose()).unwrap();
        let event = EventId::generate(Timestamp::from_epoch_millis(0));
        let at = Timestamp::from_epoch_millis(1_795_270_800_999);
        let body = br#"{"type":"endpoint.test","timestamp":"2026-11-21T14:20:00.999Z","data":{}}"#;
        let headers = sign(&secret, &event, at, body);
        assert_eq!(headers.timestamp, "1795270800", "whole seconds");
        assert!(headers.signature.len() == 47 && headers.signature.ends_with('='), "{}", headers.signature);

        // The library's own signer agrees; its verifier wants the present, which the receiver's test in dispatcher_tests has.
        let theirs = receiver.sign(event.as_str(), 1_795_270_800, body).unwrap();
        assert_eq!(theirs, headers.signature);
    }
}
