//! Made in this issue.
