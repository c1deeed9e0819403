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

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the authors' C code for the seed 1234567.
    #[test]
    fn splitmix64_is_that_of_its_authors() {
        let mut random = SplitMix64::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn below_stays_below() {
        for bound in [1, 2, 3, 7, 1 << 14, u32::MAX] {
            assert_eq!(below(0, bound), 0);
            assert_eq!(below(u64::MAX, bound), bound - 1);
        }
    }
}
