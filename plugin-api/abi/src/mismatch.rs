//! Reasons to reject the header of a library.

use abi_stable::library::{AbiHeader, LibraryError};

/// A difference between a library's header and this side's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// The entry is not a header.
    NoHeader,
    /// The library uses another version of `abi_stable`, whose layouts may differ.
    AbiStable {
        /// Version of the library.
        theirs: String,
        /// Version of this side.
        ours: String,
    },
    /// The library has another version of the interface.
    Version {
        /// Version of the library.
        theirs: String,
        /// Version of this side.
        ours: String,
    },
    /// The library has this version of the interface, but different types.
    Types,
    /// Any other reason, as text.
    Other(String),
}

impl Mismatch {
    pub(crate) fn of_header(header: &AbiHeader) -> Self {
        let ours = AbiHeader::VALUE;
        if header.magic_string != ours.magic_string {
            return Self::NoHeader;
        }
        let version = |header: &AbiHeader| format!("{}.{}", header.abi_major, header.abi_minor);
        Self::AbiStable { theirs: version(header), ours: version(&ours) }
    }
}

impl From<LibraryError> for Mismatch {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::IncompatibleVersionNumber { expected_version, actual_version, .. } => {
                Self::Version { theirs: actual_version.to_string(), ours: expected_version.to_string() }
            }
            LibraryError::AbiInstability(_) => Self::Types,
            LibraryError::InvalidAbiHeader(header) => Self::of_header(&header),
            // The full report of abi_stable has hundreds of lines.
            other => {
                let text = other.to_string();
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(3);
                Self::Other(lines.collect::<Vec<_>>().join(" "))
            }
        }
    }
}

/// Describes a mismatch, as a continuation of the name of the library.
pub fn describe_mismatch(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::NoHeader => "its entry is not a plugin header".to_owned(),
        Mismatch::AbiStable { theirs, ours } => {
            format!("its header has abi_stable {theirs}, and this host has abi_stable {ours}")
        }
        Mismatch::Version { theirs, ours } => {
            format!("its header has plugin ABI {theirs}, and this host has {ours}")
        }
        Mismatch::Types => {
            "its types at the boundary differ from those of this host, although both have the same plugin ABI"
                .to_owned()
        }
        Mismatch::Other(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi_stable::sabi_types::VersionNumber;

    #[test]
    fn descriptions_have_both_versions() {
        let version = |major| VersionNumber { major, minor: 4, patch: 2 };
        let mut header = AbiHeader::VALUE;
        header.abi_minor += 1;
        let ours = format!("{}.{}", AbiHeader::VALUE.abi_major, AbiHeader::VALUE.abi_minor);
        let theirs = format!("{}.{}", header.abi_major, header.abi_minor);
        let mut foreign = AbiHeader::VALUE;
        foreign.magic_string[0] ^= 1;
        let cases = [
            (
                LibraryError::IncompatibleVersionNumber {
                    library_name: "p",
                    expected_version: version(1),
                    actual_version: version(2),
                },
                "its header has plugin ABI 2.4.2, and this host has 1.4.2".to_owned(),
            ),
            (
                LibraryError::InvalidAbiHeader(header),
                format!("its header has abi_stable {theirs}, and this host has abi_stable {ours}"),
            ),
            (LibraryError::InvalidAbiHeader(foreign), "its entry is not a plugin header".to_owned()),
        ];
        for (error, description) in cases {
            assert_eq!(describe_mismatch(&Mismatch::from(error)), description);
        }
    }
}
