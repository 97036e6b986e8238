//! State folders of several commands.

use super::*;

fn plugin(kind: PluginKind) -> PluginId {
    PluginId { kind, name: "x".to_owned() }
}

fn write(folders: &StateFolders, kind: PluginKind, text: &str) {
    let folder = folders.state_dir(&plugin(kind)).unwrap();
    fs::create_dir_all(folder.join("deep")).unwrap();
    fs::write(folder.join("deep/mark"), text).unwrap();
}

fn mark(root: &Path, kind: PluginKind) -> Option<String> {
    fs::read_to_string(root.join("state").join(plugin(kind).to_string()).join("deep/mark")).ok()
}

#[test]
fn staged_state_counts_only_when_it_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let (scraper, exporter) = (PluginKind::Scraper, PluginKind::Exporter);
    let run = || StateFolders::new(root.path(), Staging::Scrapers);
    write(&run(), scraper, "failed");
    assert_eq!(mark(root.path(), scraper), None);
    let folders = run();
    write(&folders, scraper, "first");
    write(&folders, exporter, "direct");
    folders.keep(&plugin(scraper)).unwrap();
    folders.keep(&plugin(exporter)).unwrap();
    assert_eq!(mark(root.path(), scraper).as_deref(), Some("first"));
    assert_eq!(mark(root.path(), exporter).as_deref(), Some("direct"));
    let plan = StateFolders::new(root.path(), Staging::All);
    let copy = plan.state_dir(&plugin(scraper)).unwrap();
    assert_eq!(fs::read_to_string(copy.join("deep/mark")).unwrap(), "first", "a plan sees the state");
    write(&plan, scraper, "plan");
    write(&plan, exporter, "plan");
    drop(plan);
    assert_eq!(mark(root.path(), scraper).as_deref(), Some("first"));
    assert_eq!(mark(root.path(), exporter).as_deref(), Some("direct"));
    let left: Vec<_> = fs::read_dir(root.path().join("state")).unwrap().flatten().collect();
    assert_eq!(left.len(), 3, "the lock and two states: {left:?}");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let root = tempfile::tempdir().unwrap();
    let folders = StateFolders::new(root.path(), Staging::Scrapers);
    write(&folders, PluginKind::Scraper, "old");
    folders.keep(&plugin(PluginKind::Scraper)).unwrap();
    let folder = root.path().join("state/scraper-x");
    symlink("missing", folder.join("lock")).unwrap();
    symlink("deep", folder.join("latest")).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o775)).unwrap();
    write(&folders, PluginKind::Scraper, "new");
    folders.keep(&plugin(PluginKind::Scraper)).unwrap();
    assert_eq!(fs::read_link(folder.join("lock")).unwrap(), Path::new("missing"));
    assert_eq!(fs::read_to_string(folder.join("latest/mark")).unwrap(), "new");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o775);
}

#[test]
fn an_interrupted_replacement_is_restored() {
    let root = tempfile::tempdir().unwrap();
    let folders = StateFolders::new(root.path(), Staging::Scrapers);
    write(&folders, PluginKind::Scraper, "old");
    folders.keep(&plugin(PluginKind::Scraper)).unwrap();
    let folder = root.path().join("state/scraper-x");
    fs::rename(&folder, replaced_path(&folder)).unwrap();
    let copy = folders.state_dir(&plugin(PluginKind::Scraper)).unwrap();
    assert_eq!(fs::read_to_string(copy.join("deep/mark")).unwrap(), "old");
}

#[cfg(unix)]
#[test]
fn processes_that_end_at_once_leave_a_complete_state() {
    let root = tempfile::tempdir().unwrap();
    let work = |worker: usize| {
        for round in 0..20 {
            let folders = StateFolders::new(root.path(), Staging::Scrapers);
            let copy = folders.state_dir(&plugin(PluginKind::Scraper)).unwrap();
            if round > 0 {
                let mark = fs::read_to_string(copy.join("deep/mark")).unwrap();
                assert!(mark.ends_with(" whole"), "{mark}");
            }
            write(&folders, PluginKind::Scraper, &format!("{worker}.{round} whole"));
            folders.keep(&plugin(PluginKind::Scraper)).unwrap();
        }
    };
    std::thread::scope(|scope| {
        (0..6).for_each(|worker| drop(scope.spawn(move || work(worker))));
    });
    let names: Vec<_> = fs::read_dir(root.path().join("state")).unwrap().flatten().collect();
    assert_eq!(names.len(), 2, "the lock and the state: {names:?}");
}

#[cfg(unix)]
#[test]
fn folders_of_killed_processes_are_removed() {
    let root = tempfile::tempdir().unwrap();
    let killed = root.path().join("state/.staged-a1b2c3");
    fs::create_dir_all(killed.join("state/deep")).unwrap();
    fs::write(killed.join("lock"), "").unwrap();
    let running = StateFolders::new(root.path(), Staging::Scrapers);
    write(&running, PluginKind::Scraper, "running");
    assert!(!killed.exists());
    let next = StateFolders::new(root.path(), Staging::Scrapers);
    next.state_dir(&plugin(PluginKind::Scraper)).unwrap();
    running.keep(&plugin(PluginKind::Scraper)).unwrap();
    assert_eq!(mark(root.path(), PluginKind::Scraper).as_deref(), Some("running"));
}
