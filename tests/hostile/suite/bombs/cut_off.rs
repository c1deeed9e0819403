//! A component that ends in the middle.

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    honest[..honest.len() / 2].to_vec()
}
