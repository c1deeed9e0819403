//! Custom groupings: what authors write, and the task that the host calls.

use std::rc::Rc;

use crate::batch::Batch;
use crate::bindings::grouping::exports::stormcell::topology::grouping_task::{
    Choice, GroupingContext as WitGroupingContext, GroupingDescription as WitGroupingDescription,
};
use crate::bolt::reason;
use crate::config;
use crate::description::GroupingDescription;
use crate::emit::NumberLists;
use crate::field::{FieldError, FieldIndex};
use crate::schema::Input;
use crate::tuple::Tuple;
use crate::{Result, wit};

/// What a grouping is told when it is prepared.
#[derive(Clone, Debug)]
pub struct GroupingContext {
    topology: String,
    grouped: [Rc<Input>; 1],
    source_task: u32,
    targets: Vec<u32>,
}

impl GroupingContext {
    /// The name of the topology.
    pub fn topology(&self) -> &str {
        &self.topology
    }

    /// The stream that it groups.
    pub fn grouped(&self) -> &Input {
        let [grouped] = &self.grouped;
        grouped
    }

    /// The task whose rows it groups.
    pub fn source_task(&self) -> u32 {
        self.source_task
    }

    /// The tasks of the subscriber, ascending; at least one.
    pub fn targets(&self) -> &[u32] {
        &self.targets
    }

    /// Looks a field up, once, so that reading it costs no search.
    ///
    /// # Errors
    /// The stream has no such field.
    pub fn field(&self, name: &str) -> Result<FieldIndex, FieldError> {
        FieldIndex::resolve(name, &self.grouped)
            .ok_or_else(|| FieldError::missing(self.grouped(), &name))
    }

    /// The configuration of this grouping (`grouping.config` in the topology file), as JSON text;
    /// `{}` if there is none.
    pub fn config_json(&self) -> String {
        config::all()
    }

    /// The configuration as a type of one's own. Needs the feature `serde`.
    ///
    /// # Errors
    /// The configuration does not have the form of the type.
    #[cfg(feature = "serde")]
    pub fn config<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        config::typed()
    }
}

/// Why a target cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// There is no such target.
    #[error("target {target} does not exist: there are {count}, counted from 0")]
    Unknown {
        /// The target asked for.
        target: usize,
        /// How many there are.
        count: usize,
    },
    /// The row goes there already.
    #[error("target {0} is chosen twice for one row")]
    Twice(usize),
}

/// The targets of one row, chosen by their place in [`GroupingContext::targets`]. A row
/// for which none is chosen goes nowhere.
#[derive(Debug, Default)]
pub struct Targets {
    count: usize,
    chosen: Vec<u32>,
}

impl Targets {
    /// How many targets there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Sends the row to a target, given by its place from 0 on.
    ///
    /// # Errors
    /// There is no such target, or it is chosen already.
    pub fn choose(&mut self, target: usize) -> Result<(), TargetError> {
        let Some(number) = u32::try_from(target).ok().filter(|_| target < self.count) else {
            return Err(TargetError::Unknown {
                target,
                count: self.count,
            });
        };
        if self.chosen.contains(&number) {
            return Err(TargetError::Twice(target));
        }
        self.chosen.push(number);
        Ok(())
    }
}

/// A grouping of one's own (Storm's `CustomStreamGrouping`): it chooses, for each row of
/// a stream, which tasks of a subscriber get it. Export it with
/// [`custom_grouping!`](crate::custom_grouping!).
///
/// ```
/// use stormcell_sdk::prelude::*;
///
/// /// Even numbers to the first task, odd ones to the last.
/// struct Parity;
///
/// impl CustomGrouping for Parity {
///     fn describe() -> GroupingDescription {
///         GroupingDescription::new("by parity").input([("n", Type::Int)])
///     }
///
///     fn prepare(_context: &GroupingContext) -> Result<Self> {
///         Ok(Self)
///     }
///
///     fn choose(&mut self, tuple: &Tuple<'_>, targets: &mut Targets) -> Result<()> {
///         let even = tuple.int("n")? % 2 == 0;
///         targets.choose(if even { 0 } else { targets.count() - 1 })?;
///         Ok(())
///     }
/// }
///
/// stormcell_sdk::custom_grouping!(Parity);
/// # fn main() {}
/// ```
pub trait CustomGrouping: Sized {
    /// What it is: it must say the same every time, and may not use the configuration.
    fn describe() -> GroupingDescription;

    /// Makes the value that groups the rows of one task.
    ///
    /// # Errors
    /// An error fails the topology.
    fn prepare(context: &GroupingContext) -> Result<Self>;

    /// Chooses the targets of one row.
    ///
    /// # Errors
    /// An error fails the choice for the whole batch: the host reports it.
    fn choose(&mut self, tuple: &Tuple<'_>, targets: &mut Targets) -> Result<()>;
}

/// A prepared task of a grouping.
#[doc(hidden)]
pub struct GroupingTask<G> {
    grouping: G,
    context: GroupingContext,
}

impl<G: CustomGrouping> GroupingTask<G> {
    /// What the grouping is.
    pub fn describe() -> WitGroupingDescription {
        G::describe().into()
    }

    /// Prepares the task.
    pub fn prepare(context: WitGroupingContext) -> Result<Self, String> {
        let context = GroupingContext {
            topology: context.topology,
            grouped: [Rc::new(context.grouped.into())],
            source_task: context.source_task,
            targets: context.targets,
        };
        let grouping = G::prepare(&context).map_err(|error| reason(&error))?;
        Ok(Self { grouping, context })
    }

    /// Chooses for a batch of rows.
    pub fn choose(&mut self, rows: u32, columns: Vec<wit::Column>) -> Result<Choice, String> {
        let source_task = self.context.source_task;
        let batch = wit::Batch {
            input: 0,
            source_task,
            first_row: 0,
            rows,
            columns,
        };
        let batch = Batch::new(batch, &self.context.grouped)
            .ok_or("the host sent rows of an unknown stream")?;
        let mut targets = Targets {
            count: self.context.targets.len(),
            chosen: Vec::new(),
        };
        let mut choices = NumberLists::default();
        for tuple in batch.tuples().iter() {
            targets.chosen.clear();
            self.grouping
                .choose(&tuple, &mut targets)
                .map_err(|error| reason(&error))?;
            choices.push(targets.chosen.iter().copied());
        }
        Ok(match choices {
            NumberLists::One(numbers) => Choice::Each(numbers),
            lists => Choice::Lists(lists.into_lists()),
        })
    }
}

#[cfg(test)]
mod tests;
