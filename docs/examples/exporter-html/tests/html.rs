//! Contents of the page, and the files after a run that is not completed.

use rowsmith_exporter_html::Html;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::ChunkBuilder;
use rowsmith_plugin_testkit::{FakeHost, block_on};
use std::fs;
use std::path::Path;

fn export(path: &Path, change: &Value, chunks: &[Vec<Value>], mode: FinishMode) -> Result<ExportSummary> {
    let mut config = json!({ "path": path });
    for (key, value) in change.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let mut exporter = Html::new(serde_json::from_value(config)?, FakeHost::default().host())?;
    block_on(async {
        exporter.begin(Vec::new()).await?;
        for rows in chunks {
            let mut builder = ChunkBuilder::new();
            rows.iter().try_for_each(|row| builder.push(row))?;
            exporter.write(builder.take()).await?;
        }
        exporter.finish(mode).await
    })
}

/// The page of some rows, and its table.
fn page(change: &Value, chunks: &[Vec<Value>]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pages").join("rows.html");
    let summary = export(&path, change, chunks, FinishMode::Complete).unwrap();
    assert_eq!(summary.rows, chunks.iter().map(|rows| rows.len() as u64).sum::<u64>());
    let page = fs::read_to_string(&path).unwrap();
    let (_, rest) = page.split_once("<table>\n").unwrap();
    let (table, end) = rest.split_once("</table>\n").unwrap();
    assert_eq!(end, "</body>\n</html>\n");
    (page.clone(), table.to_owned())
}

#[test]
fn rows_become_a_table() {
    let rows = vec![json!({"Topic": "A & <B>", "n": 5, "x": null}), json!({"Topic": "two\nlines", "x": {"k": true}})];
    assert_eq!(
        page(&json!({}), &[rows]).1,
        "<thead>\n<tr><th scope=\"col\">Topic</th><th scope=\"col\">n</th><th scope=\"col\">x</th></tr>\n</thead>\n\
         <tbody>\n<tr><td>A &amp; &lt;B&gt;</td><td class=\"n\">5</td><td></td></tr>\n\
         <tr><td>two<br>lines</td><td></td><td>{&quot;k&quot;:true}</td></tr>\n</tbody>\n"
    );
}

#[test]
fn a_late_column_widens_the_rows_before_it() {
    let (_, table) = page(&json!({}), &[vec![json!({"a": "1"})], vec![json!({"a": "2", "b<": "3"})]]);
    assert_eq!(
        table,
        "<thead>\n<tr><th scope=\"col\">a</th><th scope=\"col\">b&lt;</th></tr>\n</thead>\n\
         <tbody>\n<tr><td>1</td><td></td></tr>\n<tr><td>2</td><td>3</td></tr>\n</tbody>\n"
    );
}

#[test]
fn nothing_of_the_data_or_the_title_can_run() {
    let attack = "</title></td><script>alert(1)</script><img src=x onerror=\"alert(1)\">";
    let (page, _) = page(&json!({ "title": attack }), &[vec![json!({ attack: attack })]]);
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert_eq!(page.matches("&lt;script&gt;").count(), 4);
    assert!(page.contains("default-src 'none'"), "{page}");
}

#[test]
fn a_page_without_rows_is_a_page() {
    assert_eq!(page(&json!({}), &[]).1, "<thead>\n<tr></tr>\n</thead>\n<tbody>\n</tbody>\n");
    assert_eq!(
        page(&json!({"columns": ["a"]}), &[]).1,
        "<thead>\n<tr><th scope=\"col\">a</th></tr>\n</thead>\n<tbody>\n</tbody>\n"
    );
}

#[test]
fn a_run_that_is_not_completed_keeps_the_old_page() {
    for (mode, beside) in [(FinishMode::Partial, Some("rows.partial.html")), (FinishMode::Discard, None)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.html");
        fs::write(&path, "old").unwrap();
        export(&path, &json!({}), &[vec![json!({"a": 1})]], mode).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let mut names: Vec<String> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "rows.html");
        assert_eq!(names.first().map(String::as_str), beside, "{mode:?}");
    }
}

#[test]
fn an_existing_page_can_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.html");
    fs::write(&path, "old").unwrap();
    let error = export(&path, &json!({"if_exists": "fail"}), &[], FinishMode::Complete).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Io);
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}
