//! A table with indices of 64 bits.

use wasm_encoder::{RefType, TableSection, TableType};

use crate::bomb::{module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: true,
        minimum: 10,
        maximum: None,
        shared: false,
    });
    with_instances(honest, &module(&tables), 1)
}
