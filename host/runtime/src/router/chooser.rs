//! Who chooses the targets of a route: a grouping, the emitter, or a component.

use std::sync::Arc;

use stormcell_batch::Columns;
use stormcell_groupings::{Choice, Custom, Direct, Grouping, Loads, Targets};
use stormcell_sandbox as sandbox;
use stormcell_sandbox::{CallError, Component, GroupingInstance};

use crate::streak::Streak;

/// Chooses targets for the rows of one task on one stream.
pub(crate) enum Chooser {
    /// A grouping of the host.
    Grouping(Box<dyn Grouping + Sync>),
    /// The emitter names the task.
    Direct(Direct),
    /// A component chooses.
    Custom(Box<CustomChooser>),
}

impl Chooser {
    /// Chooses for the rows of an emission. Says whether anybody could receive
    /// them: not, if they are for a task that is none of the targets.
    pub(crate) async fn choose(
        &mut self,
        columns: &Columns,
        direct_task: Option<u32>,
        loads: &(dyn Loads + Sync),
        choice: &mut Choice,
    ) -> Result<bool, String> {
        match self {
            Self::Grouping(grouping) => {
                grouping.choose(columns, loads, choice);
                Ok(true)
            }
            Self::Direct(direct) => {
                // The sandbox refuses an emission without a task on a direct stream.
                let task = direct_task.unwrap_or_default();
                Ok(direct.choose(task, columns.rows(), choice))
            }
            Self::Custom(custom) => custom.choose(columns, choice).await.map(|()| true),
        }
    }
}

/// The instance of a custom grouping. After a fault the next emission gets a new
/// instance, and after many in a row it waits for it.
pub(crate) struct CustomChooser {
    component: Arc<Component>,
    spec: sandbox::GroupingSpec,
    instance: Option<GroupingInstance>,
    streak: Streak,
    check: Custom,
}

impl CustomChooser {
    pub(crate) fn new(
        component: Arc<Component>,
        spec: sandbox::GroupingSpec,
        targets: &Targets,
    ) -> Self {
        Self {
            component,
            spec,
            instance: None,
            streak: Streak::default(),
            check: Custom::new(targets),
        }
    }

    /// Makes the instance, so that a grouping that cannot be prepared is found
    /// before any row is emitted.
    pub(crate) async fn prepare(&mut self) -> Result<(), CallError> {
        self.instance = Some(self.component.grouping(&self.spec).await?);
        Ok(())
    }

    async fn choose(&mut self, columns: &Columns, choice: &mut Choice) -> Result<(), String> {
        if self.instance.is_none() {
            self.streak.wait().await;
            let prepared = self.prepare().await;
            prepared.map_err(|error| error.whole().into_string())?;
        }
        let Some(instance) = &mut self.instance else {
            return Err("it has no instance".to_owned());
        };
        let chosen = match instance.choose(columns).await {
            Ok(chosen) => chosen,
            Err(error) => {
                if matches!(error, CallError::Fault(_)) {
                    self.instance = None;
                }
                return Err(error.whole().into_string());
            }
        };
        let accepted = match chosen {
            sandbox::Choice::Each(targets) => {
                self.check.accept_each(columns.rows(), &targets, choice)
            }
            sandbox::Choice::Lists { offsets, targets } => {
                self.check
                    .accept_lists(columns.rows(), &offsets, &targets, choice)
            }
        };
        match accepted {
            Ok(()) => {
                self.streak.good();
                Ok(())
            }
            Err(error) => {
                self.instance = None;
                Err(error.to_string())
            }
        }
    }
}
