//! The SDK's client as R2 wants it: region `auto`, path style, static credentials, no checksums the store does not ask for.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Config, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use super::S3Settings;

/// Pause before the second try of a request; doubled for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Longest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// A client for these settings. Asks nothing yet.
pub(super) fn build(settings: &S3Settings) -> Client {
    let credentials =
        Credentials::new(settings.access_key_id.reveal(), settings.secret_access_key.reveal(), None, None, "proofsheet");
    let retries = RetryConfig::standard()
        .with_max_attempts(settings.attempts_max)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(PAUSE_MAX);
    let stalls = StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(settings.stall_secs)).build();
    let config = Config::builder()
        // Without a version the client panics when it is made.
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client(settings))
        .endpoint_url(settings.endpoint.trim_end_matches('/'))
        .region(Region::new(settings.region.clone()))
        .force_path_style(true)
        .disable_s3_express_session_auth(true)
        .credentials_provider(credentials)
        // R2 once refused the SDK's own CRC32, and refuses two checksums at once. The body's SHA-256 is signed all the same.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .retry_config(retries)
        .retry_classifier(Busy)
        .timeout_config(times(settings, 0))
        .stalled_stream_protection(stalls)
        .build();
    Client::from_conf(config)
}

/// R2 answers 429 to a second write of a name within a second, with a code the SDK does not know as one that passes.
#[derive(Debug)]
struct Busy;

impl ClassifyRetry for Busy {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().map(|response| response.status().as_u16()) {
            Some(408 | 425 | 429) => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "busy"
    }
}

fn http_client(settings: &S3Settings) -> SharedHttpClient {
    if settings.endpoint.starts_with("http://") {
        return HttpBuilder::new().build_http();
    }
    HttpBuilder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

fn times(settings: &S3Settings, bytes: u64) -> TimeoutConfig {
    let transfer = settings.transfer(bytes);
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(settings.connect_secs))
        .operation_attempt_timeout(Duration::from_secs(settings.attempt_secs) + transfer)
        .operation_timeout(Duration::from_secs(settings.operation_secs) + transfer * settings.attempts_max)
        .build()
}

/// What one request that carries so many bytes changes: more time.
pub(super) fn time_for(settings: &S3Settings, bytes: u64) -> Builder {
    Config::builder().timeout_config(times(settings, bytes))
}
