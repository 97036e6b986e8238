//! Expands the source text of a type, for the tests of the derives.

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// Returns the error of a derive for the source of a type.
pub(crate) fn error_of(expand: impl Fn(&DeriveInput) -> syn::Result<TokenStream>, source: &str) -> String {
    let input: DeriveInput = syn::parse_str(source).unwrap();
    expand(&input).map_or_else(|error| error.to_string(), |tokens| format!("no error, but {tokens}"))
}
