//! Whether each stream exists, carries what its reader needs, and can be grouped
//! so.

use stormcell_batch::Field;

use super::{Fit, TOLD};
use crate::description::{Description, OutputStream};
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::{GroupingType, StreamEntry};
use crate::hint::did_you_mean;
use crate::source::Pointer;
use crate::validate::stream_place;

pub(super) fn check(fit: &Fit<'_>, found: &mut Vec<Diagnostic>) {
    for (i, stream) in fit.file.streams.iter().enumerate() {
        let at = stream_place(i);
        let Some(source) = fit.component(&stream.from) else {
            continue;
        };
        let Some((_, output)) = source.output(stream.stream()) else {
            found.push(unknown_stream(fit, stream, &at, source));
            continue;
        };
        fields(fit, stream, &at, output, found);
        found.extend(direct(fit, stream, &at, output));
        if let Some(reader) = fit.component(&stream.to) {
            let who = (quoted(&stream.to), at.key("to"));
            requirements(fit, stream, &at, output, reader, &who, found);
        }
        if let Some(grouping) = fit.grouping(i) {
            let who = (
                "the grouping".to_owned(),
                at.key("grouping").key("component"),
            );
            requirements(fit, stream, &at, output, grouping, &who, found);
        }
    }
}

/// Where the file says which stream is meant.
fn stream_name(fit: &Fit<'_>, at: &Pointer) -> Pointer {
    let written = at.key("grouping").key("stream-id");
    if fit.document.has(&written) {
        written
    } else {
        at.key("from")
    }
}

fn unknown_stream(
    fit: &Fit<'_>,
    stream: &StreamEntry,
    at: &Pointer,
    source: &Description,
) -> Diagnostic {
    let name = stream.stream();
    let message = format!("{} has no stream {}", quoted(&stream.from), quoted(name));
    let span = fit.document.span(&stream_name(fit, at));
    let mut diagnostic = Diagnostic::new(Code::UnknownStream, span, message);
    let names = source.outputs.iter().map(|output| output.name.as_str());
    diagnostic.help = did_you_mean(name, names, "its streams");
    if source.outputs.is_empty() {
        diagnostic.help = Some("it emits nothing".to_owned());
    } else if stream.grouping.stream_id.is_none() {
        diagnostic = diagnostic.label("without a `stream-id`, the stream `default` is meant");
    }
    diagnostic
}

/// The fields that a grouping names.
fn fields(
    fit: &Fit<'_>,
    stream: &StreamEntry,
    at: &Pointer,
    output: &OutputStream,
    found: &mut Vec<Diagnostic>,
) {
    for (i, field) in stream.grouping.args.iter().enumerate() {
        if output.schema.index_of(field).is_some() {
            continue;
        }
        let message = format!(
            "the stream {} of {} has no field {}",
            quoted(&output.name),
            quoted(&stream.from),
            quoted(field)
        );
        let place = at.key("grouping").key("args").index(i);
        let mut diagnostic =
            Diagnostic::new(Code::UnknownField, fit.document.span(&place), message);
        let names = output
            .schema
            .fields()
            .iter()
            .map(|field| field.name.as_str());
        diagnostic.help = did_you_mean(field, names, "its fields");
        found.push(diagnostic);
    }
}

fn direct(
    fit: &Fit<'_>,
    stream: &StreamEntry,
    at: &Pointer,
    output: &OutputStream,
) -> Option<Diagnostic> {
    let grouped = stream.grouping.kind == GroupingType::Direct;
    if grouped == output.direct {
        return None;
    }
    let name = quoted(&output.name);
    let from = quoted(&stream.from);
    let (message, help) = if output.direct {
        (
            format!("the stream {name} of {from} is direct, and needs the grouping `direct`"),
            format!("{from} chooses the receiving task of each row of it"),
        )
    } else {
        (
            format!("the stream {name} of {from} is not direct, so nobody chooses the task"),
            "use another grouping, as `shuffle`".to_owned(),
        )
    };
    let place = at.key("grouping").key("type");
    Some(Diagnostic::new(Code::DirectStream, fit.document.span(&place), message).help(help))
}

/// What the reader of a stream needs of it.
fn requirements(
    fit: &Fit<'_>,
    stream: &StreamEntry,
    at: &Pointer,
    output: &OutputStream,
    reader: &Description,
    (who, place): &(String, Pointer),
    found: &mut Vec<Diagnostic>,
) {
    let about_it = reader.inputs.iter().filter(|requirement| {
        requirement
            .stream
            .as_ref()
            .is_none_or(|name| *name == output.name)
    });
    let needed = about_it.flat_map(|requirement| &requirement.fields);
    let mismatches =
        needed.filter_map(|needed| Some((needed, mismatch(stream, output, who, needed)?)));
    for (needed, (code, message, help)) in mismatches.take(TOLD) {
        let mut diagnostic =
            Diagnostic::new(code, fit.document.span(&stream_name(fit, at)), message)
                .label(format!("emits {}", shown(output)))
                .also(fit.document.span(place), format!("needs `{needed}`"));
        diagnostic.help = help;
        found.push(diagnostic);
    }
}

fn mismatch(
    stream: &StreamEntry,
    output: &OutputStream,
    who: &str,
    needed: &Field,
) -> Option<(Code, String, Option<String>)> {
    let name = quoted(&needed.name);
    let whole = format!(
        "the stream {} of {}",
        quoted(&output.name),
        quoted(&stream.from)
    );
    let fields = output.schema.fields();
    let Some(field) = fields.iter().find(|field| field.name == needed.name) else {
        let names = fields.iter().map(|field| field.name.as_str());
        let help = did_you_mean(&needed.name, names, "its fields");
        let message = format!("{whole} lacks the field {name}, which {who} needs");
        return Some((Code::MissingField, message, help));
    };
    if field.kind != needed.kind {
        let message = format!(
            "the field {name} of {whole} is {}, but {who} needs {}",
            field.kind, needed.kind
        );
        return Some((Code::FieldType, message, None));
    }
    if field.nullable && !needed.nullable {
        let message = format!("the field {name} of {whole} may be null, but {who} needs a value");
        return Some((Code::NullableField, message, None));
    }
    None
}

/// The fields of a stream, cut after eight.
fn shown(output: &OutputStream) -> String {
    let fields = output.schema.fields();
    let mut list: Vec<String> = fields.iter().take(8).map(ToString::to_string).collect();
    if fields.len() > list.len() {
        list.push("…".to_owned());
    }
    format!("`({})`", list.join(", "))
}
