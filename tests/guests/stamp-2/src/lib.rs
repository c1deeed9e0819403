//! Version 2 of the bolt that stamps rows.

stormcell_sdk::bolt!(guest_stamp::Stamp<2>);
