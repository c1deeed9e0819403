//! Streams by themselves: who reads whom, and by which grouping.

use std::collections::{HashMap, HashSet};

use super::components;
use super::shape::STAND_IN;
use crate::description::DEFAULT_STREAM;
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::{GroupingEntry, GroupingType, StreamEntry, TopologyFile};
use crate::hint::did_you_mean;
use crate::model::ComponentKind;
use crate::name::check_name;
use crate::source::{Document, Pointer};

impl StreamEntry {
    /// The name of the stream that is read.
    pub(crate) fn stream(&self) -> &str {
        self.grouping.stream_id.as_deref().unwrap_or(DEFAULT_STREAM)
    }
}

/// Where the stream at this position is.
pub(crate) fn place(index: usize) -> Pointer {
    Pointer::root().key("streams").index(index)
}

pub(super) fn check(document: &Document, file: &TopologyFile, found: &mut Vec<Diagnostic>) {
    let mut first = HashMap::new();
    let mut all_known = true;
    for (i, stream) in file.streams.iter().enumerate() {
        let at = place(i);
        all_known &= ends(document, file, stream, &at, found);
        let place = at.key("grouping");
        // What is missing may be what was taken out for its shape.
        if document.is_whole(&place) {
            grouping(document, &stream.grouping, &place, found);
        }
        if !document.is_whole(&at) || !document.is_whole(&place) {
            continue;
        }
        let key = (stream.from.as_str(), stream.stream(), stream.to.as_str());
        let span = document.span(&at.key("to"));
        if let Some(earlier) = first.insert(key, span.clone()) {
            let message = format!(
                "{} reads the stream {} of {} twice",
                quoted(&stream.to),
                quoted(stream.stream()),
                quoted(&stream.from)
            );
            found.push(
                Diagnostic::new(Code::DuplicateSubscription, span, message)
                    .label("a second time here")
                    .also(earlier, "first here")
                    .help("each row would arrive once: remove one of the two"),
            );
        }
    }
    // A bolt without input may be the one that a misspelt `to` means.
    if all_known {
        without_input(document, file, found);
    }
}

/// Checks `from` and `to`; says whether both exist.
fn ends(
    document: &Document,
    file: &TopologyFile,
    stream: &StreamEntry,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) -> bool {
    let bolts_only = |kind| kind == ComponentKind::Bolt;
    let from = known(
        document,
        file,
        &stream.from,
        &at.key("from"),
        |_| true,
        found,
    );
    let to = known(document, file, &stream.to, &at.key("to"), bolts_only, found);
    if to
        && let Some(entry) = file.entry(&stream.to)
        && entry.kind == ComponentKind::Spout
    {
        found.push(
            Diagnostic::new(
                Code::StreamIntoSpout,
                document.span(&at.key("to")),
                format!(
                    "{} is a spout, and cannot read a stream",
                    quoted(&stream.to)
                ),
            )
            .also(document.span(&entry.at.key("id")), "a spout")
            .help("only bolts read streams; `from` and `to` may be the wrong way round"),
        );
    }
    from && to
}

fn known(
    document: &Document,
    file: &TopologyFile,
    id: &str,
    at: &Pointer,
    shown: impl Fn(ComponentKind) -> bool,
    found: &mut Vec<Diagnostic>,
) -> bool {
    if file.entry(id).is_some() {
        return true;
    }
    // It may be the id that is missing or wrong, which has been said.
    if id == STAND_IN || file.entries().any(|entry| entry.id == STAND_IN) {
        return false;
    }
    let ids = file
        .entries()
        .filter(|entry| shown(entry.kind))
        .map(|entry| entry.id);
    let mut diagnostic = Diagnostic::new(
        Code::UnknownComponent,
        document.span(at),
        format!("there is no component {}", quoted(id)),
    );
    diagnostic.help = did_you_mean(id, ids, "components");
    found.push(diagnostic);
    false
}

fn grouping(
    document: &Document,
    grouping: &GroupingEntry,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    let kind = grouping.kind;
    let span = document.span(&at.key("type"));
    if kind.by_fields() {
        fields(document, grouping, at, found);
    }
    if kind == GroupingType::Custom && grouping.component.is_none() {
        found.push(
            Diagnostic::new(
                Code::CustomWithoutComponent,
                span.clone(),
                "a custom grouping needs a component",
            )
            .help("add `component:` with its .wasm file or source folder"),
        );
    }
    let custom = kind == GroupingType::Custom;
    let mut unused = |key: &str, is_there: bool, help: &str| {
        if is_there {
            let message = format!("the grouping `{}` does not use `{key}`", kind.name());
            found.push(
                Diagnostic::new(Code::GroupingKey, document.key_span(&at.key(key)), message)
                    .also(span.clone(), format!("the grouping is `{}`", kind.name()))
                    .help(help),
            );
        }
    };
    let for_args = if custom {
        "a custom grouping is told what it needs by `config`"
    } else {
        "only `fields` and `partial-key` group by fields"
    };
    unused(
        "args",
        !kind.by_fields() && !grouping.args.is_empty(),
        for_args,
    );
    let for_custom = "only a `custom` grouping has a component, its configuration and its limits";
    unused(
        "component",
        !custom && grouping.component.is_some(),
        for_custom,
    );
    unused("config", !custom && !grouping.config.is_empty(), for_custom);
    let limits = at.key("limits");
    unused("limits", !custom && document.has(&limits), for_custom);
    components::limits(document, &limits, &grouping.limits, found);
}

fn fields(
    document: &Document,
    grouping: &GroupingEntry,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    let kind = grouping.kind.name();
    if grouping.args.is_empty() {
        found.push(
            Diagnostic::new(
                Code::GroupingFields,
                document.span(&at.key("type")),
                format!("the grouping `{kind}` needs the fields to group by"),
            )
            .help("name them: `args: [field]`; to send every row to one task, use `global`"),
        );
    }
    let mut seen = HashSet::new();
    for (i, field) in grouping.args.iter().enumerate() {
        if !seen.insert(field) {
            found.push(Diagnostic::new(
                Code::GroupingFields,
                document.span(&at.key("args").index(i)),
                format!("the field {} is named twice", quoted(field)),
            ));
        }
    }
}

fn without_input(document: &Document, file: &TopologyFile, found: &mut Vec<Diagnostic>) {
    let fed: HashSet<&str> = file
        .streams
        .iter()
        .map(|stream| stream.to.as_str())
        .collect();
    for entry in file.entries() {
        // Of two components with the same id, `to` means the first.
        let is_first = file
            .entry(entry.id)
            .is_some_and(|first| first.at == entry.at);
        let is_there = is_first && check_name(entry.id).is_ok();
        if entry.kind == ComponentKind::Bolt && is_there && !fed.contains(entry.id) {
            found.push(
                Diagnostic::new(
                    Code::BoltWithoutInput,
                    document.span(&entry.at.key("id")),
                    format!("the bolt {} has no input", quoted(entry.id)),
                )
                .help(format!("add a stream with `to: {}`", entry.id)),
            );
        }
    }
}
