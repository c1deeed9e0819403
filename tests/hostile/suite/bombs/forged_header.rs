//! A component of a version that there is not.

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    bytes[4..6].copy_from_slice(&[0xff, 0xff]);
    bytes
}
