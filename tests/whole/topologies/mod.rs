//! Topologies of real components, run by the runtime.
