//! Fuzz targets: what strangers hand to the sandbox, a component file and what its calls
//! return. See `tests/fuzz/README.md`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod columns;
mod custom_sections;
mod file;
mod outcomes;
mod said;

use arbitrary::{Result, Unstructured};

/// Up to so many.
fn several<T>(
    input: &mut Unstructured<'_>,
    most: u8,
    one: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = input.arbitrary::<u8>()? % (most + 1);
    (0..count).map(|_| one(input)).collect()
}

/// A few bytes.
fn bytes(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let length = usize::from(input.arbitrary::<u8>()? % 24);
    Ok(input.bytes(length.min(input.len()))?.to_vec())
}

/// A short text.
fn text(input: &mut Unstructured<'_>) -> Result<String> {
    Ok(String::from_utf8_lossy(&bytes(input)?).into_owned())
}

/// So many bytes, or in rare cases a few more or less.
fn about(input: &mut Unstructured<'_>, length: usize) -> Result<Vec<u8>> {
    let length = match input.arbitrary::<u8>()? {
        255 => length + 1,
        254 => length.saturating_sub(1),
        253 => usize::from(input.arbitrary::<u8>()?),
        _ => length,
    };
    // All that is left, and zeros after it.
    let mut bytes = input.bytes(length.min(input.len()))?.to_vec();
    bytes.resize(length, 0);
    Ok(bytes)
}
