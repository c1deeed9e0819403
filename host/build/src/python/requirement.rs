//! The dependencies that a Python project may have: a requirement that pip takes for the name
//! of a published package, or for the URL of a wheel.
//!
//! pip's `--only-binary` holds for packages of an index. pip builds a folder, an archive or a
//! repository that is named by its path or URL, and that runs programs in it. So a requirement
//! is read here by the grammar of PEP 508, and no other text reaches pip. Some texts mean more
//! to pip than the grammar says, and these are refused as well: pip takes a name with the
//! ending of an archive for a file, and looks for a folder whose path is the whole text.

use std::path::{Path, PathBuf};

/// The end of the error about a requirement that is refused: what to write instead.
pub(super) const EXPECTED: &str = "expected a package that is published, as \"six>=1.17\", or the \
     URL of a wheel, as \"six @ https://example.org/six-1.17.0-py3-none-any.whl\"; of anything \
     else pip would run programs. Modules of your own that several components use are no \
     dependency: name their folder under [tool.stormcell], as shared = [\"../shared\"]";

/// How versions are compared, the longest first.
const OPERATORS: [&str; 8] = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];

/// How the names of files end that pip takes for archives.
const ARCHIVES: [&str; 12] = [
    ".whl",
    ".zip",
    ".tar",
    ".tgz",
    ".tbz",
    ".txz",
    ".tlz",
    ".tar.gz",
    ".tar.bz2",
    ".tar.xz",
    ".tar.lz",
    ".tar.lzma",
];

/// A requirement that pip builds nothing for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requirement {
    /// The whole text, for pip.
    text: String,
    name: String,
    is_url: bool,
    /// The wheel, if the URL is that of a file.
    file: Option<PathBuf>,
}

impl Requirement {
    /// Reads `NAME [EXTRAS] VERSIONS ; MARKER` or `NAME [EXTRAS] @ URL ; MARKER`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(c) = text.chars().find(|c| !(' '..='~').contains(c)) {
            return Err(format!("it has the character {c:?} in it"));
        }
        let text = text.trim();
        let (name, rest) = leading_name(text)?;
        let rest = without_extras(rest.trim_start())?.trim_start();
        let (is_url, file) = match rest.strip_prefix('@') {
            Some(address) => (true, wheel(address.trim_start())?),
            None => {
                versions(rest.split(';').next().unwrap_or_default())?;
                (false, None)
            }
        };
        Ok(Self {
            text: text.to_owned(),
            name: name.to_owned(),
            is_url,
            file,
        })
    }

    /// The requirement as pip reads it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is of the package with this name, in small letters.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it says where its package is.
    pub(super) fn is_url(&self) -> bool {
        self.is_url
    }

    /// The wheel, if it is a file of this machine: it may change, and its URL does not.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

/// The name that a requirement begins with, and what comes after it.
fn leading_name(text: &str) -> Result<(&str, &str), String> {
    let (name, rest) = text.split_at(length_while(text, "-_."));
    let is_alphanumeric = |c: char| c.is_ascii_alphanumeric();
    if !(name.starts_with(is_alphanumeric) && name.ends_with(is_alphanumeric)) {
        return Err("it does not begin with the name of a package".to_owned());
    }
    no_archive(name)?;
    Ok((name, rest))
}

/// The number of bytes at the beginning that are letters, digits or `others`.
fn length_while(text: &str, others: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || others.contains(c)))
        .unwrap_or(text.len())
}

fn no_archive(word: &str) -> Result<(), String> {
    let small = word.to_ascii_lowercase();
    match ARCHIVES.iter().find(|ending| small.ends_with(**ending)) {
        Some(ending) => Err(format!(
            "pip takes {word:?} for a file, for it ends in {ending}"
        )),
        None => Ok(()),
    }
}

/// What comes after `[EXTRA, EXTRA]`, if that is there.
fn without_extras(text: &str) -> Result<&str, String> {
    let Some(inside) = text.strip_prefix('[') else {
        return Ok(text);
    };
    let wrong = || "expected names of extras between [ and ], with commas between them".to_owned();
    let (extras, rest) = inside.split_once(']').ok_or_else(wrong)?;
    let is_extra = |extra: &str| {
        let extra = extra.trim();
        !extra.is_empty() && length_while(extra, "-_.") == extra.len()
    };
    if extras.trim().is_empty() || extras.split(',').all(is_extra) {
        Ok(rest)
    } else {
        Err(wrong())
    }
}

/// That this is nothing, or versions with commas between, in parentheses or not.
fn versions(text: &str) -> Result<(), String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    let inside = match text.strip_prefix('(') {
        Some(rest) => rest
            .strip_suffix(')')
            .ok_or("there is no ) at the end of the versions, which begin with (")?,
        None => text,
    };
    for clause in inside.split(',') {
        let clause = clause.trim();
        let version = OPERATORS
            .iter()
            .find_map(|operator| clause.strip_prefix(operator))
            .ok_or_else(|| {
                format!("{clause:?} after the name does not begin with a comparison such as >=")
            })?
            .trim_start();
        let is_begun = version.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !is_begun || length_while(version, ".*!-_+") != version.len() {
            return Err(format!("{version:?} is no version"));
        }
        no_archive(version)?;
    }
    Ok(())
}

/// That this is the URL of a wheel, and no more after it than a marker. Returns the path if it
/// is that of a file.
fn wheel(address: &str) -> Result<Option<PathBuf>, String> {
    let (url, rest) = address.split_at(address.find(' ').unwrap_or(address.len()));
    let rest = rest.trim_start();
    if !(rest.is_empty() || rest.starts_with(';')) {
        return Err(format!(
            "{rest:?} after the URL is no marker, which begins with ;"
        ));
    }
    if is_wheel(url) {
        let path = url.strip_prefix("file://");
        let path = path.and_then(|path| path.split(['#', '?']).next());
        Ok(path.map(PathBuf::from))
    } else {
        Err(format!(
            "{url:?} is not the URL of a wheel (https://....whl, or file:///....whl for a file \
             that is there)"
        ))
    }
}

/// Whether pip takes the file at this URL for a wheel, which it installs without building it.
/// pip builds everything else: a repository (`hg+https:`), a folder whose name ends in
/// `.whl`, and a file whose name ends otherwise when pip has decoded the URL.
fn is_wheel(url: &str) -> bool {
    // pip ends a URL at a `;`, and looks for a folder by the path that the whole requirement
    // is: with `..` in it, anywhere, that may be any folder.
    if url.contains(['\\', ';']) || url.split('/').any(|part| part == ".." || part == ".") {
        return false;
    }
    let (address, more) = url.split_at(url.find(['#', '?']).unwrap_or(url.len()));
    if more.contains('/') {
        return false;
    }
    let Some((scheme, path)) = address.split_once("://") else {
        return false;
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_named_so = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(".whl")
        && length_while(name, "-_.+!") == name.len();
    is_named_so
        && match scheme {
            "http" | "https" => path.len() > name.len(),
            "file" => path.starts_with('/') && !path.contains('%') && Path::new(path).is_file(),
            _ => false,
        }
}

#[cfg(test)]
mod tests;
