//! Pure: the topology file, its validation and its plan.
