//! Pure: Storm's groupings, which task gets a tuple.
