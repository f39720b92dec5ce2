//! How often somebody may do something: one token bucket for each action and each key, user or address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use super::problem::whole_seconds;
use super::{Problem, ProblemKind, RateSettings};

/// Buckets an action keeps at most; whoever comes after shares one.
const BUCKETS_MAX: usize = 100_000;
/// What is allowed: a name, how many (`q`), in how many seconds (`w`).
pub const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it (`r`), and in how many seconds there is more (`t`).
pub const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// Window of every policy, in seconds.
const WINDOW_SECS: u64 = 60;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A try to sign in.
    SignIn,
    /// A request with a missing or wrong key.
    FailedKey,
    /// An upload.
    Upload,
    /// Deliveries asked for again.
    Redeliver,
    /// Any other API request.
    Api,
    /// A page or a public thing.
    Page,
}

impl Action {
    /// All.
    pub const ALL: [Self; 6] = [Self::SignIn, Self::FailedKey, Self::Upload, Self::Redeliver, Self::Api, Self::Page];

    /// The policy's name in the `RateLimit` headers.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::FailedKey => "failed-key",
            Self::Upload => "upload",
            Self::Redeliver => "redeliver",
            Self::Api => "api",
            Self::Page => "page",
        }
    }

    const fn share(self, rates: &RateSettings) -> NonZeroU32 {
        match self {
            Self::SignIn => rates.sign_in_per_min,
            Self::FailedKey => rates.failed_key_per_min,
            Self::Upload => rates.uploads_per_min,
            Self::Redeliver => rates.redeliveries_per_min,
            Self::Api => rates.api_per_min,
            Self::Page => rates.pages_per_min,
        }
    }
}

/// Whose share it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// An API key or a user, by id.
    Id(String),
    /// An address: IPv4 whole, IPv6 by its /64, because a customer gets that much.
    Address(IpAddr),
    /// Everybody past the bound on buckets.
    Crowd,
}

impl Who {
    /// The address a request came from; a peer without one shares a bucket.
    pub fn address(request: &HttpRequest) -> Self {
        request.peer_addr().map_or(Self::Crowd, |peer| Self::Address(prefix(peer.ip())))
    }
}

/// Who an address stands for: IPv4 whole, IPv6 by its /64.
pub fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

type Buckets = RateLimiter<Who, DefaultKeyedStateStore<Who>, DefaultClock, StateInformationMiddleware>;

/// The buckets of this node.
#[derive(Debug)]
pub struct Limiter {
    buckets: HashMap<Action, (NonZeroU32, Buckets)>,
    clock: DefaultClock,
}

/// What is left of a share, for the answer's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    action: Action,
    quota: u32,
    remaining: u32,
    wait: Duration,
}

impl Limiter {
    /// With these shares.
    pub fn new(rates: &RateSettings) -> Self {
        let buckets = Action::ALL.map(|action| {
            let share = action.share(rates);
            let limiter = RateLimiter::keyed(Quota::per_minute(share)).with_middleware::<StateInformationMiddleware>();
            (action, (share, limiter))
        });
        Self { buckets: HashMap::from(buckets), clock: DefaultClock::default() }
    }

    /// The share of an action, in requests a minute.
    pub fn quota(&self, action: Action) -> u32 {
        self.buckets.get(&action).map_or(0, |(quota, _)| quota.get())
    }

    /// Takes one from the share.
    ///
    /// # Errors
    /// 429 with `Retry-After` and the `RateLimit` headers when the share is used up.
    pub fn take(&self, action: Action, who: Who) -> Result<Share, Problem> {
        let Some((quota, buckets)) = self.buckets.get(&action) else {
            return Err(Problem::internal("an action without buckets"));
        };
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain_recent();
        }
        let who = if buckets.len() >= BUCKETS_MAX { Who::Crowd } else { who };
        match buckets.check_key(&who) {
            Ok(state) => {
                Ok(Share { action, quota: quota.get(), remaining: state.remaining_burst_capacity(), wait: Duration::ZERO })
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now());
                let share = Share { action, quota: quota.get(), remaining: 0, wait };
                let mut problem = Problem::new(ProblemKind::TooManyRequests).retry_after(wait).closing();
                for (name, value) in share.headers() {
                    problem = problem.header(name, value);
                }
                Err(problem
                    .limit(u64::from(quota.get()), None)
                    .detail(format!("The share of {quota} a minute for \"{}\" is used up.", action.slug())))
            }
        }
    }

    /// As [`Limiter::take`], and keeps what is left for the answer's headers.
    ///
    /// # Errors
    /// As [`Limiter::take`].
    pub fn charge(&self, request: &HttpRequest, action: Action, who: Who) -> Result<(), Problem> {
        let share = self.take(action, who)?;
        request.extensions_mut().insert(share);
        Ok(())
    }
}

