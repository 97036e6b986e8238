//! Appends a row to an existing file of foreign bytes. The first byte selects the format.
//!
//! Properties: a refused file is unchanged; an accepted file begins with its earlier rows.

use crate::folder::Folder;
use rowsmith_exporter_csv::CsvExporter;
use rowsmith_exporter_jsonl::JsonlExporter;
use rowsmith_exporter_xlsx::XlsxExporter;
use rowsmith_plugin_api::Exporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, export_rows};

static FOLDER: Folder = Folder::new();

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Some((format, bytes)) = bytes.split_first() else { return };
    let path = FOLDER.write("rows.out", bytes);
    let config = json!({"path": path, "if_exists": "append"});
    let row = json!({"a": "text", "b": 1});
    let result = match format % 3 {
        0 => export_rows::<CsvExporter>(config, &[row]),
        1 => export_rows::<JsonlExporter>(config, &[row]),
        _ => {
            // A workbook is only asked whether it holds rows.
            let config = serde_json::from_value(json!({"path": path})).expect("the config is valid");
            let exporter = XlsxExporter::new(config, FakeHost::default().host()).expect("created");
            drop(exporter.target());
            return;
        }
    };
    let written = std::fs::read(&path).expect("the file exists");
    if result.is_ok() {
        assert!(written.len() > bytes.len(), "the row is missing");
        if format % 3 == 1 {
            return assert!(written.starts_with(bytes), "earlier rows changed");
        }
        // New columns extend every row, so the cells are compared. The header gets guards that it lacks.
        let (earlier, now) = (records(bytes), records(&written));
        assert!(now.len() > earlier.len(), "the row is missing");
        for (earlier, now) in earlier.iter().zip(&now).skip(1) {
            assert!(now.starts_with(earlier), "{earlier:?} became {now:?}");
        }
    } else {
        assert_eq!(written, bytes, "a refused file changed");
    }
}

fn records(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let records = reader.into_byte_records().map(|record| record.expect("reading from memory works"));
    records.map(|record| record.iter().map(<[u8]>::to_vec).collect()).collect()
}
