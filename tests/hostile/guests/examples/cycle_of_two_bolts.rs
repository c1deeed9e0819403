//! Sends to another bolt that does the same, and back, two rows for each.

use hostile_guests::cycle::Answer;

hostile_guests::cycle!(Answer {
    text: "",
    anchored: true,
    apart: false,
});
