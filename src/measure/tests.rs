//! Whole pictures through the pass: synthetic truths and a plain oracle.
