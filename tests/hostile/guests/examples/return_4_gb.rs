//! Returns 4 GiB from a memory of 2 MiB: thousands of texts that share their bytes.

use hostile_guests::*;

struct Attack;

static MEBIBYTE: [u8; 1 << 20] = [b'x'; 1 << 20];

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let all = (0..4_096).map(|_| shared(&MEBIBYTE)).collect();
        Ok(emits(emission(4_096, Values::Texts(Text::Separate(all)))))
    }
}

hostile_guests::bolt!(Attack);
