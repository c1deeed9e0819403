//! What a component says of itself.

use arbitrary::{Result, Unstructured};
use stormcell_topology::World;

use super::{several, text};
use crate::v0_1::description::{self, File};
use crate::v0_1::exports::grouping_task::GroupingDescription;
use crate::v0_1::wit::types as wit;

stormcell_fuzz::target! {
    /// A description is refused, or checked by the topology without harm; its summary can
    /// be shown.
    fn description_said(bytes) {
        let mut input = Unstructured::new(bytes);
        let imports = [];
        let mut file = File {
            world: World::Bolt,
            version: "0.1.0",
            imports: &imports,
            works_at_ticks: false,
            digest: "sha256:00",
            size: 1,
        };
        let lifted = match input.arbitrary().unwrap() {
            true => description::of_task(task(&mut input).unwrap(), &file),
            false => {
                file.world = World::CustomGrouping;
                description::of_grouping(grouping(&mut input).unwrap(), &file)
            }
        };
        if let Ok(description) = lifted {
            let shown = |c: char| !c.is_control() || c == '\n' || c == '\t';
            assert!(description.summary.chars().all(shown));
            let _ = description.check();
        }
    }
}

fn task(input: &mut Unstructured<'_>) -> Result<wit::Description> {
    Ok(wit::Description {
        summary: text(input)?,
        outputs: several(input, 3, |input| {
            Ok(wit::OutputStreamResult {
                name: text(input)?,
                fields: several(input, 3, field)?,
                direct: input.arbitrary()?,
            })
        })?,
        inputs: several(input, 3, requirement)?,
        config_schema: schema(input)?,
        text_form: form(input)?,
        capabilities: several(input, 3, |input| {
            let all = [
                wit::Capability::Files,
                wit::Capability::Stdout,
                wit::Capability::Environment,
            ];
            Ok(*input.choose(&all)?)
        })?,
    })
}

fn grouping(input: &mut Unstructured<'_>) -> Result<GroupingDescription> {
    Ok(GroupingDescription {
        summary: text(input)?,
        inputs: several(input, 3, requirement)?,
        config_schema: schema(input)?,
        text_form: form(input)?,
    })
}

fn requirement(input: &mut Unstructured<'_>) -> Result<wit::InputRequirement> {
    Ok(wit::InputRequirement {
        stream_name: match input.arbitrary()? {
            true => Some(text(input)?),
            false => None,
        },
        fields: several(input, 3, field)?,
    })
}

fn field(input: &mut Unstructured<'_>) -> Result<wit::FieldResult> {
    let kinds = [wit::ValueType::Text, wit::ValueType::Json];
    Ok(wit::FieldResult {
        name: text(input)?,
        kind: *input.choose(&kinds)?,
        nullable: input.arbitrary()?,
    })
}

fn form(input: &mut Unstructured<'_>) -> Result<wit::TextForm> {
    let forms = [
        wit::TextForm::Packed,
        wit::TextForm::Separate,
        wit::TextForm::Joined,
    ];
    Ok(*input.choose(&forms)?)
}

/// The text of a schema, or what is none: how schemas are checked is a target of the
/// topology.
fn schema(input: &mut Unstructured<'_>) -> Result<Option<String>> {
    Ok(match input.arbitrary::<u8>()? % 5 {
        0 => None,
        1 => Some(text(input)?),
        2 => Some("[".repeat(usize::from(input.arbitrary::<u16>()?))),
        3 => Some("{\"type\":\"object\"}".to_owned()),
        _ => Some(format!("{{\"$ref\":{:?}}}", text(input)?)),
    })
}
