//! Which addresses are not those of a server on the public Internet.
//!
//! From the registries of special-purpose addresses of the IANA (RFC 6890; those of IPv4
//! and IPv6, 2025), from those of multicast, and from what clouds use for services of the
//! machine itself. Of IPv6 only what is given out for global use (`2000::/3`) is public,
//! so a range that is reserved later is refused before anybody adds it here. An address
//! that stands for one of IPv4 is judged as that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range and what is in it, to follow "an address".
type Range<A> = (A, u32, &'static str);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u32, what: &'static str) -> Range<Ipv4Addr> {
    (Ipv4Addr::new(a, b, c, d), prefix, what)
}

/// Ranges of IPv4 that are not public.
const V4: [Range<Ipv4Addr>; 17] = [
    v4(0, 0, 0, 0, 8, "of this machine (RFC 791)"),
    v4(10, 0, 0, 0, 8, "of private networks (RFC 1918)"),
    v4(
        100,
        64,
        0,
        0,
        10,
        "shared by a provider's customers (RFC 6598)",
    ),
    v4(127, 0, 0, 0, 8, "of this machine (loopback, RFC 1122)"),
    v4(
        168,
        63,
        129,
        16,
        32,
        "of services of a cloud for its machines (Azure)",
    ),
    v4(
        169,
        254,
        0,
        0,
        16,
        "of the local link, where clouds keep credentials (RFC 3927)",
    ),
    v4(172, 16, 0, 0, 12, "of private networks (RFC 1918)"),
    v4(192, 0, 0, 0, 24, "of protocols (RFC 6890)"),
    v4(192, 0, 2, 0, 24, "of examples (RFC 5737)"),
    v4(192, 88, 99, 0, 24, "of relays that are no more (RFC 7526)"),
    v4(192, 168, 0, 0, 16, "of private networks (RFC 1918)"),
    v4(198, 18, 0, 0, 15, "of measurements (RFC 2544)"),
    v4(198, 51, 100, 0, 24, "of examples (RFC 5737)"),
    v4(203, 0, 113, 0, 24, "of examples (RFC 5737)"),
    v4(224, 0, 0, 0, 4, "of groups (multicast, RFC 5771)"),
    v4(255, 255, 255, 255, 32, "of everybody (broadcast, RFC 919)"),
    v4(240, 0, 0, 0, 4, "that is reserved (RFC 1112)"),
];

const fn v6(a: u16, b: u16, c: u16, prefix: u32, what: &'static str) -> Range<Ipv6Addr> {
    (Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix, what)
}

/// Ranges of IPv6 that are not public, in the range of those that are.
const V6: [Range<Ipv6Addr>; 4] = [
    v6(
        0x2001,
        0,
        0,
        23,
        "of protocols (RFC 2928; Teredo and others)",
    ),
    v6(0x2001, 0xdb8, 0, 32, "of examples (RFC 3849)"),
    v6(
        0x2002,
        0,
        0,
        16,
        "that stands for one of IPv4 (6to4, RFC 3056)",
    ),
    v6(0x3fff, 0, 0, 20, "of examples (RFC 9637)"),
];

/// Ranges of IPv6 outside of it, only to say what they are.
const V6_OUTSIDE: [Range<Ipv6Addr>; 6] = [
    v6(
        0xfc00,
        0,
        0,
        7,
        "of private networks, where clouds keep credentials (RFC 4193)",
    ),
    v6(0xfe80, 0, 0, 10, "of the local link (RFC 4291)"),
    v6(0xfec0, 0, 0, 10, "of a site (RFC 3879)"),
    v6(0xff00, 0, 0, 8, "of groups (multicast, RFC 4291)"),
    v6(0x64, 0xff9b, 1, 48, "of a translation to IPv4 (RFC 8215)"),
    v6(
        0,
        0,
        0,
        8,
        "of this machine, or that stands for one of IPv4 (RFC 4291)",
    ),
];

/// Addresses that are given out for global use (RFC 3587).
const V6_PUBLIC: Range<Ipv6Addr> = v6(0x2000, 0, 0, 3, "");

/// The well-known prefix of translators to IPv4 (NAT64, RFC 6052): how machines that have
/// only IPv6 reach all servers that have only IPv4.
const NAT64: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

/// What an address is, if it is not one of a public server: to follow "an address".
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => {
            if let [a, b, c, d, e, f, high, low] = address.segments()
                && [a, b, c, d, e, f] == NAT64
            {
                return not_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
            }
            match v6_is_in(address, V6_PUBLIC) {
                true => V6.into_iter().find(|range| v6_is_in(address, *range)),
                false => Some(
                    V6_OUTSIDE
                        .into_iter()
                        .find(|range| v6_is_in(address, *range))
                        .unwrap_or((Ipv6Addr::UNSPECIFIED, 0, "that is reserved (RFC 4291)")),
                ),
            }
            .map(|(_, _, what)| what)
        }
    }
}

fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    V4.into_iter()
        .find(|(start, prefix, _)| (address.to_bits() ^ start.to_bits()).leading_zeros() >= *prefix)
        .map(|(_, _, what)| what)
}

fn v6_is_in(address: Ipv6Addr, (start, prefix, _): Range<Ipv6Addr>) -> bool {
    (address.to_bits() ^ start.to_bits()).leading_zeros() >= prefix
}

#[cfg(test)]
mod tests;
