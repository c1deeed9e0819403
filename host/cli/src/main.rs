//! The binary `stormcell`.

fn main() {}
