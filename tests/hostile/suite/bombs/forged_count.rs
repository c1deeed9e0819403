//! A section that says that it has four billion types, and has none.

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    // Types, five bytes: the highest number of 32 bits.
    bytes.extend([7, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    bytes
}
