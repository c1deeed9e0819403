//! Generated bindings of the WIT package, one module an interface version.
