//! Inputs made from a number: the same number makes the same input.

/// The longest input made of nothing; shorter ones are more frequent.
const LONGEST: u64 = 2_048;

/// The changes of a file.
const CHANGES: u64 = 8;

/// The input of this number: every other one is a file with changes, if there are files.
pub(crate) fn input(number: u64, files: &[Vec<u8>]) -> Vec<u8> {
    let mut dice = Dice(number);
    match files {
        [] => made(&mut dice),
        _ if number.is_multiple_of(2) => made(&mut dice),
        files => changed(files, &mut dice),
    }
}

fn made(dice: &mut Dice) -> Vec<u8> {
    let shorter = LONGEST >> dice.below(8);
    let length = dice.below(shorter + 1);
    // What programs fail at is rarely in the middle: zeros, small numbers, and ones.
    let kind = dice.below(4);
    let bytes = (0..length).map(|_| match (kind, dice.below(4)) {
        (0, _) | (1, 0) => dice.byte(),
        (2, 0..3) => [0, 0xff, 0x80, 0x7f][dice.below(4) as usize],
        _ => dice.below(9) as u8,
    });
    bytes.collect()
}

fn changed(files: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let one = |dice: &mut Dice| &files[dice.below(files.len() as u64) as usize];
    let mut bytes = one(dice).clone();
    for _ in 0..=dice.below(CHANGES) {
        let at = dice.below(bytes.len() as u64 + 1) as usize;
        let end = (at + dice.below(17) as usize).min(bytes.len());
        match dice.below(6) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.insert(at, dice.byte()),
            2 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            3 => {
                let other = one(dice);
                let from = dice.below(other.len() as u64 + 1) as usize;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            4 => bytes[at..end].fill(dice.byte()),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
    }
    bytes
}

/// Numbers that look like chance (SplitMix64, by Steele, Lea and Flood).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to before `end`, which is not 0.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        (self.next() >> 56) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_makes_the_same_input_and_another_a_different_one() {
        let files = [b"some file".to_vec(), Vec::new()];
        let all: std::collections::HashSet<_> = (0..200).map(|n| input(n, &files)).collect();
        assert!(all.len() > 150, "{} of 200 differ", all.len());
        for number in 0..200 {
            assert_eq!(input(number, &files), input(number, &files));
        }
    }
}