impl Share {
    /// Fields of draft-ietf-httpapi-ratelimit-headers.
    fn headers(self) -> [(HeaderName, String); 2] {
        let name = self.action.slug();
        let until = if self.wait.is_zero() { WINDOW_SECS / u64::from(self.quota).max(1) } else { whole_seconds(self.wait) };
        [
            (RATELIMIT_POLICY, format!("\"{name}\";q={};w={WINDOW_SECS}", self.quota)),
            (RATELIMIT, format!("\"{name}\";r={};t={}", self.remaining, until.max(1))),
        ]
    }

    fn write(self, headers: &mut HeaderMap) {
        for (name, value) in self.headers() {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

/// Middleware: pages and public things by address, and the `RateLimit` headers of whatever share was charged within. What is
/// asked of the API and charged to nobody (no such address or method, a body refused before its key was looked at, what
/// anybody may read) is charged to the address as well, so that every answer under `/v1` says where its sender stands.
///
/// # Errors
/// Those of the inner services.
pub async fn by_address(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let path = request.path();
    let is_api = path.starts_with("/v1/");
    let is_counted = !is_api && !path.starts_with("/assets/");
    let limiter = request.app_data::<web::Data<Limiter>>().cloned().ok_or_else(|| Problem::internal("no limiter"))?;
    if is_counted && let Err(problem) = limiter.take(Action::Page, Who::address(request.request())) {
        return Ok(request.error_response(problem));
    }
    let mut response = next.call(request).await?;
    let mut share = response.request().extensions().get::<Share>().copied();
    if is_api && share.is_none() && !response.headers().contains_key(RATELIMIT) {
        match limiter.take(Action::Page, Who::address(response.request())) {
            Ok(charged) => share = Some(charged),
            Err(problem) => return Ok(response.error_response(problem)),
        }
    }
    // A refusal names its own share.
    if let Some(share) = share.filter(|_| !response.headers().contains_key(RATELIMIT)) {
        share.write(response.headers_mut());
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_kept_apart_by_who_and_action_and_then_refused() {
        let rates = RateSettings { sign_in_per_min: NonZeroU32::new(2).unwrap(), ..RateSettings::default() };
        let limiter = Limiter::new(&rates);
        let (ada, bob) = (Who::Id("us_a".into()), Who::Id("us_b".into()));
        assert_eq!(limiter.take(Action::SignIn, ada.clone()).unwrap().remaining, 1);
        assert!(limiter.take(Action::SignIn, ada.clone()).is_ok());
        let problem = limiter.take(Action::SignIn, ada.clone()).unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::TooManyRequests);
        let response = problem.response().finish();
        let wait: u64 = response.headers().get("retry-after").unwrap().to_str().unwrap().parse().unwrap();
        assert!((1..=30).contains(&wait), "{wait}");
        assert_eq!(response.headers().get("ratelimit-policy").unwrap(), "\"sign-in\";q=2;w=60");
        assert!(limiter.take(Action::SignIn, bob).is_ok());
        assert!(limiter.take(Action::Upload, ada).is_ok());
    }

    #[test]
    fn ipv6_is_counted_by_its_64() {
        let a: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let b: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        let c: IpAddr = "2001:db8:1:3::1".parse().unwrap();
        assert_eq!(prefix(a), prefix(b));
        assert_ne!(prefix(a), prefix(c));
        assert_eq!(prefix("::ffff:192.0.2.7".parse().unwrap()), "192.0.2.7".parse::<IpAddr>().unwrap());
    }
}
