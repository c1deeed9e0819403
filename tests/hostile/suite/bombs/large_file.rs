//! A component of 17 MiB, of which nearly all is nothing.

use std::borrow::Cow;

use wasm_encoder::CustomSection;

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let nothing = CustomSection {
        name: Cow::Borrowed("nothing"),
        data: Cow::Owned(vec![0; 17 << 20]),
    };
    with(honest, &nothing)
}
