//! The topology of the tests: a spout and two bolts, of two tasks each.

use std::collections::BTreeMap;
use std::sync::Arc;

use stormcell_batch::{Field, Schema, ValueType};
use stormcell_protocol::record::{Desired, Module, Modules, Record, Submitted};
use stormcell_topology::{
    ComponentKey, Description, OutputStream, TextForm, Topology, World, check, parse, plan,
};

const FILE: &str = "
name: words
spouts:
  - { id: verses, component: ./spout, parallelism: 2 }
bolts:
  - { id: split, component: ./bolt, parallelism: 2 }
  - { id: count, component: ./bolt, parallelism: 2 }
streams:
  - { from: verses, to: split, grouping: { type: shuffle } }
  - { from: split, to: count, grouping: { type: fields, args: [text] } }
";

/// The file that each component runs at first.
pub(crate) const FIRST: &str = "sha256:first";

pub(crate) fn topology() -> Arc<Topology> {
    importing(&[])
}

/// The same with a `count` that imports these interfaces.
pub(crate) fn importing(imports: &[&str]) -> Arc<Topology> {
    with_imports("count", imports)
}

/// The same with a bolt that imports these interfaces.
pub(crate) fn with_imports(bolt: &str, imports: &[&str]) -> Arc<Topology> {
    let parsed = parse("words.yaml", FILE).unwrap();
    let components: BTreeMap<ComponentKey, Result<Description, String>> = parsed
        .component_refs()
        .iter()
        .map(|needed| {
            let is_this = needed.key == ComponentKey::Component(bolt.to_owned());
            let described = match needed.path.as_str() {
                "./spout" => description(World::Spout, &[]),
                _ if is_this => description(World::Bolt, imports),
                _ => description(World::Bolt, &[]),
            };
            (needed.key.clone(), Ok(described))
        })
        .collect();
    Arc::new(check(&parsed, &components).unwrap().topology)
}

fn description(world: World, imports: &[&str]) -> Description {
    Description {
        world,
        interface_version: "0.1.0".to_owned(),
        summary: "for tests".to_owned(),
        outputs: vec![OutputStream {
            name: "default".to_owned(),
            schema: Schema::new([Field::new("text", ValueType::Text)]),
            direct: false,
        }],
        inputs: vec![],
        config_schema: None,
        text_form: TextForm::Packed,
        capabilities: vec![],
        imports: imports.iter().map(ToString::to_string).collect(),
        digest: format!("sha256:{}", "0".repeat(64)),
        size: 1,
    }
}

/// What a submission stores.
pub(crate) fn record(workers: usize) -> Record {
    let topology = topology();
    let module = |component: &str| {
        let digest = FIRST.to_owned();
        let module = Module {
            digest,
            trial: None,
        };
        (component.to_owned(), module)
    };
    Record {
        submitted: Submitted {
            name: "words".to_owned(),
            file: FILE.to_owned(),
            file_name: "words.yaml".to_owned(),
            base_dir: "/".into(),
            message_timeout: None,
            max_pending: None,
            at: 0,
            submission: 1,
        },
        desired: Desired::Active,
        plan: plan(&topology, workers),
        modules: Modules {
            components: ["verses", "split", "count"].map(module).into(),
            groupings: BTreeMap::new(),
        },
        next_incarnation: 1,
        deployments: vec![],
        last_report: None,
        counted: Default::default(),
        closing: None,
        remove_state: false,
    }
}
