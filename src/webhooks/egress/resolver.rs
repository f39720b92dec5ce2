//! From a host's name to addresses that were checked. Used when an endpoint is registered, and by the HTTP client in place of
//! its own resolver, so that no second look-up can give another answer (DNS rebinding).

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::target::is_localhost;
use super::{EgressPolicy, SpecialUse, special_use};

/// Addresses to come.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows the addresses of a name.
pub trait Lookup: Send + Sync + fmt::Debug {
    /// All addresses of `name`.
    fn addresses(&self, name: String) -> Found;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, name: String) -> Found {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Why a name may not be connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// The name has no address, or the look-up failed.
    #[error("the host name could not be resolved")]
    Unknown,
    /// At least one address is not an ordinary public one; one is enough, since any may be picked.
    #[error("the host name resolves to an address that is not public ({})", special_use.0)]
    Special {
        /// What that address is for.
        special_use: SpecialUse,
    },
}

/// Resolves names and lets through only answers that are in bounds as a whole.
#[derive(Debug, Clone)]
pub struct CheckedResolver {
    lookup: Arc<dyn Lookup>,
    policy: EgressPolicy,
}

impl CheckedResolver {
    /// Asks `lookup` and applies `policy`.
    pub fn new(lookup: Arc<dyn Lookup>, policy: EgressPolicy) -> Self {
        Self { lookup, policy }
    }

    /// All addresses of `name`, if every one of them may be connected to.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub async fn resolve_checked(&self, name: &str) -> Result<Vec<IpAddr>, NotAllowed> {
        let addresses = self.lookup.addresses(name.to_owned()).await.map_err(|_| NotAllowed::Unknown)?;
        if addresses.is_empty() {
            return Err(NotAllowed::Unknown);
        }
        let here = self.policy.allow_loopback && is_localhost(name);
        for address in &addresses {
            self.check(*address, here)?;
        }
        Ok(addresses)
    }

    /// `here`: the name means this machine and may. It may then mean nothing else.
    fn check(&self, address: IpAddr, here: bool) -> Result<(), NotAllowed> {
        if here && address.is_loopback() {
            return Ok(());
        }
        match special_use(address) {
            Some(special_use) => Err(NotAllowed::Special { special_use }),
            None if here => Err(NotAllowed::Special { special_use: SpecialUse("localhost, but elsewhere") }),
            None => Ok(()),
        }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.resolve_checked(name.as_str()).await?;
            // Port 0: the client puts in the one of the URL.
            let sockets: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(sockets)
        })
    }
}
