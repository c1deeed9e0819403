//! Whole-program tests: real components, the real binary.
