//! `stormcell build`: from source folders to components.

mod out;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use stormcell_build::{Built, Progress};

use crate::args::{BuildArgs, Building};
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::CommandOutput;
use crate::table::{self, Align};
use crate::{format, prepare, progress, state, topology_file};

/// Builds what is named: the source folders of topologies, and source folders.
pub(crate) async fn run(
    args: &BuildArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let progress: Arc<dyn Progress> = Arc::from(progress::new(console));
    let named: Vec<_> = args
        .paths
        .iter()
        .map(|path| sources(path))
        .collect::<Result<_, _>>()?;
    // Where they go is looked at before anything is built.
    let files = match &args.out {
        Some(out) => {
            let mut all: Vec<PathBuf> = Vec::new();
            for source in named.iter().flat_map(|(_, sources)| sources) {
                let source = source.canonicalize().unwrap_or_else(|_| source.clone());
                if !all.contains(&source) {
                    all.push(source);
                }
            }
            let files = out::files(out, &all)?;
            all.into_iter().zip(files).collect()
        }
        None => BTreeMap::new(),
    };
    let mut all = Vec::new();
    for (dir, sources) in named {
        let env = state::open(&dir, console, interrupt.cancel())?;
        let building = Building { no_build: false };
        all.extend(prepare::build_all(sources, building, env, &progress).await?);
    }
    all.dedup();
    for built in &mut all {
        if let Some(file) = files.get(&built.source) {
            out::write(&built.component, file)?;
            built.component.clone_from(file);
        }
    }
    Ok(render(&all))
}

/// The source folders that a path stands for, and where to look for their
/// project.
fn sources(path: &Path) -> Result<(PathBuf, Vec<PathBuf>), Failure> {
    let is_source = path.is_dir() && !path.join(topology_file::DEFAULT_NAME).exists();
    if is_source {
        return Ok((topology_file::project(path), vec![path.to_owned()]));
    }
    let file = topology_file::open(path)?;
    let mut sources: Vec<PathBuf> = file
        .parsed
        .component_refs()
        .iter()
        .map(|r| file.resolve(&r.path))
        // A .wasm file is there already; a path that is not there at all is
        // reported by the builder.
        .filter(|path| !path.is_file())
        .collect();
    sources.sort();
    sources.dedup();
    Ok((file.dir, sources))
}

fn render(built: &[Built]) -> CommandOutput {
    let columns = [
        ("source", Align::Left),
        ("language", Align::Left),
        ("built", Align::Left),
        ("component", Align::Left),
    ];
    let rows = built
        .iter()
        .map(|built| {
            vec![
                shown(&built.source),
                built.language.to_string(),
                if built.up_to_date {
                    "up to date".to_owned()
                } else {
                    format!("in {}", format::duration(built.elapsed))
                },
                shown(&built.component),
            ]
        })
        .collect();
    let json = built
        .iter()
        .map(|built| {
            json!({
                "source": built.source,
                "language": built.language.to_string(),
                "up_to_date": built.up_to_date,
                "seconds": built.elapsed.as_secs_f64(),
                "component": built.component,
            })
        })
        .collect();
    let text = if built.is_empty() {
        "nothing to build\n".to_owned()
    } else {
        table::render(&columns, rows)
    };
    CommandOutput::ok(text, json)
}

/// A path relative to the current folder if it lies there.
fn shown(path: &Path) -> String {
    std::env::current_dir()
        .ok()
        .and_then(|dir| path.strip_prefix(dir).ok())
        .unwrap_or(path)
        .display()
        .to_string()
}
