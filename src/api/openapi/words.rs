//! Words of the contract as schemas: ids, times and the closed lists of the code. A field names its word by `value_type`.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::db;
use crate::domain::{self, AnalysisState, EventKind, Scope};
use crate::measure::PhotoProblem as UnusablePhoto;
use crate::webhooks::Outcome;

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:expr;)*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug)]
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let schema: ObjectBuilder = $schema;
                    schema.description(Some(concat!($($doc),+).trim())).into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed(stringify!($name))
                }
            }
        )*

        /// All of them, for the document's components.
        #[derive(utoipa::OpenApi)]
        #[openapi(components(schemas($($name),*)))]
        pub struct Words;
    };
}

/// An id: its prefix and 26 characters of Crockford's base 32.
fn id(prefix: &str, example: &str) -> ObjectBuilder {
    let pattern = format!("^{prefix}_[0-9A-HJKMNP-TV-Z]{{26}}$");
    text().pattern(Some(pattern)).examples([format!("{prefix}_{example}")])
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn one_of(values: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    text().enum_values(Some(values.into_iter().map(str::to_owned)))
}

words! {
    /// Id of an analysis.
    AnalysisId = id("an", "01KAPS2Q8Z4T6V9XJ3M5N7P0R1");
    /// Id of a report.
    ReportId = id("rp", "01KAPS30B1W8E5Y2C7D9F4G6HQ");
    /// Id of a receipt.
    ReceiptId = id("rc", "01KB2X7N5M3K9J8H6G4F2D0C1B");
    /// Id of an API key; not the key itself.
    ApiKeyId = id("key", "01KANQ6T2V5W8X1Y3Z7A9B4C6D");
    /// Id of a webhook endpoint.
    EndpointId = id("ep", "01KANR9E7F5G3H1J2K4M6N8P0Q");
    /// Id of an event; also its `webhook-id`.
    EventId = id("ev", "01KAPS30B2R4S6T8V1W3X5Y7Z9");
    /// Id of a delivery of one event to one endpoint.
    DeliveryId = id("dl", "01KAPS30B37A5B9C1D3E6F8G2H");
    /// A time in UTC (RFC 3339), to the second or finer.
    Time = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).examples(["2026-11-22T09:30:00Z"]);
    /// What is asked: snapshot (7 days), portfolio (14 days) or provenance (30 days).
    Product = one_of(domain::Product::ALL.map(domain::Product::slug));
    /// Whether the report shows the photos.
    Previews = one_of(["full", "none"]);
    /// Where an analysis stands.
    State = one_of(["open", "processing", AnalysisState::Completed.slug(), "failed"]);
    /// Why an analysis ended without a report.
    FailureReason = one_of(domain::FailureReason::ALL.map(domain::FailureReason::slug));
    /// Where a report stands.
    ReportLife = one_of(["live", "expired", "deleted"]);
    /// Why a report was destroyed.
    DeletionCause = one_of(domain::DeletionCause::ALL.map(domain::DeletionCause::slug));
    /// Where a photo stands. `lost`: put it again.
    PhotoState = one_of([db::PhotoState::Measured.slug(), "received", "unusable", "lost"]);
    /// Why a photo could not be measured.
    PhotoProblem = one_of(UnusablePhoto::ALL.map(UnusablePhoto::slug));
    /// Number of a photo in its analysis.
    PhotoNumber = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(50)).examples([1]);
    /// What an API key may do.
    KeyScope = one_of(Scope::AGENCY.map(Scope::slug));
    /// `live` for the real thing, `test` for trying out: reports say so on every page, and nothing is counted.
    KeyMode = one_of(domain::KeyMode::ALL.map(domain::KeyMode::slug));
    /// What an API key did.
    KeyDeed = one_of(db::DeedKind::ALL.map(db::DeedKind::slug));
    /// What happened.
    EventType = one_of(EventKind::ALL.map(EventKind::slug));
    /// Whether an endpoint takes events.
    Status = one_of(db::EndpointStatus::ALL.map(db::EndpointStatus::slug));
    /// Why an endpoint was stopped.
    StopReason = one_of(domain::StopReason::ALL.map(domain::StopReason::slug));
    /// Where a delivery stands. `held`: it waits until its endpoint is active again.
    DeliveryState = one_of(db::DeliveryState::ALL.map(db::DeliveryState::slug));
    /// Why a delivery ended without being taken.
    DeliveryEnd = one_of(db::EndReason::ALL.map(db::EndReason::slug));
    /// Whether the schedule or somebody's wish made an attempt.
    AttemptTrigger = one_of(["schedule", "manual"]);
    /// How an attempt ended.
    AttemptOutcome = one_of(Outcome::ALL.map(Outcome::slug));
    /// How a receipt is signed.
    SignatureAlgorithm = one_of(["Ed25519"]);
    /// Always true.
    Yes = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
}
