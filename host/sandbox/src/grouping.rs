//! An instance of a custom grouping.

use std::fmt;

use stormcell_batch::{Columns, Schema};
use stormcell_topology::TextForm;

use crate::bolt::not_of_schema;
use crate::instance::Instance;
use crate::v0_1::context::{self, Parts};
use crate::v0_1::exports::grouping_task::Guest;
use crate::v0_1::{lower, outcome};
use crate::{CallError, Choice, GroupingSpec};

/// A prepared instance of a custom grouping. After a fault it is dead.
pub struct GroupingInstance {
    instance: Instance,
    guest: Guest,
    schema: Schema,
    text_form: TextForm,
    targets: u32,
}

impl GroupingInstance {
    pub(crate) async fn prepare(
        mut instance: Instance,
        guest: Guest,
        spec: &GroupingSpec,
    ) -> Result<Self, CallError> {
        instance.begin("prepare")?;
        let parts = Parts::of_grouping(spec);
        let context = context::of_grouping(spec, &parts);
        let call = guest.call_prepare(&mut instance.store, context);
        let result = instance.bounds.run(call).await;
        let returned = instance.finish(result).await?;
        instance.returned(returned)?;
        Ok(Self {
            instance,
            guest,
            schema: spec.grouped.schema.clone(),
            text_form: spec.text_form,
            targets: u32::try_from(spec.targets.len()).unwrap_or(u32::MAX),
        })
    }

    /// Chooses the targets of each row.
    ///
    /// # Errors
    /// What the component returned, or the fault that ended the instance.
    pub async fn choose(&mut self, columns: &Columns) -> Result<Choice, CallError> {
        let mut prepared = Vec::with_capacity(self.schema.len());
        lower::prepare(&self.schema, columns, self.text_form, &mut prepared)
            .map_err(not_of_schema)?;
        let views = lower::views(&prepared);
        let rows = u32::try_from(columns.rows()).unwrap_or(u32::MAX);
        self.instance.begin("choose")?;
        let call = self
            .guest
            .call_choose(&mut self.instance.store, rows, &views);
        let result = self.instance.bounds.run(call).await;
        let returned = self.instance.finish(result).await?;
        let returned = self.instance.returned(returned)?;
        let choice = outcome::choice(returned, rows, self.targets);
        Ok(choice.map_err(|fault| self.instance.kill(fault))?)
    }

    /// The bytes of its linear memories and tables.
    pub fn memory(&self) -> u64 {
        self.instance.memory()
    }
}

impl fmt::Debug for GroupingInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupingInstance").finish_non_exhaustive()
    }
}
