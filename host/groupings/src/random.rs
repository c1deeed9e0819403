//! A small generator of random numbers, the same on every platform.

/// SplitMix64 (Steele, Lea and Flood, 2014): a counter that is mixed. Not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct SplitMix64 {
    counter: u64,
}

impl SplitMix64 {
    pub(crate) fn new(seed: u64) -> Self {
        Self { counter: seed }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.counter)
    }
}

/// The output function of SplitMix64: a bijection in which every bit of the input
/// changes half of the output.
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number below `bound` from a uniform one: the high half of their product. No
/// result is more likely than another by more than `bound` in 2^64.
pub(crate) fn below(uniform: u64, bound: u32) -> u32 {
    ((u128::from(uniform) * u128::from(bound)) >> 64) as u32
}
