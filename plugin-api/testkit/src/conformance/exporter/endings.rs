//! What is at the target when an export ends, in one way or another.

use super::session::{EARLIER, Session, files};
use crate::conformance::finding::{Judged, answer, ensure};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::exporter::Ending;
use serde_json::{Value, json};
use std::fs;

fn rows(from: u32, to: u32) -> Vec<Value> {
    (from..to).map(|number| json!({"number": number, "name": format!("row-{number}")})).collect()
}

pub(super) fn target(subject: &Subject) -> Judged {
    let session = Session::new(subject)?;
    let before = answer("asking for the target", session.client.target())?;
    ensure(!before.name.trim().is_empty(), || "the target has no name".to_owned())?;
    session.begin(&["number", "name"])?;
    session.write(&rows(0, 3))?;
    let after = answer("asking for the target", session.client.target())?;
    ensure(before == after, || format!("the target was `{}` and became `{}`", before.name, after.name))
}

pub(super) fn complete(subject: &Subject) -> Judged {
    let session = Session::new(subject)?;
    session.begin(&["number", "name"])?;
    session.write(&rows(0, 300))?;
    session.write(&rows(300, 500))?;
    let summary = session.finish(Ending::Complete)?;
    ensure(summary.rows == 500, || format!("500 rows were written, and the summary says {}", summary.rows))?;
    let text = session.text()?;
    for number in [0, 299, 300, 499] {
        let name = format!("row-{number}");
        ensure(text.contains(&name), || format!("`{name}` was written, and is not in the file"))?;
    }
    let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
    ensure(summary.bytes.is_none_or(|bytes| bytes == size), || {
        format!("the file has {size} bytes, and the summary says {}", summary.bytes.unwrap_or_default())
    })?;
    only_the_target(&session)
}

/// Fails when anything but the target's file is in the folder.
fn only_the_target(session: &Session) -> Judged {
    let target = session.file()?.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let others: Vec<String> = session.files()?.into_iter().filter(|name| *name != target).collect();
    ensure(others.is_empty(), || format!("there are other files beside the target: {}", others.join(", ")))
}

fn has_earlier(session: &Session, when: &str) -> Judged {
    ensure(session.text()? == EARLIER, || format!("{when}, the earlier result is gone"))
}

pub(super) fn survives(subject: &Subject) -> Judged {
    let session = Session::over_earlier(subject)?;
    session.begin(&["number", "name"])?;
    session.write(&rows(0, 2_000))?;
    has_earlier(&session, "before the end")?;
    session.finish(Ending::Complete)?;
    ensure(session.text()? != EARLIER, || "after the end, the earlier result is still there".to_owned())?;
    only_the_target(&session)
}

pub(super) fn partial(subject: &Subject) -> Judged {
    let session = Session::over_earlier(subject)?;
    session.begin(&["number", "name"])?;
    session.write(&rows(0, 50))?;
    let summary = session.finish(Ending::Partial)?;
    has_earlier(&session, "after a run that was stopped")?;
    ensure(summary.rows == 50, || format!("50 rows were written, and the summary says {}", summary.rows))?;
    // What was written may be kept, under a name that the summary tells.
    let target = session.file()?.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let untold = session.files()?.into_iter().find(|name| *name != target && !summary.location.contains(name.as_str()));
    ensure(untold.is_none(), || {
        format!("the file `{}` is left, and the summary does not tell of it", untold.unwrap_or_default())
    })
}

pub(super) fn discard(subject: &Subject) -> Judged {
    let session = Session::over_earlier(subject)?;
    session.begin(&["number", "name"])?;
    session.write(&rows(0, 50))?;
    session.finish(Ending::Discard)?;
    has_earlier(&session, "after a run that is discarded")?;
    only_the_target(&session)
}

pub(super) fn dropped(subject: &Subject) -> Judged {
    let session = Session::over_earlier(subject)?;
    session.begin(&["number", "name"])?;
    session.write(&rows(0, 50))?;
    let before = session.file()?;
    let place = session.dropped();
    let kept = fs::read_to_string(&before).is_ok_and(|text| text == EARLIER);
    ensure(kept, || "the earlier result is gone".to_owned())?;
    let count = files(&place)?.len();
    ensure(count == 1, || format!("{} files are left beside the target", count - 1))
}

pub(super) fn two(subject: &Subject) -> Judged {
    let (one, two) = (Session::new(subject)?, Session::new(subject)?);
    let targets = (one.file()?, two.file()?);
    ensure(targets.0 != targets.1, || "two configs lead to one target".to_owned())?;
    one.begin(&["number", "name"])?;
    two.begin(&["number", "name"])?;
    one.write(&rows(0, 5))?;
    two.write(&rows(5, 12))?;
    one.write(&rows(12, 14))?;
    let (first, second) = (one.finish(Ending::Complete)?, two.finish(Ending::Complete)?);
    ensure((first.rows, second.rows) == (7, 7), || {
        format!("7 rows went to each, and the summaries say {} and {}", first.rows, second.rows)
    })?;
    ensure(!one.text()?.contains("row-5"), || "rows of one export are in the file of the other".to_owned())?;
    ensure(!two.text()?.contains("row-13"), || "rows of one export are in the file of the other".to_owned())
}
