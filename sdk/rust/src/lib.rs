//! Write stormcell spouts, bolts and custom groupings in Rust.
