//! Builds again when a file is added to what is embedded.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../wit");
    println!("cargo::rerun-if-changed=../../sdk");
}
