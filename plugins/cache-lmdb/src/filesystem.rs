//! Warnings about file systems that are unsafe for LMDB.
//!
//! LMDB's locks and memory maps work within one machine. Over a network, two machines would damage the store.

use rowsmith_plugin_api::prelude::log;
use std::path::Path;

/// Linux names of file systems that several machines may share, or that have no coherent memory maps.
const REMOTE: &[&str] =
    &["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "ocfs2", "fuse"];

/// Logs a warning when the folder is on such a file system. Works on Linux only.
pub(crate) fn warn_if_remote(folder: &Path) {
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else {
        return;
    };
    if let Some(kind) = type_of(&mounts, folder).filter(|kind| is_remote(kind)) {
        log::warn!(
            "the cache {} is on the file system {kind}, which is unsafe when two machines use it at once; use a local folder",
            folder.display()
        );
    }
}

/// `fuse.sshfs` and the like count as `fuse`; `fuseblk` is a local disk.
fn is_remote(kind: &str) -> bool {
    REMOTE.contains(&kind.split('.').next().unwrap_or(kind))
}

/// Returns the type of a path's file system: that of the innermost mount, and of equal mounts the last.
fn type_of<'a>(mounts: &'a str, path: &Path) -> Option<&'a str> {
    let mut innermost = (0, None);
    for line in mounts.lines() {
        let Some((mount, kind)) = line.split_once(" - ") else {
            continue;
        };
        let Some(point) = mount.split(' ').nth(4).map(unescape) else {
            continue;
        };
        let depth = Path::new(&point).components().count();
        if path.starts_with(&point) && depth >= innermost.0 {
            innermost = (depth, kind.split(' ').next());
        }
    }
    innermost.1
}

/// Decodes characters that are written as a backslash and three octal digits, such as spaces.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code =
            part.split_at_checked(3).and_then(|(digits, rest)| Some((u8::from_str_radix(digits, 8).ok()?, rest)));
        match code {
            Some((byte, rest)) if byte.is_ascii() => {
                out.push(char::from(byte));
                out.push_str(rest);
            }
            _ => {
                out.push('\\');
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{is_remote, type_of};
    use std::path::Path;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw - nfs4 server:/home rw
31 30 8:3 / /home/ada rw - xfs /dev/sdb rw
32 22 0:50 / /mnt/my\\040share rw - fuse.sshfs host: rw
33 22 8:9 / /mnt/stick rw - fuseblk /dev/sdc1 rw
34 22 0:60 / /over rw - ext4 /dev/sdd rw
35 22 0:61 / /over rw master:3 - 9p drive rw
not a mount
";

    #[test]
    fn the_innermost_mount_decides() {
        let cases = [
            ("root", "/srv/cache", "ext4", false),
            ("nfs", "/home/bob/cache", "nfs4", true),
            ("local within nfs", "/home/ada/cache", "xfs", false),
            ("same beginning, other folder", "/homes/cache", "ext4", false),
            ("escaped space", "/mnt/my share/cache", "fuse.sshfs", true),
            ("local disk through fuse", "/mnt/stick/cache", "fuseblk", false),
            ("the later mount hides the earlier", "/over/x", "9p", true),
        ];
        for (case, path, kind, remote) in cases {
            assert_eq!(type_of(MOUNTS, Path::new(path)), Some(kind), "{case}");
            assert_eq!(is_remote(kind), remote, "{case}");
        }
        assert_eq!(type_of("", Path::new("/")), None);
    }
}
