//! Whole supervisors, with real component files and a real store, and with workers in
//! memory that say what workers say. Time stands still while there is work.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blocked;
mod disk_full;
mod lives;
mod machine;
mod refused;
mod state;
mod workers;
