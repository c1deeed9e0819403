//! What the host must do about each attack: one function for each file in
//! `guests/examples` and `suite/bombs`, with its name.

mod components;
mod descriptions;
mod files;
mod handles;
mod host_calls;
mod http;
mod memory;
mod network;
mod output;
mod realloc;
mod rows;
mod spin;
mod state;
mod surroundings;
mod texts;
mod trap;

pub(crate) use components::*;
pub(crate) use descriptions::*;
pub(crate) use files::*;
pub(crate) use handles::*;
pub(crate) use host_calls::*;
pub(crate) use http::*;
pub(crate) use memory::*;
pub(crate) use network::*;
pub(crate) use output::*;
pub(crate) use realloc::*;
pub(crate) use rows::*;
pub(crate) use spin::*;
pub(crate) use state::*;
pub(crate) use surroundings::*;
pub(crate) use texts::*;
pub(crate) use trap::*;

/// That this text has all of these words.
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is missing: {text}");
    }
}
