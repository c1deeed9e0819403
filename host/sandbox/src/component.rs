//! A component, compiled and ready to be instantiated.

use stormcell_topology::{Description, World};

use crate::{
    BoltInstance, CallError, DescribeError, GroupingInstance, GroupingSpec, SpoutInstance, TaskSpec,
};

/// A compiled component of one of the worlds that the host speaks.
#[derive(Debug)]
pub struct Component {}

impl Component {
    /// The digest of its file: `sha256:` and 64 hexadecimal digits.
    pub fn digest(&self) -> &str {
        todo!()
    }

    /// The size of its file, in bytes.
    pub fn size(&self) -> u64 {
        todo!()
    }

    /// What it exports.
    pub fn world(&self) -> World {
        todo!()
    }

    /// The interfaces it imports, by full name.
    pub fn imports(&self) -> &[String] {
        todo!()
    }

    /// What it says of itself, asked in an instance of its own.
    ///
    /// # Errors
    /// If the call traps, takes more than a second, or returns nonsense.
    pub async fn describe(&self) -> Result<Description, DescribeError> {
        todo!()
    }

    /// An instance as a bolt, prepared.
    ///
    /// # Errors
    /// If it cannot be made, or `prepare` fails.
    pub async fn bolt(&self, spec: &TaskSpec) -> Result<BoltInstance, CallError> {
        let _ = spec;
        todo!()
    }

    /// An instance as a spout, prepared.
    ///
    /// # Errors
    /// If it cannot be made, or `prepare` fails.
    pub async fn spout(&self, spec: &TaskSpec) -> Result<SpoutInstance, CallError> {
        let _ = spec;
        todo!()
    }

    /// An instance as a custom grouping, prepared.
    ///
    /// # Errors
    /// If it cannot be made, or `prepare` fails.
    pub async fn grouping(&self, spec: &GroupingSpec) -> Result<GroupingInstance, CallError> {
        let _ = spec;
        todo!()
    }
}
