//! Pure: columns, rows and their lineage (which tree of tuples a row belongs to).
