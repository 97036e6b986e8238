//! Names the quota that a service keeps for one credential.

use super::BaseUrl;
use crate::secret::Secret;
use sha2::{Digest, Sha256};

/// Separates this hash from every other use of the same secret.
const DOMAIN: &[u8] = b"rowsmith quota scope v1";

/// Returns a name for the quota of a service and a credential, for [`ProviderInfo::quota_scope`].
///
/// Equal addresses and keys have equal names, in every process and on every machine. The name holds the service's host
/// and 16 hexadecimal digits of a SHA-256; it holds no part of the key.
///
/// [`ProviderInfo::quota_scope`]: crate::ProviderInfo::quota_scope
pub fn quota_scope(base_url: &BaseUrl, api_key: Option<&Secret>) -> String {
    let key = api_key.map(Secret::expose).unwrap_or_default();
    // `localhost` and `127.0.0.1` are one service.
    let service = base_url.service_name();
    let address = base_url.as_str().replacen(base_url.authority(), &service, 1);
    let mut hash = Sha256::new();
    for part in [DOMAIN, address.as_bytes(), key.as_bytes()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let start = digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    // 64 bits distinguish credentials and are too few to hold one.
    format!("{service}:{start:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(base_url: &str, key: Option<&str>) -> String {
        quota_scope(&BaseUrl::parse(base_url).unwrap(), key.map(Secret::new).as_ref())
    }

    #[test]
    fn service_and_key_tell_quotas_apart() {
        let one = scope("https://api.example.org/v1", Some("key-1"));
        assert_eq!(one, scope("https://api.example.org/v1/", Some("key-1")));
        assert_eq!(scope("http://localhost:8080/v1", None), scope("http://127.0.0.1:8080/v1", None));
        assert_ne!(scope("http://localhost:8080/v1", None), scope("http://127.0.0.1:8081/v1", None));
        for (base_url, key) in [
            ("https://api.example.org/v1", Some("key-2")),
            ("https://api.example.org/v1", None),
            ("https://api.example.org/v2", Some("key-1")),
            ("https://other.example.org/v1", Some("key-1")),
        ] {
            assert_ne!(scope(base_url, key), one, "{base_url} {key:?}");
        }
    }

    #[test]
    fn the_name_is_stable_and_holds_no_key() {
        // Processes of different versions share quotas by this name.
        assert_eq!(scope("https://api.example.org/v1", Some("test-key")), "api.example.org:568f81b55a42187e");
        assert_eq!(scope("http://127.0.0.1:8080", None), "127.0.0.1:8080:2e4457ac496acd4f");
    }
}
