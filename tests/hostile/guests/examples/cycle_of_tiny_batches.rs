//! Sends to itself two rows for each, every one in a batch of its own.

use hostile_guests::cycle::Answer;

hostile_guests::cycle!(Answer {
    text: "",
    anchored: true,
    apart: true,
});
