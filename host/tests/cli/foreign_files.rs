//! Files that are made for another machine, or that nobody can read.

use super::patched::Plugin;
use super::unusable_plugins::refused;
use rowsmith_test_harness::{Sandbox, config, library_name};
use std::fs;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(1));
    sandbox
}

#[cfg(target_os = "linux")]
#[test]
fn libraries_of_other_machines_are_told_by_name() {
    // Where an ELF file names its machine, and the numbers of two.
    const MACHINE: usize = 18;
    const X86_64: u8 = 62;
    const AARCH64: u8 = 183;
    let sandbox = sandbox();
    let native = std::env::consts::ARCH;
    let mut other = Plugin::built("exporter", "csv").0;
    let (number, name) = if other[MACHINE] == X86_64 { (AARCH64, "Aarch64") } else { (X86_64, "X86_64") };
    other[MACHINE] = number;
    let library = sandbox.write("other.so", &other);
    let said = refused(&sandbox, &library, "");
    assert_eq!(said, format!("DIR/other.so: is built for Elf {name}, and this host is Elf {native}"));

    for (file, bytes, built_for) in [("mac.so", mach_o(), "MachO Aarch64"), ("windows.so", pe(), "Pe X86_64")] {
        let library = sandbox.write(file, bytes);
        let said = refused(&sandbox, &library, "");
        assert_eq!(said, format!("DIR/{file}: is built for {built_for}, and this host is Elf {native}"));
    }
}

/// The header of a library for a Mac with Apple's processor, without any load command.
#[cfg(target_os = "linux")]
fn mach_o() -> Vec<u8> {
    const DYLIB: u32 = 6;
    let words = [0xfeed_facf_u32, 0x0100_000c, 0, DYLIB, 0, 0, 0, 0];
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// The headers of a library for Windows, without any section.
#[cfg(target_os = "linux")]
fn pe() -> Vec<u8> {
    const HEADERS: u8 = 0x40;
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend([HEADERS, 0, 0, 0]);
    bytes.extend(b"PE\0\0");
    bytes.extend([0x64, 0x86]);
    bytes.resize(usize::from(HEADERS) + 4 + 16, 0);
    // The length of the optional header, what kind of file it is, and the header's magic number.
    bytes.extend([0xf0, 0, 0x22, 0x20, 0x0b, 0x02]);
    bytes.resize(usize::from(HEADERS) + 4 + 20 + 108, 0);
    bytes.extend([16, 0, 0, 0]);
    bytes.resize(usize::from(HEADERS) + 4 + 20 + 0xf0, 0);
    bytes
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_are_named() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let sandbox = sandbox();
    let (one, two) = (sandbox.path("one.so"), sandbox.path("two.so"));
    symlink(&two, &one).expect("a link");
    symlink(&one, &two).expect("a link");
    let said = refused(&sandbox, &one, "");
    assert!(said.starts_with("DIR/one.so: cannot be read: Too many levels of symbolic links"), "{said}");

    let locked = sandbox.write("locked.so", Plugin::built("exporter", "csv").0);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("permissions are set");
    // The superuser reads it all the same.
    if fs::read(&locked).is_err() {
        let said = refused(&sandbox, &locked, "");
        assert!(said.starts_with("DIR/locked.so: cannot be read: Permission denied"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_on_the_search_path_is_no_plugin_that_is_skipped() {
    let sandbox = sandbox();
    fs::create_dir(sandbox.path("first")).expect("a folder");
    let link = sandbox.path("first").join(library_name("exporter", "csv"));
    std::os::unix::fs::symlink(sandbox.path("gone.so"), link).expect("a link");
    sandbox.write("rowsmith.toml", config::offline());
    let said = sandbox.call(["run", "--plugin-dir", "first"]).output().exits(4);
    let sentence = format!("plugin first/{}: cannot be read: No such file", library_name("exporter", "csv"));
    assert!(said.stderr.contains(&sentence), "{}", said.stderr);
    let said = sandbox.call(["plugin", "list", "--plugin-dir", "first"]).output().exits(0);
    assert!(said.stderr.contains(&format!("warning: {sentence}")), "{}", said.stderr);
    assert!(said.stderr.contains("hint: it comes before PLUGINS/"), "{}", said.stderr);
}
