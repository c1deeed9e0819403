//! What an instance is told when it is prepared.

use stormcell_batch::{Field, Schema, ValueType};

use super::exports::grouping_task::GroupingContext;
use super::wit::types::{
    self as wit, ComponentTasks, Context, FieldParam, InputStream, OutputStreamParam,
};
use crate::{GroupingSpec, TaskSpec};

/// What the records of a context borrow from.
pub(crate) struct Parts<'a> {
    inputs: Vec<Vec<FieldParam<'a>>>,
    outputs: Vec<Vec<FieldParam<'a>>>,
}

impl<'a> Parts<'a> {
    pub(crate) fn of_task(spec: &'a TaskSpec) -> Self {
        Self {
            inputs: spec
                .inputs
                .iter()
                .map(|input| fields(&input.schema))
                .collect(),
            outputs: spec
                .outputs
                .iter()
                .map(|output| fields(&output.schema))
                .collect(),
        }
    }

    pub(crate) fn of_grouping(spec: &'a GroupingSpec) -> Self {
        Self {
            inputs: vec![fields(&spec.grouped.schema)],
            outputs: Vec::new(),
        }
    }
}

/// The lists of a task's context.
pub(crate) struct TaskLists<'a> {
    inputs: Vec<InputStream<'a>>,
    outputs: Vec<OutputStreamParam<'a>>,
    components: Vec<ComponentTasks<'a>>,
}

impl<'a> TaskLists<'a> {
    pub(crate) fn new(spec: &'a TaskSpec, parts: &'a Parts<'_>) -> Self {
        let inputs = spec.inputs.iter().zip(&parts.inputs);
        let outputs = spec.outputs.iter().zip(&parts.outputs);
        Self {
            inputs: inputs
                .map(|(input, fields)| input_stream(input, fields))
                .collect(),
            outputs: outputs
                .map(|(output, fields)| OutputStreamParam {
                    name: &output.name,
                    fields,
                    direct: output.direct,
                })
                .collect(),
            components: spec
                .components
                .iter()
                .map(|(component, tasks)| ComponentTasks { component, tasks })
                .collect(),
        }
    }

    pub(crate) fn context(&'a self, spec: &'a TaskSpec) -> Context<'a> {
        Context {
            topology: &spec.topology,
            component: &spec.component,
            task: spec.task,
            task_index: spec.task_index,
            task_count: spec.task_count,
            inputs: &self.inputs,
            outputs: &self.outputs,
            components: &self.components,
        }
    }
}

/// The context of a custom grouping.
pub(crate) fn of_grouping<'a>(spec: &'a GroupingSpec, parts: &'a Parts<'_>) -> GroupingContext<'a> {
    let fields = parts.inputs.first().map(Vec::as_slice).unwrap_or_default();
    GroupingContext {
        topology: &spec.topology,
        grouped: input_stream(&spec.grouped, fields),
        source_task: spec.source_task,
        targets: &spec.targets,
    }
}

fn input_stream<'a>(
    input: &'a crate::InputStream,
    fields: &'a [FieldParam<'_>],
) -> InputStream<'a> {
    InputStream {
        component: &input.component,
        name: &input.stream,
        fields,
    }
}

fn fields(schema: &Schema) -> Vec<FieldParam<'_>> {
    schema.fields().iter().map(field).collect()
}

fn field(field: &Field) -> FieldParam<'_> {
    FieldParam {
        name: &field.name,
        kind: match field.kind {
            ValueType::Bool => wit::ValueType::Boolean,
            ValueType::Int => wit::ValueType::Integer,
            ValueType::Float => wit::ValueType::Float,
            ValueType::Text => wit::ValueType::Text,
            ValueType::Bytes => wit::ValueType::Bytes,
            ValueType::Timestamp => wit::ValueType::Timestamp,
            ValueType::Json => wit::ValueType::Json,
        },
        nullable: field.nullable,
    }
}
