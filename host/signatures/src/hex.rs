//! Bytes as lower-case hexadecimal digits.

use std::fmt::Write as _;

pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).filter(|_| !c.is_ascii_uppercase()))
        .map(|digit| digit.and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let (pairs, []) = digits.as_deref()?.as_chunks::<2>() else {
        return None;
    };
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(encode(&[0, 0x5e, 0xff]), "005eff");
        assert_eq!(decode("005eff"), Some([0, 0x5e, 0xff]));
        for wrong in [
            "", "00", "005ef", "005eff0", "005EFF", "005efg", "00 eff", "é5efé",
        ] {
            assert_eq!(decode::<3>(wrong), None, "{wrong}");
        }
    }
}
