//! A configuration that a component cannot use is refused before anything runs, by
//! the schema that the component itself gives.

use stormcell_topology::{Code, ComponentKey, Diagnostics, World, check, parse};

use super::language::Language;

in_every_language![
    a_configuration_of_the_right_form_is_taken,
    any_other_is_refused,
];

const BOLT: &str = "{}";
const SPOUT: &str = "{ rows: 1, tracking: none }";
const GROUPING: &str = "{}";

/// Checks a topology of the three components with these configurations.
fn checked(language: Language, spout: &str, bolt: &str, grouping: &str) -> Result<(), Diagnostics> {
    let components = language.components();
    let text = format!(
        "name: configured
spouts:
  - {{ id: lines, component: ./spout, config: {spout} }}
bolts:
  - {{ id: values, component: ./bolt, config: {bolt}, grants: {{ stdout: true }} }}
  - {{ id: more, component: ./bolt, grants: {{ stdout: true }} }}
streams:
  - {{ from: lines, to: values, grouping: {{ type: shuffle }} }}
  - from: values
    to: more
    grouping: {{ type: custom, component: ./grouping, config: {grouping} }}
"
    );
    let parsed = parse("configured.yaml", &text).unwrap_or_else(|error| panic!("{error}"));
    let description = |world| match world {
        World::Spout => &components.spout.description,
        World::Bolt => &components.bolt.description,
        World::CustomGrouping => &components.grouping.description,
    };
    let descriptions = parsed
        .component_refs()
        .iter()
        .map(|needed| {
            let key: ComponentKey = needed.key.clone();
            (key, Ok(description(needed.world).clone()))
        })
        .collect();
    check(&parsed, &descriptions).map(drop)
}

/// The codes of what is wrong with the configurations. The streams do not fit each
/// other, which is not looked at here.
fn refusals(language: Language, spout: &str, bolt: &str, grouping: &str) -> Vec<Code> {
    match checked(language, spout, bolt, grouping) {
        Ok(()) => vec![],
        Err(found) => found
            .items()
            .iter()
            .map(|item| item.code)
            .filter(|code| matches!(code, Code::ConfigRefused | Code::ConfigNotTaken))
            .collect(),
    }
}

fn a_configuration_of_the_right_form_is_taken(language: Language) {
    for (spout, bolt, grouping) in [
        (SPOUT, BOLT, GROUPING),
        (SPOUT, "{ greeting: hello }", GROUPING),
        (SPOUT, "{ greeting: '' }", "{ copies: 1 }"),
        ("{ rows: 0, tracking: ids }", BOLT, "{ copies: 1000 }"),
        ("{ rows: 1000000, tracking: host }", BOLT, GROUPING),
    ] {
        let found = refusals(language, spout, bolt, grouping);
        assert!(
            found.is_empty(),
            "{language}: {spout}, {bolt}, {grouping}: expected to be taken, found {found:?}"
        );
    }
}

fn any_other_is_refused(language: Language) {
    for (spout, bolt, grouping) in [
        (SPOUT, "{ greeting: 1 }", GROUPING),
        (SPOUT, "{ greeting: null }", GROUPING),
        (SPOUT, "{ greetings: hello }", GROUPING),
        ("{}", BOLT, GROUPING),
        ("{ rows: 1 }", BOLT, GROUPING),
        ("{ tracking: none }", BOLT, GROUPING),
        ("{ rows: -1, tracking: none }", BOLT, GROUPING),
        ("{ rows: 1.5, tracking: none }", BOLT, GROUPING),
        ("{ rows: 1, tracking: some }", BOLT, GROUPING),
        ("{ rows: 1, tracking: none, more: 1 }", BOLT, GROUPING),
        (SPOUT, BOLT, "{ copies: 0 }"),
        (SPOUT, BOLT, "{ copies: one }"),
        (SPOUT, BOLT, "{ copy: 1 }"),
    ] {
        let found = refusals(language, spout, bolt, grouping);
        assert!(
            !found.is_empty() && found.iter().all(|code| *code == Code::ConfigRefused),
            "{language}: {spout}, {bolt}, {grouping}: expected a refusal, found {found:?}"
        );
    }
}
