//! The version of the bolt that stamps rows that nobody should have deployed: it fails
//! every row.

stormcell_sdk::bolt!(guest_stamp::Stamp<{ guest_stamp::FAILING }>);
