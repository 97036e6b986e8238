//! Converts failures of the writer.

use rowsmith_plugin_api::prelude::*;
use rust_xlsxwriter::XlsxError;
use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use zip::result::ZipError;

/// Performs a step of the writer. The writer panics when its temporary file cannot be written, for example on a full disk;
/// this becomes an error.
pub(crate) fn guarded<T>(step: impl FnOnce() -> std::result::Result<T, XlsxError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(result) => result.map_err(converted),
        Err(payload) => Err(panicked(payload.as_ref())),
    }
}

/// Returns an error of the output unchanged.
fn converted(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) | XlsxError::ZipError(ZipError::Io(error)) => error.into(),
        other => Error::new(ErrorKind::InvalidData, format!("cannot write the workbook: {other}")),
    }
}

fn panicked(payload: &(dyn Any + Send)) -> Error {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("unknown failure");
    let is_full = text.contains("StorageFull") || text.contains("No space left");
    let kind = if is_full { ErrorKind::of_io(&io::ErrorKind::StorageFull.into()) } else { ErrorKind::Io };
    Error::new(kind, format!("cannot write the temporary file of the sheet: {text}"))
        .hint("the sheet needs disk space in the folder of the output")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(step: impl FnOnce() -> std::result::Result<(), XlsxError>) -> Error {
        guarded(step).unwrap_err()
    }

    #[test]
    fn failures_keep_their_kind() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let inner = Error::new(ErrorKind::BrokenPipe, "closed").with_context("path", "x");
        let carried = io::Error::other(inner.clone());
        assert_eq!(result(|| Err(XlsxError::IoError(full()))).kind, ErrorKind::NoSpace);
        assert_eq!(result(|| Err(XlsxError::ZipError(ZipError::Io(carried)))), inner);
        assert_eq!(result(|| Err(XlsxError::RowColumnLimitError)).kind, ErrorKind::InvalidData);
    }

    #[test]
    fn panics_of_the_writer_become_errors() {
        let error = result(|| panic!("Couldn't write to XML file: {:?}", io::Error::from_raw_os_error(28)));
        assert_eq!(error.kind, ErrorKind::NoSpace, "{error}");
        assert_eq!(result(|| panic!("other")).kind, ErrorKind::Io);
        assert!(result(|| panic!("other")).message.contains("other"));
    }
}
