//! How many connections there may be, in all and from one address, and what those past it hear: a whole answer, cheaply, and a
//! closed connection.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::Terms;
use crate::http::ProblemKind;
use crate::http::limits::prefix;

/// Files kept aside for the database, workers, the store, receivers and the log.
const FILES_ASIDE: usize = 256;
/// Connections that are told why they are refused, at a time; those past it are only closed.
pub const REFUSALS_MAX: usize = 64;
/// How long somebody who is refused may take to hear it.
const REFUSAL_MAX: Duration = Duration::from_secs(1);
/// Bytes of a refused request that are read away, so that the answer arrives before the connection's end does.
const REFUSED_BYTES_MAX: u64 = 64 * 1024;

/// Connections at a time.
#[derive(Debug, Clone)]
pub struct Crowd {
    all_max: usize,
    per_address_max: usize,
    counts: Arc<Mutex<HashMap<Option<IpAddr>, usize>>>,
    refusals: Arc<Semaphore>,
}

/// A connection's place; given back when it is dropped.
#[derive(Debug)]
pub struct ConnectionPlace {
    address: Option<IpAddr>,
    crowd: Crowd,
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        let mut counts = self.crowd.lock();
        match counts.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.remove(&self.address)),
        }
    }
}

impl Crowd {
    /// So many in all and from one address (IPv6: from one /64).
    pub fn new(all_max: usize, per_address_max: usize) -> Self {
        Self { all_max, per_address_max, counts: Arc::default(), refusals: Arc::new(Semaphore::new(REFUSALS_MAX)) }
    }

    /// As [`Crowd::new`], but never more than this process may have files open; asks the kernel for as many as are needed.
    pub fn affordable(all_max: usize, per_address_max: usize) -> Self {
        let needed = u64::try_from(all_max.saturating_add(FILES_ASIDE)).unwrap_or(u64::MAX);
        let limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < needed) {
            let current = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
            if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum: limit.maximum }) {
                tracing::debug!(%error, "no more files may be open");
            }
        }
        let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
        let affordable = all_max.min(files.saturating_sub(FILES_ASIDE)).max(1);
        if affordable < all_max {
            tracing::warn!(connections = affordable, wanted = all_max, "fewer files may be open than connections are allowed");
        }
        Self::new(affordable, per_address_max)
    }

    /// Most connections at a time.
    pub const fn all_max(&self) -> usize {
        self.all_max
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Option<IpAddr>, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more; connections whose address nobody knows share one.
    ///
    /// # Errors
    /// The row of the catalogue it is refused with: 429 when the address has its share, 503 when all places are taken.
    pub fn admit(&self, peer: Option<IpAddr>) -> Result<ConnectionPlace, ProblemKind> {
        let address = peer.map(prefix);
        let mut counts = self.lock();
        let from_there = counts.get(&address).copied().unwrap_or_default();
        if from_there >= self.per_address_max {
            return Err(ProblemKind::TooManyRequests);
        }
        if counts.values().sum::<usize>() >= self.all_max {
            return Err(ProblemKind::NoRoom);
        }
        counts.insert(address, from_there + 1);
        Ok(ConnectionPlace { address, crowd: self.clone() })
    }
}

/// Says why and closes. Whoever does not listen costs a second at most.
pub async fn refuse(mut io: TcpStream, kind: ProblemKind, terms: &Terms) {
    let Ok(_permit) = terms.crowd.refusals.clone().try_acquire_owned() else { return };
    let said = async {
        io.write_all(terms.answer(kind).as_bytes()).await?;
        io.shutdown().await?;
        // What is still unread at the end would make the kernel throw our answer away.
        let (mut rest, mut piece) = (io.take(REFUSED_BYTES_MAX), [0; 4096]);
        while rest.read(&mut piece).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    // Nobody can be told if this fails.
    drop(tokio::time::timeout(REFUSAL_MAX, said).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn places_are_given_up_to_both_bounds_and_taken_back() {
        let crowd = Crowd::new(3, 2);
        let (first, _second) = (crowd.admit(ip("192.0.2.1")).unwrap(), crowd.admit(ip("192.0.2.1")).unwrap());
        assert_eq!(crowd.admit(ip("192.0.2.1")).unwrap_err(), ProblemKind::TooManyRequests);
        let _third = crowd.admit(ip("192.0.2.2")).unwrap();
        assert_eq!(crowd.admit(ip("192.0.2.3")).unwrap_err(), ProblemKind::NoRoom);
        drop(first);
        let _again = crowd.admit(ip("192.0.2.3")).unwrap();
        assert_eq!(crowd.admit(None).unwrap_err(), ProblemKind::NoRoom);
    }

    #[test]
    fn an_address_of_ipv6_is_its_network() {
        let crowd = Crowd::new(9, 1);
        let _one = crowd.admit(ip("2001:db8:0:1::1")).unwrap();
        assert!(crowd.admit(ip("2001:db8:0:1:ffff::2")).is_err());
        let _two = crowd.admit(ip("2001:db8:0:2::1")).unwrap();
        let _mapped = crowd.admit(ip("::ffff:192.0.2.1")).unwrap();
        assert!(crowd.admit(ip("192.0.2.1")).is_err());
    }

    #[test]
    fn who_is_gone_is_forgotten_and_no_more_are_promised_than_files() {
        let crowd = Crowd::affordable(usize::MAX, 2);
        drop(crowd.admit(ip("192.0.2.1")).unwrap());
        assert!(crowd.lock().is_empty());
        let files = getrlimit(Resource::Nofile).current.map_or(usize::MAX, |files| usize::try_from(files).unwrap());
        assert!(crowd.all_max() <= files);
        assert_eq!(Crowd::affordable(3, 2).all_max(), 3);
    }
}
