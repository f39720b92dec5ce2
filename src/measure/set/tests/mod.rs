//! Sets made of photos that were really measured, and of numbers made up to decide one thing.

mod background;
mod best;
mod facts;
mod linkage;
mod matrix;
mod order;
mod photos;
mod spread;
