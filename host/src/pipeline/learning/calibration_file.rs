//! Keeps what runs learned about their services, beside the cache.
//!
//! One JSON file holds all models. It contains advice only: without it, a run finds the same sizes again. So writers need no lock: each
//! replaces the file as a whole, and of two runs that end in the same moment the later one counts.

use super::calibration::{Calibration, ModelSizes, QuestionSizes};
use crate::hex::hex;
use crate::pipeline::question_digest::QuestionDigest;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The format of the file.
const FORMAT: &str = "rowsmith/calibration/v1";
/// The file for caches without a path.
const DEFAULT_PATH: &str = ".rowsmith/calibration.json";
/// Seconds after which sizes are learned anew, because services change.
const MAX_AGE_SECS: u64 = 30 * 24 * 60 * 60;
/// Maximum models of a file, and maximum questions of a model. The oldest ones are removed.
const MAX_ENTRIES: usize = 64;
/// Maximum bytes of a file that is read.
const MAX_BYTES: u64 = 4 << 20;

/// The model and the question that sizes belong to.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Name of the provider plugin.
    pub provider: String,
    /// Name of the model.
    pub model: String,
    /// The service, as the provider plugin distinguishes it.
    pub service: String,
    /// The question.
    pub question: QuestionDigest,
}

impl Subject {
    fn id(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.provider, &self.model, &self.service] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hex(&hash.finalize()[..8])
    }
}

/// The content of a file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    format: String,
    models: BTreeMap<String, Entry>,
}

/// The sizes of a model.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Entry {
    provider: String,
    model: String,
    /// Seconds since 1970.
    updated: u64,
    sizes: ModelSizes,
    #[serde(default)]
    questions: BTreeMap<String, Question>,
}

/// The sizes of a question.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Question {
    /// Seconds since 1970.
    updated: u64,
    #[serde(flatten)]
    sizes: QuestionSizes,
}

/// The sizes that runs keep for a cache.
#[derive(Debug, Clone)]
pub struct CalibrationFile(PathBuf);

impl CalibrationFile {
    /// Returns the file of a cache, beside its store.
    pub fn of(store: Option<&str>) -> Self {
        Self(store.map_or_else(
            || DEFAULT_PATH.into(),
            |store| {
                let store = Path::new(store);
                let mut name = store.file_name().unwrap_or_default().to_owned();
                name.push(".calibration.json");
                store.with_file_name(name)
            },
        ))
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns what is known about a subject. Sizes that are too old do not count.
    ///
    /// # Errors
    /// If there is a file that cannot be read, is damaged or has a later format.
    pub fn read(&self, subject: &Subject, now_secs: u64) -> io::Result<Calibration> {
        let content = self.content()?;
        // The future is as unlikely as the past: a clock was wrong.
        let is_current = |updated: u64| updated.abs_diff(now_secs) <= MAX_AGE_SECS;
        let Some(model) = content.models.get(&subject.id()).filter(|model| is_current(model.updated)) else {
            return Ok(Calibration::default());
        };
        let question = model.questions.get(subject.question.as_str()).filter(|question| is_current(question.updated));
        let question = question.map(|question| question.sizes.clone()).unwrap_or_default();
        Ok(Calibration { model: model.sizes.clone(), question })
    }

    /// Replaces what is known about a subject. Damaged files are replaced; those of a later format are not.
    ///
    /// # Errors
    /// If the file cannot be written, or has a later format.
    pub fn write(&self, subject: &Subject, calibration: &Calibration, now_secs: u64) -> io::Result<()> {
        let mut content = match self.content() {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => return Err(error),
            content => content.unwrap_or_default(),
        };
        FORMAT.clone_into(&mut content.format);
        let model = content.models.entry(subject.id()).or_default();
        model.provider.clone_from(&subject.provider);
        model.model.clone_from(&subject.model);
        model.updated = now_secs;
        model.sizes = calibration.model.clone();
        let question = Question { updated: now_secs, sizes: calibration.question.clone() };
        model.questions.insert(subject.question.as_str().to_owned(), question);
        remove_oldest(&mut model.questions, |question| question.updated);
        remove_oldest(&mut content.models, |model| model.updated);
        self.replace(&content)
    }

    fn content(&self) -> io::Result<Content> {
        let file = match fs::File::open(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::default()),
            file => file?,
        };
        let mut text = String::new();
        file.take(MAX_BYTES).read_to_string(&mut text)?;
        let content: serde_json::Value = serde_json::from_str(&text)?;
        match content.get("format").and_then(serde_json::Value::as_str) {
            Some(FORMAT) => Ok(serde_json::from_value(content)?),
            Some(other) if other.starts_with("rowsmith/calibration/") => {
                Err(io::Error::new(io::ErrorKind::Unsupported, format!("it has the later format `{other}`")))
            }
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "it has no format")),
        }
    }

    fn replace(&self, content: &Content) -> io::Result<()> {
        let folder = self.0.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, content)?;
        file.write_all(b"\n")?;
        file.persist(&self.0).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Removes the oldest entries over the maximum.
fn remove_oldest<T>(entries: &mut BTreeMap<String, T>, updated: impl Fn(&T) -> u64) {
    while entries.len() > MAX_ENTRIES {
        let oldest = entries.iter().min_by_key(|(_, entry)| updated(entry)).map(|(name, _)| name.clone());
        let Some(oldest) = oldest else { return };
        entries.remove(&oldest);
    }
}

#[cfg(test)]
#[path = "calibration_file_tests.rs"]
mod tests;
