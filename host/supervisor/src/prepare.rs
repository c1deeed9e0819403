//! From a topology file and component files to a checked topology.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stormcell_protocol::api::Problem;
use stormcell_protocol::record::{Module, Modules, Record};
use stormcell_topology::{
    Checked, ComponentKey, ComponentRef, Description, Diagnostics, Parsed, Topology, check, parse,
};

use crate::components::{Components, Digest, Unusable};
use crate::problem;

/// Told what is being done, for people.
pub(crate) type Says<'a> = &'a (dyn Fn(String) + Sync);

/// A topology that has passed every check, with the component files that it runs.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The topology, under the name of its file.
    pub(crate) topology: Topology,
    /// Which component file each part runs.
    pub(crate) modules: Modules,
    /// What is odd about it.
    pub(crate) warnings: Diagnostics,
}

/// Reads a topology file.
pub(crate) fn read(file_name: &str, file: &str) -> Result<Parsed, Problem> {
    parse(file_name, file).map_err(|found| problem::mistakes(&found))
}

/// Checks a topology with the component files that were submitted with it: the digest
/// of each path in the file.
pub(crate) async fn submitted(
    components: &Components,
    parsed: &Parsed,
    digests: &BTreeMap<String, String>,
    says: Says<'_>,
) -> Result<Prepared, Problem> {
    for digest in digests.values() {
        Digest::parse(digest)?;
    }
    let modules = modules(parsed, |part| match digests.get(&part.path) {
        Some(digest) => Ok(digest.clone()),
        None => Err(problem::invalid(format!(
            "`components` has no digest for `{}`, which {} needs: give one for each `component:` \
             of the file",
            part.path,
            name(&part.key)
        ))),
    })?;
    // Before any of them is run, even to say what it is.
    for part in parsed.component_refs() {
        if let Some(digest) = digests.get(&part.path) {
            components.check_signed(digest, &name(&part.key)).await?;
        }
    }
    let checked = with(components, parsed, &modules, says).await?;
    Ok(Prepared {
        topology: checked.topology,
        modules,
        warnings: checked.warnings,
    })
}

/// The topology of a record, with the descriptions of `modules`.
pub(crate) async fn stored(
    components: &Components,
    record: &Record,
    modules: &Modules,
) -> Result<Arc<Topology>, Problem> {
    let parsed = read(&record.submitted.file_name, &record.submitted.file)?;
    let checked = with(components, &parsed, modules, &|_| {}).await?;
    let name = record.submitted.name.as_str();
    Ok(Arc::new(checked.topology.with_name(name)))
}

/// Which component file each part of a topology runs.
fn modules(
    parsed: &Parsed,
    digest: impl Fn(&ComponentRef) -> Result<String, Problem>,
) -> Result<Modules, Problem> {
    let mut modules = Modules::default();
    for part in parsed.component_refs() {
        let digest = digest(part)?;
        match &part.key {
            ComponentKey::Component(id) => {
                let trial = None;
                modules
                    .components
                    .insert(id.clone(), Module { digest, trial });
            }
            ComponentKey::Grouping(stream) => {
                modules.groupings.insert(*stream, digest);
            }
        }
    }
    Ok(modules)
}

/// Loads the component files, one after the other, and checks the file against them.
/// Each is compiled on all cores if it is not in the cache.
async fn with(
    components: &Components,
    parsed: &Parsed,
    modules: &Modules,
    says: Says<'_>,
) -> Result<Checked, Problem> {
    let parts = parsed.component_refs();
    let digests = parts.iter().filter_map(|part| digest_of(part, modules));
    let files = digests.collect::<BTreeSet<&str>>().len();
    let mut known: BTreeMap<&str, Result<Description, String>> = BTreeMap::new();
    let mut described = BTreeMap::new();
    for part in parts {
        let digest = digest_of(part, modules).ok_or_else(|| {
            problem::internal(format!(
                "no component file is stored for {}",
                name(&part.key)
            ))
        })?;
        if !known.contains_key(digest) {
            says(doing(known.len() + 1, files, &part.path));
            let description = match components.load(digest).await {
                Ok((_, description)) => Ok(description),
                Err(Unusable::Unfit(reason)) => Err(reason),
                Err(error @ (Unusable::Missing(_) | Unusable::Changed(..))) => {
                    return Err(problem::invalid(format!(
                        "component file {digest} of {} {error}: upload the right one again \
                         (PUT /v1/components/{digest})",
                        name(&part.key)
                    )));
                }
            };
            known.insert(digest, description);
        }
        if let Some(description) = known.get(digest) {
            described.insert(part.key.clone(), description.clone());
        }
    }
    check(parsed, &described).map_err(|found| problem::mistakes(&found))
}

/// What is done with a component file of the submission. It is compiled if the cache does not
/// have it.
fn doing(number: usize, of: usize, path: &str) -> String {
    format!("compiling component {number} of {of}: {path}")
}

/// Which component file a part runs.
fn digest_of<'a>(part: &ComponentRef, modules: &'a Modules) -> Option<&'a str> {
    match &part.key {
        ComponentKey::Component(id) => modules.components.get(id).map(|m| m.digest.as_str()),
        ComponentKey::Grouping(stream) => modules.groupings.get(stream).map(String::as_str),
    }
}

/// How messages name a part of a topology.
fn name(key: &ComponentKey) -> String {
    match key {
        ComponentKey::Component(id) => format!("`{id}`"),
        ComponentKey::Grouping(stream) => format!("the grouping of stream {}", stream + 1),
    }
}
