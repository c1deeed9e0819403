//! Builds components from source folders and installs the tools that needs.
