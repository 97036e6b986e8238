//! Files on a real file system that were prepared by another user or program.

use super::*;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use tempfile::tempdir;

#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt as _, symlink};

#[cfg(unix)]
fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Returns the name of the next temporary file of this process, less `back` files.
fn next_names(target: &Path) -> Vec<std::path::PathBuf> {
    let made = TemporaryFile::beside(target).unwrap();
    let name = made.path.file_name().unwrap().to_str().unwrap().to_owned();
    let (start, number) = name.strip_suffix(".tmp").unwrap().rsplit_once('-').unwrap();
    let number: u64 = number.parse().unwrap();
    (number..number + 40).map(|number| target.with_file_name(format!("{start}-{number}.tmp"))).collect()
}

#[cfg(unix)]
#[test]
fn a_planted_temporary_name_is_neither_followed_nor_written_nor_waited_for() {
    let folder = tempdir().unwrap();
    let target = folder.path().join("out.csv");
    let victim = folder.path().join("victim");
    fs::write(&victim, "mine").unwrap();
    let names = next_names(&target);
    for (at, name) in names.iter().enumerate() {
        match at % 3 {
            0 => symlink(&victim, name).unwrap(),
            1 => symlink(folder.path().join("missing"), name).unwrap(),
            _ => pipe(name),
        }
    }
    for make in [TemporaryFile::beside, TemporaryFile::private_beside] {
        let mut made = make(&target).unwrap();
        made.write_all(b"rows").unwrap();
        made.replace(&target).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "rows");
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
    assert!(!folder.path().join("missing").exists());
    assert!(names.iter().all(|name| fs::symlink_metadata(name).is_ok()), "planted names are not removed");
}

#[cfg(unix)]
#[test]
fn a_link_or_a_pipe_at_the_target_is_replaced_and_not_written() {
    let folder = tempdir().unwrap();
    let victim = folder.path().join("victim");
    fs::write(&victim, "mine").unwrap();
    for (at, plant) in [&|path: &Path| symlink(&victim, path).unwrap(), &pipe as &dyn Fn(&Path)].into_iter().enumerate()
    {
        let target = folder.path().join(format!("report-{at}"));
        plant(&target);
        let new = TemporaryFile::private_beside(&target).unwrap().place_new(&target);
        assert_eq!(new.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        write_private(&target, b"report").unwrap();
        assert!(fs::symlink_metadata(&target).unwrap().is_file());
        assert_eq!((fs::read_to_string(&target).unwrap().as_str(), mode(&target)), ("report", 0o600));
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn permissions_of_an_existing_target_are_kept_and_private_files_are_private() {
    let folder = tempdir().unwrap();
    let target = folder.path().join("out");
    for (existing, expected) in [(0o600, 0o600), (0o640, 0o640)] {
        fs::write(&target, "").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(existing)).unwrap();
        assert_eq!(mode(&TemporaryFile::beside(&target).unwrap().path), expected);
        assert_eq!(mode(&TemporaryFile::private_beside(&target).unwrap().path), 0o600);
    }
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_opened_and_links_to_locks_are_refused() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "12345").unwrap();
    symlink("file", at("link")).unwrap();
    symlink("missing", at("dangling")).unwrap();
    pipe(&at("pipe"));
    assert_eq!(read_regular(&at("link"), 5).unwrap(), b"12345");
    assert_eq!(read_regular(&at("file"), 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    assert_eq!(open_regular(&at("pipe")).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(open_regular(Path::new("/dev/zero")).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(open_regular(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    for refused in ["link", "dangling", "pipe"] {
        assert!(open_lock(&at(refused)).is_err(), "{refused}");
    }
    assert!(!at("missing").exists());
    drop(open_lock(&at("lock")).unwrap());
    assert_eq!(mode(&at("lock")), 0o600);
    drop(open_lock(&at("file")).unwrap());
    assert_eq!(fs::read_to_string(at("file")).unwrap(), "12345");
}

#[cfg(unix)]
#[test]
fn a_source_folder_reads_nothing_outside_of_it() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("real/inner")).unwrap();
    fs::write(at("secret"), "secret").unwrap();
    fs::write(at("real/a"), "a").unwrap();
    fs::write(at("real/inner/b"), "b").unwrap();
    symlink("real", at("source")).unwrap();
    symlink("../secret", at("real/out")).unwrap();
    symlink("..", at("real/up")).unwrap();
    symlink("../a", at("real/inner/in")).unwrap();
    symlink("loop", at("real/loop")).unwrap();
    symlink("/dev/zero", at("real/device")).unwrap();
    pipe(&at("real/pipe"));
    let source = SourceFolder::open(at("source")).unwrap();
    for (name, text) in [("a", "a"), ("inner/b", "b"), ("inner/in", "a"), ("./a", "a")] {
        assert_eq!(source.read(name, 10).unwrap(), text.as_bytes(), "{name}");
    }
    let absolute = at("secret").display().to_string();
    for name in [
        "",
        ".",
        "..",
        "/",
        "../secret",
        "inner/../../secret",
        "inner/../a",
        &absolute,
        "out",
        "up/secret",
        "loop",
        "pipe",
        "device",
        "inner",
        "missing",
        "a\0b",
        "a/",
    ] {
        let Err(error) = source.read(name, 10) else {
            assert_eq!(name, "a/");
            continue;
        };
        assert!(!error.message.is_empty(), "{name}");
        assert!(!source.has_file(name), "{name}");
    }
    assert!(source.read("a", 0).unwrap_err().message.contains("larger"));
    assert!(source.names("up").is_err() && source.names("../").is_err() && source.names("a").is_err());
    assert_eq!(source.names("inner").unwrap().len(), 2);
    assert!(source.names("").unwrap().contains(&"pipe".to_owned()));
    assert!(SourceFolder::open(at("missing")).is_err() && SourceFolder::open(at("secret")).is_err());
}

#[cfg(unix)]
#[test]
fn locks_tell_files_of_processes_with_equal_ids_apart() {
    use super::file_lock::{FileLock, lock_file};
    let folder = tempdir().unwrap();
    let target = folder.path().join("rows.csv");
    let own_id = std::process::id();
    // Two containers with a process of this id: one was killed, the other one runs.
    let [killed, running] =
        [1, 2].map(|identity| folder.path().join(format!(".rows.csv.rowsmith-{own_id}-{identity}-0.tmp")));
    for path in [&killed, &running] {
        fs::write(path, "rows").unwrap();
    }
    let lock = fs::File::open(&running).unwrap();
    assert_eq!(lock_file(&lock), FileLock::Taken);
    let own = TemporaryFile::beside(&target).unwrap();
    let exist = || [&killed, &running, &own.path].map(|path| path.exists());
    remove_abandoned(&target);
    assert_eq!(exist(), [false, true, true]);
    remove_temporary_files(&target);
    assert_eq!(exist(), [false, true, false], "a file of another process stays");
    drop(lock);
    remove_abandoned(&target);
    assert!(!running.exists(), "the process has ended");
}
