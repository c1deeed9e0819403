//! What a task is told about itself when it is prepared.

use std::rc::Rc;

use crate::config;
use crate::emit::{EmitError, Output, OutputRef};
use crate::field::{FieldError, FieldIndex};
use crate::schema::{Input, Stream};
use crate::wit;

/// What a task is told about itself when it is prepared.
///
/// ```
/// # use stormcell_sdk::prelude::*;
/// # struct Demo;
/// # impl Bolt for Demo {
/// #     fn describe() -> Description { Description::new("") }
/// fn prepare(context: &Context) -> Result<Self> {
///     let (index, count) = (context.task_index(), context.task_count());
///     log::info!("{} {index} of {count}", context.component());
///     Ok(Self)
/// }
/// #     fn process(&mut self, _: &Tuple<'_>, _: &mut Emitter) -> Result<()> { Ok(()) }
/// # }
/// # stormcell_sdk::testing::TestBolt::<Demo>::new("{}").unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    topology: String,
    component: String,
    task: u32,
    task_index: u32,
    task_count: u32,
    inputs: Vec<Rc<Input>>,
    outputs: Rc<[Stream]>,
    components: Vec<wit::ComponentTasks>,
}

impl Context {
    pub(crate) fn new(context: wit::Context) -> Self {
        let inputs = context
            .inputs
            .into_iter()
            .map(|input| Rc::new(input.into()));
        Self {
            topology: context.topology,
            component: context.component,
            task: context.task,
            task_index: context.task_index,
            task_count: context.task_count,
            inputs: inputs.collect(),
            outputs: context.outputs.into_iter().map(Into::into).collect(),
            components: context.components,
        }
    }

    /// The name of the topology.
    pub fn topology(&self) -> &str {
        &self.topology
    }

    /// The id of this component in the topology file.
    pub fn component(&self) -> &str {
        &self.component
    }

    /// The id of this task, unique in the topology, from 1 on.
    pub fn task(&self) -> u32 {
        self.task
    }

    /// Which of its component's tasks it is: 0 to [`task_count`](Self::task_count) - 1.
    pub fn task_index(&self) -> u32 {
        self.task_index
    }

    /// How many tasks its component has.
    pub fn task_count(&self) -> u32 {
        self.task_count
    }

    /// Its inputs: one for each subscription in the topology file.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = &Input> {
        self.inputs.iter().map(AsRef::as_ref)
    }

    /// Its output streams, as it described them.
    pub fn outputs(&self) -> &[Stream] {
        &self.outputs
    }

    /// The tasks of a component that subscribes to a direct stream of this one, ascending,
    /// to choose one of them; none if it does not.
    pub fn tasks_of(&self, component: &str) -> &[u32] {
        let found = self
            .components
            .iter()
            .find(|tasks| tasks.component == component);
        found.map_or(&[], |tasks| &tasks.tasks)
    }

    /// Looks a field up in all inputs, once, so that reading it costs no search.
    ///
    /// # Errors
    /// No input has such a field.
    pub fn field(&self, name: &str) -> Result<FieldIndex, FieldError> {
        FieldIndex::resolve(name, &self.inputs).ok_or_else(|| match self.inputs.as_slice() {
            [input] => FieldError::missing(input, &name),
            inputs => {
                let fields = inputs.iter().flat_map(|input| input.fields());
                FieldError::Missing {
                    field: name.to_owned(),
                    input: "any input".to_owned(),
                    fields: fields.map(|field| field.name().to_owned()).collect(),
                }
            }
        })
    }

    /// Looks an output stream up, once, so that emitting on it costs no search.
    ///
    /// # Errors
    /// The component has described no such stream.
    pub fn output(&self, name: &str) -> Result<Output, EmitError> {
        OutputRef::find(&name, &self.outputs)
    }

    /// The configuration of this component in the topology file, as JSON text; `{}` if
    /// there is none.
    pub fn config_json(&self) -> String {
        config::all()
    }

    /// The configuration as a type of one's own. Needs the feature `serde`.
    ///
    /// # Errors
    /// The configuration does not have the form of the type.
    #[cfg(feature = "serde")]
    pub fn config<T: serde::de::DeserializeOwned>(&self) -> crate::Result<T> {
        config::typed()
    }

    pub(crate) fn input_list(&self) -> &[Rc<Input>] {
        &self.inputs
    }

    pub(crate) fn streams(&self) -> Rc<[Stream]> {
        Rc::clone(&self.outputs)
    }
}
