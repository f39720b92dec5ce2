//! Every route and the order of middleware, on one page.
