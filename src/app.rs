//! The whole running program as one plain struct.
