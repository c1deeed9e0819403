//! Sends to itself two rows of 1 kB for each.

use hostile_guests::cycle::Answer;

const BYTES: [u8; 1_000] = [b'x'; 1_000];

const TEXT: &str = match std::str::from_utf8(&BYTES) {
    Ok(text) => text,
    Err(_) => "",
};

hostile_guests::cycle!(Answer {
    text: TEXT,
    anchored: true,
    apart: false,
});
