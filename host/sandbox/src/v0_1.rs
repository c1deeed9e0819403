//! Version 0.1.0 of the interface: from the host's own types to those of the WIT
//! package and back.
//!
//! Everything that names a generated type is here, so that another version is
//! another module beside this one.

pub(crate) mod context;
pub(crate) mod description;
pub(crate) mod host;
pub(crate) mod lift;
pub(crate) mod lower;
pub(crate) mod outcome;

pub(crate) use stormcell_bindings::v0_1::exports::stormcell::topology as exports;
pub(crate) use stormcell_bindings::v0_1::stormcell::topology as wit;

impl From<crate::CloseReason> for wit::types::CloseReason {
    fn from(reason: crate::CloseReason) -> Self {
        match reason {
            crate::CloseReason::Finished => Self::Finished,
            crate::CloseReason::Stopped => Self::Stopped,
        }
    }
}
