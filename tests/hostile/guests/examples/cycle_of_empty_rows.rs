//! Sends to itself, for each row that it is given, two rows without a byte.

use hostile_guests::cycle::Answer;

hostile_guests::cycle!(Answer {
    text: "",
    anchored: true,
    apart: false,
});
