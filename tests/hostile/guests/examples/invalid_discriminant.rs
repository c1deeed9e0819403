//! A type of values that there is not.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        let number = std::hint::black_box(200_u8);
        // SAFETY: only its number is looked at, when it crosses. It is what a guest may
        // return that is not written in Rust.
        let kind: ValueType = unsafe { std::mem::transmute(number) };
        described([stream(kind)])
    }
}

hostile_guests::bolt!(Attack);
