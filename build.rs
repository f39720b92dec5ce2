//! Linking only: a worker is this program started anew for each photo, and a good part of its start is the loader's work.

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script its target by environment")]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    if target("OS") == "linux" && target("ARCH") == "x86_64" && target("ENV") == "gnu" {
        // packed relative relocations (DT_RELR, glibc 2.36 and newer): 13 KB to read instead of 1.4 MB, 0.6 CPU ms a start
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        // GCC's unwinder linked in, not loaded: one library less to map, relocate and look names up in, 0.2 CPU ms a start
        println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
    }
}
