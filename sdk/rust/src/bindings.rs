//! The Rust side of `wit/v0.1.0`, generated.
//!
//! The types and the imports are generated once, in [`common`]; each world adds its
//! exported interface and the macro that exports it.

/// The types and the imports that all worlds share.
pub mod common {
    wit_bindgen::generate!({
        path: "../../wit/v0.1.0",
        inline: "
            package stormcell:sdk;
            world common {
                import stormcell:topology/types@0.1.0;
                import stormcell:topology/config@0.1.0;
                import stormcell:topology/logging@0.1.0;
                import stormcell:topology/metrics@0.1.0;
                import stormcell:topology/state@0.1.0;
            }
        ",
        world: "stormcell:sdk/common",
        generate_all,
    });
}

/// The world `bolt`.
pub mod bolt {
    wit_bindgen::generate!({
        path: "../../wit/v0.1.0",
        world: "stormcell:topology/bolt@0.1.0",
        pub_export_macro: true,
        export_macro_name: "export_bolt",
        with: {
            "stormcell:topology/types@0.1.0": crate::bindings::common::stormcell::topology::types,
            "stormcell:topology/config@0.1.0": crate::bindings::common::stormcell::topology::config,
            "stormcell:topology/logging@0.1.0": crate::bindings::common::stormcell::topology::logging,
            "stormcell:topology/metrics@0.1.0": crate::bindings::common::stormcell::topology::metrics,
            "stormcell:topology/state@0.1.0": crate::bindings::common::stormcell::topology::state,
        },
    });
}

/// The world `spout`.
pub mod spout {
    wit_bindgen::generate!({
        path: "../../wit/v0.1.0",
        world: "stormcell:topology/spout@0.1.0",
        pub_export_macro: true,
        export_macro_name: "export_spout",
        with: {
            "stormcell:topology/types@0.1.0": crate::bindings::common::stormcell::topology::types,
            "stormcell:topology/config@0.1.0": crate::bindings::common::stormcell::topology::config,
            "stormcell:topology/logging@0.1.0": crate::bindings::common::stormcell::topology::logging,
            "stormcell:topology/metrics@0.1.0": crate::bindings::common::stormcell::topology::metrics,
            "stormcell:topology/state@0.1.0": crate::bindings::common::stormcell::topology::state,
        },
    });
}

/// The world `custom-grouping`.
pub mod grouping {
    wit_bindgen::generate!({
        path: "../../wit/v0.1.0",
        world: "stormcell:topology/custom-grouping@0.1.0",
        pub_export_macro: true,
        export_macro_name: "export_grouping",
        with: {
            "stormcell:topology/types@0.1.0": crate::bindings::common::stormcell::topology::types,
            "stormcell:topology/config@0.1.0": crate::bindings::common::stormcell::topology::config,
            "stormcell:topology/logging@0.1.0": crate::bindings::common::stormcell::topology::logging,
            "stormcell:topology/metrics@0.1.0": crate::bindings::common::stormcell::topology::metrics,
            "stormcell:topology/state@0.1.0": crate::bindings::common::stormcell::topology::state,
        },
    });
}
