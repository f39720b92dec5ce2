//! Networks a key may be used from: CIDR notation (RFC 4632, RFC 4291) or single addresses.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

use super::AccountError;

/// Networks a key may have at most.
pub const NETWORKS_MAX: usize = 16;
/// Bits of `::ffff:0:0/96`, under which IPv6 carries IPv4 addresses (RFC 4291, section 2.5.5.2).
const MAPPED_BITS: u8 = 96;
/// Longest text of a network, in bytes: a whole IPv6 address that carries an IPv4 one, and its length.
const NETWORK_BYTES_MAX: usize = 49;

/// Where a key may be used from; without any network, from everywhere. Does not print addresses.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads networks as people write them. Bits behind the prefix are dropped, IPv4 carried in IPv6 is reduced to IPv4, and
    /// what is said twice is kept once.
    ///
    /// # Errors
    /// [`AccountError::BadNetwork`] with the number of the first that is none, [`AccountError::TooManyNetworks`].
    pub fn parse(texts: &[impl AsRef<str>]) -> Result<Self, AccountError> {
        let mut networks = Vec::new();
        if texts.len() > NETWORKS_MAX {
            return Err(AccountError::TooManyNetworks { limit: NETWORKS_MAX });
        }
        for (index, text) in texts.iter().enumerate() {
            let network = network(text.as_ref()).ok_or(AccountError::BadNetwork { number: index + 1 })?;
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        Ok(Self(networks))
    }

    /// Whether the key may be used from everywhere.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a key with these networks may be used from there. An unknown address is in no network.
    pub fn allow(&self, from: Option<IpAddr>) -> bool {
        self.is_empty() || from.is_some_and(|address| self.0.iter().any(|network| network.contains(&address.to_canonical())))
    }

    /// Each in CIDR notation.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// As it is sealed into the key's row: with a space between.
    pub(super) fn stored(&self) -> String {
        self.texts().join(" ")
    }
}

impl fmt::Debug for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Networks({})", self.0.len())
    }
}

fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    if text.len() > NETWORK_BYTES_MAX {
        return None;
    }
    let parsed = IpNet::from_str(text).ok().or_else(|| text.parse().ok().map(|address: IpAddr| IpNet::from(address)))?;
    Some(reduced(parsed.trunc()))
}

/// A network of IPv6 addresses that carry IPv4 ones is the network of those.
fn reduced(network: IpNet) -> IpNet {
    if let IpNet::V6(v6) = network
        && v6.prefix_len() >= MAPPED_BITS
        && let Some(v4) = Ipv6Addr::to_ipv4_mapped(&v6.network())
        && let Ok(v4) = Ipv4Net::new(v4, v6.prefix_len() - MAPPED_BITS)
    {
        return v4.into();
    }
    network
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Networks {
        Networks::parse(texts).unwrap()
    }

    fn allows(networks: &Networks, address: &str) -> bool {
        networks.allow(Some(address.parse().unwrap()))
    }

    #[test]
    fn networks_and_addresses_are_read_and_written_one_way() {
        let networks =
            of(&["192.0.2.7", "198.51.100.77/24", " 2001:db8::1/32 ", "::1", "::ffff:203.0.113.0/120", "192.0.2.7/32"]);
        assert_eq!(networks.texts(), ["192.0.2.7/32", "198.51.100.0/24", "2001:db8::/32", "::1/128", "203.0.113.0/24"]);
        let stored = networks.stored();
        assert_eq!(Networks::parse(&stored.split(' ').collect::<Vec<_>>()).unwrap(), networks);
        assert_eq!(format!("{networks:?}"), "Networks(5)");
    }

    #[test]
    fn what_is_no_network_is_named_by_its_number() {
        let all =
            ["", "x", "192.0.2", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/-1", "fe80::1%eth0", "example.com", "010.0.0.1"];
        for bad in all.into_iter().map(str::to_owned).chain(["1".repeat(50)]) {
            let refused = Networks::parse(&["10.0.0.0/8", bad.as_str()]);
            assert!(matches!(refused, Err(AccountError::BadNetwork { number: 2 })), "{bad}");
        }
    }

    #[test]
    fn sixteen_and_not_one_more() {
        let texts: Vec<String> = (0..17).map(|n| format!("10.{n}.0.0/16")).collect();
        assert_eq!(Networks::parse(&texts[..16]).unwrap().texts().len(), 16);
        let refused = Networks::parse(&texts);
        assert!(matches!(refused, Err(AccountError::TooManyNetworks { limit: 16 })));
    }

    #[test]
    fn an_address_is_in_or_out_at_the_edges_and_in_either_form() {
        let networks = of(&["192.0.2.128/25", "2001:db8:1::/48"]);
        for inside in ["192.0.2.128", "192.0.2.255", "::ffff:192.0.2.200", "2001:db8:1::", "2001:db8:1:ffff::1"] {
            assert!(allows(&networks, inside), "{inside}");
        }
        for outside in ["192.0.2.127", "192.0.3.0", "::ffff:192.0.2.127", "2001:db8:2::", "2001:db8:0:ffff::1", "::192.0.2.200"] {
            assert!(!allows(&networks, outside), "{outside}");
        }
        assert!(!networks.allow(None), "who cannot be told apart is not let in");
        assert!(of(&[]).allow(None) && allows(&of(&[]), "192.0.2.1"), "without networks a key is good everywhere");
        assert!(allows(&of(&["::ffff:0:0/96"]), "192.0.2.1") && !allows(&of(&["::/0"]), "192.0.2.1"));
    }
}
