//! Names the encodings that bytes may be in, for help that does not lead to wrong text. Pure.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, KOI8_R, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
};
use rowsmith_plugin_api::input::listed;

/// Encodings that files still have, the most frequent first.
const CANDIDATES: [&Encoding; 17] = [
    WINDOWS_1252,
    SHIFT_JIS,
    GB18030,
    BIG5,
    EUC_KR,
    EUC_JP,
    WINDOWS_1251,
    WINDOWS_1250,
    KOI8_R,
    WINDOWS_1254,
    WINDOWS_1253,
    WINDOWS_1256,
    WINDOWS_1255,
    WINDOWS_874,
    MACINTOSH,
    IBM866,
    GBK,
];
/// Maximum encodings in a hint.
const MAX_NAMES: usize = 4;
/// Maximum bytes that are examined.
const MAX_BYTES: usize = 64 * 1024;

/// The hint for `sample`, which is not in the configured encoding; `head` is the start of the file.
pub(crate) fn hint(sample: &[u8], head: &[u8]) -> String {
    let names = encodings(sample, head);
    if names.is_empty() {
        return "set `encoding` to the one in which the file was written; if it is damaged, `utf-8-lossy` replaces invalid \
                bytes"
            .to_owned();
    }
    format!(
        "set `encoding` to the one in which the file was written: {} can be read from these bytes, the most likely first, \
         but only one gives the right text; `utf-8-lossy` replaces invalid bytes",
        listed(&names)
    )
}

/// Labels of encodings in which the bytes are text, the most likely first.
fn encodings(sample: &[u8], head: &[u8]) -> Vec<String> {
    let sample = sample.get(..MAX_BYTES).unwrap_or(sample);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(head, false);
    detector.feed(sample, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let mut labels: Vec<String> = Vec::new();
    for encoding in std::iter::once(guess).chain(CANDIDATES).filter(|encoding| *encoding != UTF_8) {
        let label = encoding.name().to_ascii_lowercase();
        if !labels.contains(&label) && is_text(sample, encoding) && labels.len() < MAX_NAMES {
            labels.push(label);
        }
    }
    labels
}

/// Returns whether there are only bytes of ASCII.
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}

/// Returns whether the bytes are valid in an encoding, and most characters beyond ASCII are letters. A character at the
/// end may be cut off.
fn is_text(bytes: &[u8], encoding: &'static Encoding) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let Some(capacity) = decoder.max_utf8_buffer_length_without_replacement(bytes.len()) else { return false };
    let mut text = vec![0; capacity];
    let (result, _, length) = decoder.decode_to_utf8_without_replacement(bytes, &mut text, false);
    let text = std::str::from_utf8(text.get(..length).unwrap_or_default()).unwrap_or_default();
    let (letters, others) = text.chars().filter(|c| !c.is_ascii()).partition::<Vec<char>, _>(|c| c.is_alphabetic());
    result == encoding_rs::DecoderResult::InputEmpty
        && !others.iter().any(|other| other.is_control())
        && letters.len() >= others.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_of_a_text_is_named() {
        for (label, text) in [
            ("shift_jis", "品名,説明\r\n電球,暖かい光の電球です\r\n"),
            ("gbk", "名称,说明\r\n灯泡,温暖的光线\r\n"),
            ("big5", "名稱,說明\r\n燈泡,溫暖的光線\r\n"),
            ("euc-kr", "이름,설명\r\n전구,따뜻한 빛의 전구입니다\r\n"),
            ("windows-1251", "имя,описание\r\nлампа,тёплый свет для комнаты\r\n"),
            ("koi8-u", "имя,описание\r\nлампа,тёплый свет для комнаты\r\n"),
            ("windows-1252", "nom,texte\r\ncafé,un goût très agréable\r\n"),
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).expect("a label");
            let (bytes, _, _) = encoding.encode(text);
            let names = encodings(&bytes, &bytes);
            assert!(names.iter().any(|name| name == label), "{label}: {names:?}");
            assert!(hint(&bytes, &bytes).contains(label), "{label}");
        }
    }

    #[test]
    fn encodings_that_leave_bytes_undefined_are_not_named() {
        let (bytes, _, _) = SHIFT_JIS.encode("品名,説明\r\n電球\r\n");
        assert!(!encodings(&bytes, &bytes).contains(&"windows-1252".to_owned()));
    }
}
