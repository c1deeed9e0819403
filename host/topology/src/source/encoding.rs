//! The bytes of a topology file as text.

use std::ops::Range;

use super::MAX_BYTES;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// What an editor may put before text in UTF-8. It means nothing.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// What the bytes 0x80 to 0x9F are in Windows-1252. Five of them are nothing.
const WINDOWS: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘',
    '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The text of a topology file. A file that is too large is not looked at here:
/// [`crate::parse`] refuses it. `file_name` is only shown.
///
/// # Errors
/// The file is not UTF-8. The error has the line of the first byte that is not.
pub fn decode(file_name: &str, bytes: &[u8]) -> Result<String, Diagnostics> {
    if bytes.len() > MAX_BYTES {
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    if let Some((encoding, text)) = wide(bytes) {
        let message = format!("the file is {encoding}, but must be UTF-8");
        let first = text.chars().next().map_or(0, char::len_utf8);
        let from = match bytes.first() {
            Some(0xff | 0xfe) => encoding.to_owned(),
            // Without a mark its order must be told.
            Some(0) if bytes.get(1) != Some(&0) => format!("{encoding}BE"),
            Some(0) => encoding.to_owned(),
            _ => format!("{encoding}LE"),
        };
        let (label, from) = (String::new(), Some(from));
        return Err(refused(file_name, &text, 0..first, message, label, from));
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    if bytes.contains(&0) {
        let text = String::from_utf8_lossy(bytes);
        let message = "the file is no text, as it has bytes that are zero";
        let item =
            Diagnostic::new(Code::NotUtf8, 0..0, message).help("a topology file is YAML in UTF-8");
        return Err(Diagnostics::new(file_name.into(), text.into(), vec![item]));
    }
    let byte = bytes.get(at).copied().unwrap_or_default();
    let label = match in_other_encodings(byte) {
        Some((encoding, c)) => format!("the byte 0x{byte:02X}, which is `{c}` in {encoding}"),
        None => format!("the byte 0x{byte:02X}"),
    };
    let text = String::from_utf8_lossy(bytes);
    let place = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
    let message = "the file is not UTF-8".to_owned();
    Err(refused(file_name, &text, place, message, label, None))
}

fn refused(
    file_name: &str,
    text: &str,
    place: Range<usize>,
    message: String,
    label: String,
    from: Option<String>,
) -> Diagnostics {
    let from = from.unwrap_or_else(|| "ENCODING".to_owned());
    let item = Diagnostic::new(Code::NotUtf8, place, message)
        .label(label)
        .help(format!(
            "save the file as UTF-8, in an editor or by `iconv -f {from} -t UTF-8`"
        ));
    Diagnostics::new(file_name.into(), text.into(), vec![item])
}

/// What a byte that is not UTF-8 most likely was meant to be.
fn in_other_encodings(byte: u8) -> Option<(&'static str, char)> {
    match byte {
        0x80..=0x9f => {
            let c = WINDOWS.get(usize::from(byte - 0x80)).copied();
            Some(("Windows-1252", c.filter(|c| *c != '\0')?))
        }
        0xa1..=0xff => Some(("Latin-1", char::from(byte))),
        _ => None,
    }
}

/// The name of the encoding, and the text, if characters of two or four bytes begin here.
/// The first characters of a topology file are ASCII, so that every other byte is zero.
fn wide(bytes: &[u8]) -> Option<(&'static str, String)> {
    Some(match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => ("UTF-32", utf32(rest, u32::from_le_bytes)),
        [0, 0, 0xfe, 0xff, rest @ ..] => ("UTF-32", utf32(rest, u32::from_be_bytes)),
        [0xff, 0xfe, rest @ ..] => ("UTF-16", utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => ("UTF-16", utf16(rest, u16::from_be_bytes)),
        [1..=255, 0, 1..=255, 0, ..] => ("UTF-16", utf16(bytes, u16::from_le_bytes)),
        [0, 1..=255, 0, 1..=255, ..] => ("UTF-16", utf16(bytes, u16::from_be_bytes)),
        _ => return None,
    })
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let units = units.iter().map(|bytes| unit(*bytes));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn utf32(bytes: &[u8], unit: impl Fn([u8; 4]) -> u32) -> String {
    let (units, _) = bytes.as_chunks::<4>();
    units
        .iter()
        .map(|bytes| char::from_u32(unit(*bytes)).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "name: é\nspouts: [“x”]\n";

    #[test]
    fn a_mark_before_the_text_means_nothing() {
        let marked = [MARK, TEXT.as_bytes()].concat();
        assert_eq!(decode("t.yaml", &marked).unwrap(), TEXT);
    }

    #[test]
    fn the_line_of_the_first_wrong_byte_is_told() {
        for (bytes, line, column, likely) in [
            (&b"name: t\nx: caf\xe9\n"[..], 2, 7, "`é` in Latin-1"),
            (&b"a: \x93b\x94"[..], 1, 4, "`“` in Windows-1252"),
            (&b"\xff"[..], 1, 1, "`ÿ` in Latin-1"),
            (&b"a: 1\r\n\xef\xbb\xbf\xc3("[..], 2, 2, "`Ã` in Latin-1"),
            (&b"\xef\xbb\xbfa: \x81"[..], 1, 4, "the byte 0x81"),
        ] {
            let refused = decode("t.yaml", bytes).unwrap_err().to_json();
            let item = &refused[0];
            assert_eq!(item["line"], line);
            assert_eq!(item["column"], column);
            assert_eq!(item["message"], "the file is not UTF-8");
            assert!(item["label"].as_str().unwrap().contains(likely), "{item}");
        }
    }

    #[test]
    fn what_is_no_text_is_told() {
        for bytes in [&b"\x7fELF\x02\x00\x00\x00\xd0"[..], b"\x1f\x8b\x08\x00"] {
            let refused = decode("t.yaml", bytes).unwrap_err().to_string();
            assert!(refused.contains("the file is no text"), "{refused}");
        }
    }

    #[test]
    fn wider_encodings_are_named_and_shown_as_text() {
        let le: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let long: Vec<u8> = TEXT
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        for (bytes, encoding, from) in [
            (le.clone(), "UTF-16", "UTF-16LE"),
            (be.clone(), "UTF-16", "UTF-16BE"),
            ([&[0xff, 0xfe][..], &le[..]].concat(), "UTF-16", "UTF-16"),
            ([&[0xfe, 0xff][..], &be[..]].concat(), "UTF-16", "UTF-16"),
            (
                [&[0xff, 0xfe, 0, 0][..], &long[..]].concat(),
                "UTF-32",
                "UTF-32",
            ),
        ] {
            let refused = decode("t.yaml", &bytes).unwrap_err().to_string();
            assert!(
                refused.contains(&format!("the file is {encoding}, ")),
                "{refused}"
            );
            assert!(refused.contains("name: é\n"), "{refused}");
            assert!(refused.contains(&format!("iconv -f {from} ")), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn text_is_taken_and_nothing_else(bytes: Vec<u8>) {
            let text = std::str::from_utf8(&bytes);
            let unmarked = |text: &str| text.trim_start_matches('\u{feff}').to_owned();
            match decode("t.yaml", &bytes) {
                Ok(read) => prop_assert_eq!(unmarked(&read), unmarked(text.unwrap())),
                Err(refused) => {
                    prop_assert!(text.is_err() || wide(&bytes).is_some());
                    prop_assert_eq!(refused.items().len(), 1);
                    prop_assert!(!refused.to_string().is_empty());
                }
            }
        }
    }
}
