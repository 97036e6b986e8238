//! Libraries for other machines, and files that cannot be read.

use super::patched::Plugin;
use super::unusable_plugins::refused;
use rowsmith_test_harness::{Golden, Sandbox, config, library_name};
use std::fs;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(1));
    sandbox
}

#[cfg(target_os = "linux")]
#[test]
fn libraries_of_other_machines_are_refused_by_name() {
    // The offset of the machine in an ELF header, and the numbers of two machines.
    const MACHINE: usize = 18;
    const X86_64: u8 = 62;
    const AARCH64: u8 = 183;
    let sandbox = sandbox();
    let mut other = Plugin::built("exporter", "csv").0;
    let (number, name) = if other[MACHINE] == X86_64 { (AARCH64, "Aarch64") } else { (X86_64, "X86_64") };
    other[MACHINE] = number;
    let mut golden = Golden::new("foreign_files");
    for (file, bytes) in [("other.so", other), ("mac.so", mach_o()), ("windows.so", pe())] {
        let error = refused(&sandbox, &sandbox.write(file, bytes), "");
        let native = format!("Elf {}", std::env::consts::ARCH);
        golden.add(file, &error.replace(&format!("Elf {name}"), "Elf OTHER").replace(&native, "Elf NATIVE"));
    }
    golden.check();
}

/// Returns the header of a library for macOS on ARM, without load commands.
#[cfg(target_os = "linux")]
fn mach_o() -> Vec<u8> {
    const DYLIB: u32 = 6;
    let words = [0xfeed_facf_u32, 0x0100_000c, 0, DYLIB, 0, 0, 0, 0];
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Returns the headers of a library for Windows, without sections.
#[cfg(target_os = "linux")]
fn pe() -> Vec<u8> {
    const HEADERS: u8 = 0x40;
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend([HEADERS, 0, 0, 0]);
    bytes.extend(b"PE\0\0");
    bytes.extend([0x64, 0x86]);
    bytes.resize(usize::from(HEADERS) + 4 + 16, 0);
    // The length of the optional header, the characteristics of the file, and the magic number of the header.
    bytes.extend([0xf0, 0, 0x22, 0x20, 0x0b, 0x02]);
    bytes.resize(usize::from(HEADERS) + 4 + 20 + 108, 0);
    bytes.extend([16, 0, 0, 0]);
    bytes.resize(usize::from(HEADERS) + 4 + 20 + 0xf0, 0);
    bytes
}

#[cfg(unix)]
#[test]
fn unreadable_files_are_refused() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let sandbox = sandbox();
    let (one, two) = (sandbox.path("one.so"), sandbox.path("two.so"));
    symlink(&two, &one).expect("a link");
    symlink(&one, &two).expect("a link");
    let error = refused(&sandbox, &one, "");
    assert!(error.contains("DIR/one.so"), "{error}");

    let locked = sandbox.write("locked.so", Plugin::built("exporter", "csv").0);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("new permissions");
    // The superuser can read it.
    if fs::read(&locked).is_err() {
        let error = refused(&sandbox, &locked, "");
        assert!(error.contains("DIR/locked.so"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn dangling_link_on_the_search_path_is_an_error() {
    let sandbox = sandbox();
    fs::create_dir(sandbox.path("first")).expect("a new folder");
    let link = sandbox.path("first").join(library_name("exporter", "csv"));
    std::os::unix::fs::symlink(sandbox.path("gone.so"), link).expect("a link");
    sandbox.write("rowsmith.toml", config::offline());
    let mut golden = Golden::new("foreign_files_dangling_link");
    golden.record(&sandbox.call(["run", "--plugin-dir", "first"]).output().exits(4));
    let list = sandbox.call(["plugin", "list", "--plugin-dir", "first"]).output().exits(0);
    golden.add("rowsmith plugin list --plugin-dir first (messages)", &list.messages());
    golden.check();
}
