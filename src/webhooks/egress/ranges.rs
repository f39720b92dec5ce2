//! The special-purpose address ranges (IANA registries of RFC 6890, state of 2026), and what hides inside IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address that nobody may be called at is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialUse(pub &'static str);

const V4: [(Ipv4Addr, u32, &str); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private network"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "a carrier's shared network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's own services"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private network"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relays"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private network"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarking"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
    (Ipv4Addr::new(255, 255, 255, 255), 32, "broadcast"),
];

/// Outside 2000::/3 nothing is global unicast, so only the ranges within it and those with a name of their own stand here.
const V6: [(Ipv6Addr, u32, &str); 16] = [
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (Ipv6Addr::UNSPECIFIED, 96, "IPv4-compatible"),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96, "translated IPv4"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "local translation"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "discard"),
    (Ipv6Addr::new(0x100, 0, 0, 1, 0, 0, 0, 0), 64, "dummy prefix"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "protocol assignments"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "documentation"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "documentation"),
    (Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16, "segment routing"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a private network"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "site-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
    // 6bone, given back; routed nowhere.
    (Ipv6Addr::new(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16, "reserved"),
];

/// Prefixes behind which an IPv4 address stands: (prefix, its length, bits to the right of the IPv4 address).
const CARRIERS: [(Ipv6Addr, u32, u32); 3] = [
    // mapped
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, 0),
    // NAT64
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, 0),
    // 6to4
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, 80),
];

const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What the address is for, if it is not an ordinary public one.
pub fn special_use(address: IpAddr) -> Option<SpecialUse> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<SpecialUse> {
    let bits = address.to_bits();
    V4.iter().find(|(base, len, _)| (bits ^ base.to_bits()) >> (32 - len) == 0).map(|(_, _, name)| SpecialUse(name))
}

fn special_v6(address: Ipv6Addr) -> Option<SpecialUse> {
    if let Some((.., shift)) = CARRIERS.iter().find(|(base, len, _)| within(address, *base, *len)) {
        let inner = u32::try_from((address.to_bits() >> shift) & u128::from(u32::MAX)).unwrap_or_default();
        return special_v4(Ipv4Addr::from_bits(inner));
    }
    let named = V6.iter().find(|(base, len, _)| within(address, *base, *len)).map(|(_, _, name)| SpecialUse(name));
    named.or_else(|| (!within(address, GLOBAL_UNICAST.0, GLOBAL_UNICAST.1)).then_some(SpecialUse("not public")))
}

fn within(address: Ipv6Addr, base: Ipv6Addr, len: u32) -> bool {
    (address.to_bits() ^ base.to_bits()) >> (128 - len) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_of_each_range_are_special_and_the_neighbors_are_not() {
        for (base, len, name) in V4 {
            let size = 1_u64 << (32 - len);
            let first = u64::from(base.to_bits());
            for bits in [first, first + size - 1, first + size / 2] {
                let address = Ipv4Addr::from_bits(u32::try_from(bits).unwrap());
                assert!(special_v4(address).is_some(), "{address} is {name}");
            }
        }
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "8.8.8.8",
        ] {
            assert_eq!(special_use(public.parse().unwrap()), None, "{public}");
        }
        for (base, len, name) in V6 {
            let last = Ipv6Addr::from_bits(base.to_bits() | (u128::MAX.checked_shr(len).unwrap_or(0)));
            for address in [base, last] {
                assert!(special_v6(address).is_some(), "{address} is {name}");
            }
        }
        for public in ["2606:4700:4700::1111", "2001:200::1", "2a00:1450:4001::5e", "2620:4f:8000::1", "2003::1"] {
            assert_eq!(special_use(public.parse().unwrap()), None, "{public}");
        }
    }

    #[test]
    fn ipv4_inside_ipv6_is_judged_as_ipv4() {
        for (hidden, use_name) in [
            ("::ffff:127.0.0.1", "loopback"),
            ("::ffff:169.254.169.254", "link-local"),
            ("64:ff9b::10.0.0.1", "a private network"),
            ("64:ff9b::7f00:1", "loopback"),
            ("2002:7f00:1::", "loopback"),
            ("2002:c0a8:101::1", "a private network"),
            ("::127.0.0.1", "IPv4-compatible"),
            ("::ffff:0:127.0.0.1", "translated IPv4"),
            ("64:ff9b:1::1.1.1.1", "local translation"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "protocol assignments"),
            ("4000::1", "not public"),
        ] {
            assert_eq!(special_use(hidden.parse().unwrap()), Some(SpecialUse(use_name)), "{hidden}");
        }
        for public in ["::ffff:1.1.1.1", "64:ff9b::8.8.8.8", "2002:0808:0808::1"] {
            assert_eq!(special_use(public.parse().unwrap()), None, "{public}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_mapped_address_is_judged_like_the_plain_one(bits: u32) {
            let plain = Ipv4Addr::from_bits(bits);
            let special = special_use(IpAddr::V4(plain));
            proptest::prop_assert_eq!(special_use(IpAddr::V6(plain.to_ipv6_mapped())), special);
            let nat64 = Ipv6Addr::from_bits(CARRIERS[1].0.to_bits() | u128::from(bits));
            proptest::prop_assert_eq!(special_use(IpAddr::V6(nat64)), special);
            let six_to_four = Ipv6Addr::from_bits(CARRIERS[2].0.to_bits() | (u128::from(bits) << 80));
            proptest::prop_assert_eq!(special_use(IpAddr::V6(six_to_four)), special);
        }
    }
}
