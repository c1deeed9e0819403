//! Pure: the ledger of tuple trees, Storm's XOR acking.
