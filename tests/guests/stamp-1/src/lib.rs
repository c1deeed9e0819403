//! Version 1 of the bolt that stamps rows.

stormcell_sdk::bolt!(guest_stamp::Stamp<1>);
