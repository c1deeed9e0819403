//! The conformance components of every SDK do what `tests/conformance/README.md` says.
