//! Decodes the messages that cross the boundary between host and plugin. The first byte selects the type.
//!
//! Properties: an accepted message that is encoded again decodes, and encodes to the same bytes.

use rowsmith_plugin_api::envelope;
use rowsmith_plugin_api::prelude::*;

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 3 {
        0 => {
            let Ok(request) = HttpRequest::decode(bytes) else { return };
            let once = request.encode().expect("a decoded request can be encoded");
            let again = HttpRequest::decode(&once).expect("an encoded request can be decoded");
            assert_eq!(again.encode().expect("encoded")[..], once[..]);
        }
        1 => {
            let Ok(response) = HttpResponse::decode(bytes) else { return };
            let once = response.encode().expect("a decoded response can be encoded");
            let again = HttpResponse::decode(&once).expect("an encoded response can be decoded");
            assert_eq!(again.encode().expect("encoded")[..], once[..]);
        }
        _ => {
            let Ok((head, [first, second])) = envelope::decode::<Value, 2>(bytes) else { return };
            let once = envelope::encode(&head, &[first, second]).expect("a decoded message can be encoded");
            let (_, blobs) = envelope::decode::<Value, 2>(&once).expect("an encoded message can be decoded");
            assert_eq!(blobs, [first, second]);
        }
    }
}
