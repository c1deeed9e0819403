//! What a deployment brings, compared with what runs at the moment at which it begins.

use stormcell_protocol::api::{self, Problem, ProblemCode};
use stormcell_protocol::capabilities::CapabilityChange;
use stormcell_topology::{Topology, capabilities};

use crate::Coordinator;
use crate::operation::problem;

impl Coordinator {
    /// That all other components are in another topology what they are now. It was made of
    /// what ran when somebody began to load the new file; if another deployment has ended
    /// since, what is known of its component would be undone, and the next one of it
    /// compared with what does not run.
    pub(super) fn check_others(&self, component: &str, after: &Topology) -> Result<(), Problem> {
        let mut others = self.topology.components().iter();
        let changed = others.find(|other| {
            let then = after.component(&other.id).map(|then| &then.description);
            other.id != component && then != Some(&other.description)
        });
        match changed {
            None => Ok(()),
            Some(changed) => Err(problem(
                ProblemCode::Busy,
                format!(
                    "`{}` was given another component file while this one was looked at, and \
                     nothing has changed for `{component}`: try again",
                    changed.id
                ),
            )),
        }
    }

    /// How what a component asks for differs in another topology from what it asks for now.
    pub(super) fn difference(&self, component: &str, after: &Topology) -> CapabilityChange {
        let before = self.topology.component(component);
        match (before, after.component(component)) {
            (Some(before), Some(after)) => {
                capabilities::difference(&before.description, &after.description).into()
            }
            // Who does not know the component refuses the deployment.
            _ => CapabilityChange::default(),
        }
    }

    /// That it asks for no more than what is allowed. What it asks for is compared with what
    /// runs when the deployment begins, so nothing can come between.
    pub(super) fn check_allowed(
        &self,
        asked: &api::Deploy,
        change: &CapabilityChange,
    ) -> Result<(), Problem> {
        let known = || capabilities::names().chain([CapabilityChange::ALL]);
        if let Some(unknown) = asked.allow.iter().find(|word| !known().any(|w| w == *word)) {
            let known: Vec<&str> = known().collect();
            let message = format!(
                "`allow` has `{}`, which nothing is called that a component asks for: expected {}",
                unknown.escape_debug(),
                known.join(", ")
            );
            return Err(problem(ProblemCode::Invalid, message));
        }
        let refused = change.not_allowed(&asked.allow);
        if refused.is_empty() {
            return Ok(());
        }
        let (component, name) = (&asked.component, &self.record.submitted.name);
        let message = format!(
            "`{component}` of `{name}` does not get this component file, and nothing has changed: \
             it asks for more than what runs now\n{change}\nif it may have that, allow it: \
             --allow={} (in the HTTP API `\"allow\": {refused:?}`)",
            refused.join(",")
        );
        Err(problem(ProblemCode::NotAllowed, message))
    }
}
