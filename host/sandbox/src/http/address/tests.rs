#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ipnet::IpNet;
use proptest::prelude::*;

use super::*;

/// The registries of special-purpose addresses of the IANA, each with what it says of
/// global reachability.
const IANA: [(&str, bool); 51] = [
    ("0.0.0.0/8", false),
    ("0.0.0.0/32", false),
    ("10.0.0.0/8", false),
    ("100.64.0.0/10", false),
    ("127.0.0.0/8", false),
    ("169.254.0.0/16", false),
    ("172.16.0.0/12", false),
    ("192.0.0.0/29", false),
    ("192.0.0.8/32", false),
    ("192.0.0.9/32", true),
    ("192.0.0.10/32", true),
    ("192.0.0.170/32", false),
    ("192.0.0.171/32", false),
    ("192.0.2.0/24", false),
    ("192.31.196.0/24", true),
    ("192.52.193.0/24", true),
    ("192.88.99.0/24", true),
    ("192.168.0.0/16", false),
    ("192.175.48.0/24", true),
    ("198.18.0.0/15", false),
    ("198.51.100.0/24", false),
    ("203.0.113.0/24", false),
    ("240.0.0.0/4", false),
    ("255.255.255.255/32", false),
    ("::1/128", false),
    ("::/128", false),
    ("::ffff:0:0/96", false),
    ("64:ff9b::/96", true),
    ("64:ff9b:1::/48", false),
    ("100::/64", false),
    ("100:0:0:1::/64", false),
    ("2001::/23", false),
    ("2001::/32", false),
    ("2001:1::1/128", true),
    ("2001:1::2/128", true),
    ("2001:1::3/128", true),
    ("2001:2::/48", false),
    ("2001:3::/32", true),
    ("2001:4:112::/48", true),
    ("2001:10::/28", false),
    ("2001:20::/28", true),
    ("2001:30::/28", true),
    ("2001:db8::/32", false),
    ("2002::/16", false),
    ("2620:4f:8000::/48", true),
    ("3fff::/20", false),
    ("5f00::/16", false),
    ("fc00::/7", false),
    ("fe80::/10", false),
    ("224.0.0.0/4", false),
    ("ff00::/8", false),
];

/// Ranges that may be reached and are of no server: for relays, discovery and identities
/// that are no addresses.
const REFUSED_AS_WELL: [&str; 10] = [
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.88.99.0/24",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
];

/// The first and the last address of a range, and those beside it.
fn edges(range: &str) -> (Vec<IpAddr>, Vec<IpAddr>) {
    match range.parse().unwrap() {
        IpNet::V4(net) => {
            let (first, last) = (net.network().to_bits(), net.broadcast().to_bits());
            let beside = [first.checked_sub(1), last.checked_add(1)];
            let address = |bits| IpAddr::V4(Ipv4Addr::from_bits(bits));
            (
                [first, last].map(address).into(),
                beside.into_iter().flatten().map(address).collect(),
            )
        }
        IpNet::V6(net) => {
            let (first, last) = (net.network().to_bits(), net.broadcast().to_bits());
            let beside = [first.checked_sub(1), last.checked_add(1)];
            let address = |bits| IpAddr::V6(Ipv6Addr::from_bits(bits));
            (
                [first, last].map(address).into(),
                beside.into_iter().flatten().map(address).collect(),
            )
        }
    }
}

#[test]
fn ranges_that_are_not_global_are_refused_from_end_to_end() {
    for (range, global) in IANA {
        // Those of a translator are judged as what they stand for.
        if (global && !REFUSED_AS_WELL.contains(&range)) || range == "::ffff:0:0/96" {
            continue;
        }
        for address in edges(range).0 {
            assert!(not_public(address).is_some(), "{address} of {range}");
        }
    }
}

#[test]
fn global_ranges_are_not() {
    for (range, global) in IANA {
        if !global || REFUSED_AS_WELL.contains(&range) || range == "64:ff9b::/96" {
            continue;
        }
        for address in edges(range).0 {
            assert_eq!(not_public(address), None, "{address} of {range}");
        }
    }
}

#[test]
fn the_tables_end_where_the_registries_say() {
    let ranges = V4
        .iter()
        .map(|(start, prefix, _)| format!("{start}/{prefix}"))
        .chain(
            V6.iter()
                .map(|(start, prefix, _)| format!("{start}/{prefix}")),
        );
    for range in ranges {
        let (inside, beside) = edges(&range);
        for address in inside {
            assert!(not_public(address).is_some(), "{address} of {range}");
        }
        for address in beside {
            let other = IANA.iter().any(|(other, global)| {
                !global && other.parse::<IpNet>().unwrap().contains(&address)
            });
            let other = other || V4.iter().any(|(start, _, _)| IpAddr::V4(*start) == address);
            assert_eq!(
                not_public(address).is_some(),
                other,
                "{address}, beside {range}"
            );
        }
    }
}

#[test]
fn well_known_addresses() {
    for refused in [
        "169.254.169.254",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:7f00:1::",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ] {
        assert!(not_public(refused.parse().unwrap()).is_some(), "{refused}");
    }
    for public in [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.216.34",
        "168.63.129.17",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ] {
        assert_eq!(not_public(public.parse().unwrap()), None, "{public}");
    }
}

proptest! {
    #[test]
    fn forms_of_an_address_are_judged_alike(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        let judged = not_public(IpAddr::V4(address));
        prop_assert_eq!(not_public(IpAddr::V6(address.to_ipv6_mapped())), judged);
        let [a, b, c, d] = address.octets().map(u16::from);
        let translated = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a << 8 | b, c << 8 | d);
        prop_assert_eq!(not_public(IpAddr::V6(translated)), judged);
        prop_assert!(not_public(IpAddr::V6(address.to_ipv6_compatible())).is_some());
    }

    #[test]
    fn no_private_address_of_the_standard_library_is_public(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        let special = address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_broadcast()
            || address.is_documentation()
            || address.is_unspecified()
            || address.is_multicast();
        prop_assert!(!special || not_public(IpAddr::V4(address)).is_some());
    }

    #[test]
    fn of_ipv6_only_global_unicast_is_public(bits: u128) {
        let address = Ipv6Addr::from_bits(bits);
        let global = bits >> 125 == 1;
        let translated = bits >> 32 == 0x64_ff9b << 64 || bits >> 32 == 0xffff;
        if !global && !translated {
            prop_assert!(not_public(IpAddr::V6(address)).is_some());
        }
    }
}
