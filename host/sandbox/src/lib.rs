//! One sandboxed component instance a task: engine, limits, capabilities.
