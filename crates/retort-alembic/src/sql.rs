//! SQLAlchemy as data, and as the compilers of its three dialects. Knows nothing of Python.
