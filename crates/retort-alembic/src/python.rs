//! The language: a bounded, deterministic Python that knows nothing of SQL.
