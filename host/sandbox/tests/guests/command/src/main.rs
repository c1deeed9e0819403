//! A component of another world: a program.
fn main() {
    println!("not a bolt");
}
