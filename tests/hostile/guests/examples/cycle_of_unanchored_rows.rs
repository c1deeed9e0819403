//! Sends to itself two rows for each, which are in no tree: no spout is held back by them.

use hostile_guests::cycle::Answer;

hostile_guests::cycle!(Answer {
    text: "",
    anchored: false,
    apart: false,
});
