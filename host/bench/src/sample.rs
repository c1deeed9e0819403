//! What one run of a shape gave.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Quantity;

/// What one run of a shape on an engine gave: each quantity that it measured, once.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Sample(BTreeMap<Quantity, f64>);

impl Sample {
    /// Sets a quantity, in its unit.
    #[must_use]
    pub fn with(mut self, quantity: Quantity, value: f64) -> Self {
        self.0.insert(quantity, value);
        self
    }

    /// A quantity, in its unit, if it was measured.
    pub fn get(&self, quantity: Quantity) -> Option<f64> {
        self.0.get(&quantity).copied()
    }

    /// Every quantity with its value, in the order of [`Quantity`].
    pub fn iter(&self) -> impl Iterator<Item = (Quantity, f64)> {
        self.0.iter().map(|(&quantity, &value)| (quantity, value))
    }
}
