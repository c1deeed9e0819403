//! Generated bindings of the WIT package, one module an interface version.
//!
//! A version of the interface is a folder under `wit/` and a module here; a host
//! that speaks several has several modules, side by side. All three worlds of a
//! version are generated at once, as one world that includes them, so that they
//! share their types: an instance is bound to one of them by the indices of the
//! interface that it exports (`exports::…::bolt_task::GuestIndices`).
//!
//! Types that go both ways come twice: `ColumnParam<'a>` borrows what the host
//! passes in, so that columns are copied once, into the guest's memory;
//! `ColumnResult` owns what the guest returned.
#![expect(
    missing_docs,
    reason = "the code is generated; the WIT package documents it"
)]

/// Version 0.1.0 of the package `stormcell:topology`.
pub mod v0_1 {
    wasmtime::component::bindgen!({
        path: "../../wit/v0.1.0",
        inline: "
            package stormcell:host;
            world every {
                include stormcell:topology/spout@0.1.0;
                include stormcell:topology/bolt@0.1.0;
                include stormcell:topology/custom-grouping@0.1.0;
            }
        ",
        world: "stormcell:host/every",
        ownership: Borrowing { duplicate_if_necessary: true },
        exports: { default: async },
    });
}
