//! Warnings about file systems that are unsafe for LMDB.
//!
//! LMDB's locks and memory maps work within one machine. Over a network, or between a virtual machine and its host, two
//! writers would damage the store.

use rowsmith_plugin_api::prelude::log;
use std::path::Path;

/// Linux names of file systems that several machines may share, or that have no coherent memory maps.
const REMOTE: &[&str] = &[
    // Over a network.
    "nfs",
    "nfs3",
    "nfs4",
    "cifs",
    "smb2",
    "smb3",
    "smbfs",
    "ncpfs",
    "ncp",
    "afs",
    "kafs",
    "coda",
    "davfs",
    "9p",
    // Of clusters.
    "acfs",
    "beegfs",
    "ceph",
    "fhgfs",
    "gfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "ocfs2",
    "orangefs",
    "panfs",
    "pvfs2",
    // Folders of the host in a virtual machine, a container or WSL.
    "virtiofs",
    "vboxsf",
    "vmhgfs",
    "prl_fs",
    "drvfs",
    "fakeowner",
    "grpcfuse",
    "osxfs",
    // Programs, such as `fuse.sshfs`.
    "fuse",
];

/// Logs a warning when the folder is on such a file system. Works on Linux only.
pub(crate) fn warn_if_remote(folder: &Path) {
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else {
        return;
    };
    if let Some(kind) = type_of(&mounts, folder).filter(|kind| is_remote(kind)) {
        log::warn!(
            "the cache {} is on a shared or network file system ({kind}), where LMDB can lose data; set `path` in \
             [cache.config] to a local folder",
            folder.display()
        );
    }
}

/// `fuse.sshfs` and the like count as `fuse`; `fuseblk` is a local disk.
fn is_remote(kind: &str) -> bool {
    let family = kind.split('.').next().unwrap_or(kind);
    REMOTE.iter().any(|remote| remote.eq_ignore_ascii_case(family))
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
36 22 0:62 / /mnt/c rw - drvfs C:\\134 rw
37 22 0:63 / /media/sf_vm rw,nodev - vboxsf vm rw
38 22 0:64 / /Users rw - virtiofs users rw
39 22 0:65 / /mnt/smb rw shared:9 master:1 - cifs //server/share rw,vers=3.1.1
40 22 0:66 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw
41 22 0:67 / /net rw - autofs systemd-1 rw
42 41 0:68 / /net/home rw - nfs server:/home rw
43 22 0:69 / /scratch rw - beegfs beegfs_nodev rw
44 22 0:70 / /bucket rw - fuse.gcsfuse bucket rw
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
            ("a drive of Windows in WSL", "/mnt/c/Users/ada/cache", "drvfs", true),
            ("a shared folder of VirtualBox", "/media/sf_vm/cache", "vboxsf", true),
            ("a folder of the host", "/Users/ada/cache", "virtiofs", true),
            ("a Windows share", "/mnt/smb/cache", "cifs", true),
            ("a container", "/var/lib/docker/overlay2/x/merged/cache", "overlay", false),
            ("mounted on demand", "/net/home/cache", "nfs", true),
            ("a cluster", "/scratch/cache", "beegfs", true),
            ("a bucket", "/bucket/cache", "fuse.gcsfuse", true),
        ];
        for (case, path, kind, remote) in cases {
            assert_eq!(type_of(MOUNTS, Path::new(path)), Some(kind), "{case}");
            assert_eq!(is_remote(kind), remote, "{case}");
        }
        assert_eq!(type_of("", Path::new("/")), None);
    }
}
