//! JSON Pointers (RFC 6901).

/// A JSON Pointer that is built step by step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub(crate) const fn root() -> Self {
        Self(String::new())
    }

    /// A pointer as text, as jsonschema gives it.
    pub(crate) fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The value of this key.
    pub(crate) fn key(&self, key: &str) -> Self {
        Self(format!(
            "{}/{}",
            self.0,
            key.replace('~', "~0").replace('/', "~1")
        ))
    }

    /// The item at this position, from 0.
    pub(crate) fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// What another pointer means inside the value of this one.
    pub(crate) fn join(&self, inner: &Self) -> Self {
        Self(format!("{}{}", self.0, inner.0))
    }

    /// What is around it; `None` for the whole document.
    pub(crate) fn parent(&self) -> Option<Self> {
        self.0
            .rsplit_once('/')
            .map(|(parent, _)| Self(parent.to_owned()))
    }

    /// Its last step: a key or a position. `None` for the whole document.
    pub(crate) fn last(&self) -> Option<String> {
        self.0
            .rsplit_once('/')
            .map(|(_, last)| last.replace("~1", "/").replace("~0", "~"))
    }

    /// As text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
