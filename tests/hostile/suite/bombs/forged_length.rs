//! A section that says that it is 4 GiB long.

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    // A custom section, and the highest number of 32 bits.
    bytes.extend([0, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    bytes
}
