//! The binary interface is frozen: what crosses the boundary has the layout that `layout.txt` shows.
//!
//! A test that fails here says that plugins which exist would no longer load. The way out is to take the change back,
//! or a new major version of this crate (and with it another `ENTRY_PREFIX`), never a new `layout.txt` alone.
#![cfg(target_pointer_width = "64")]

use abi_stable::StableAbi;
use abi_stable::library::AbiHeader;
use abi_stable::std_types::utypeid::UTypeId;
use abi_stable::type_layout::TypeLayout;
use rowsmith_abi::{CallFuture, Header, HostHandle, Instance, PluginModuleRef};
use std::fmt::Write as _;

const FROZEN: &str = include_str!("layout.txt");

/// The name of a type, without what is only spacing.
fn name(layout: &TypeLayout) -> String {
    layout.full_type().to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A type and all that it is made of, each once.
fn describe(layout: &'static TypeLayout, seen: &mut Vec<UTypeId>, text: &mut String) {
    // Types that differ only in what they are generic over have one name.
    if seen.contains(&layout.get_utypeid()) {
        return;
    }
    seen.push(layout.get_utypeid());
    writeln!(text, "{}: {} bytes, aligned to {}", name(layout), layout.size(), layout.alignment())
        .expect("a String takes all");
    let fields: Vec<_> = layout.get_fields().into_iter().flat_map(|fields| fields.iter()).collect();
    let mut inner: Vec<&'static TypeLayout> = Vec::new();
    for field in &fields {
        writeln!(text, "    {}: {}", field.name(), name(field.layout())).expect("a String takes all");
        if !field.is_function() {
            inner.push(field.layout());
        }
        for function in field.function_range() {
            let parameters: Vec<_> = function.param_type_layouts.iter().map(|get| get()).collect();
            let returned = function.return_type_layout().map(|get| get());
            let names: Vec<_> = parameters.iter().map(|layout| name(layout)).collect();
            let result = returned.map_or_else(|| "()".to_owned(), name);
            let safety = if function.fn_qualifs.is_unsafe() { "unsafe " } else { "" };
            writeln!(text, "        {safety}fn({}) -> {result}", names.join(", ")).expect("a String takes all");
            inner.extend(parameters.into_iter().chain(returned));
        }
    }
    // The fields of a module that is only ever seen through a pointer are among these.
    inner.extend(layout.phantom_fields().iter().map(|field| field.layout()));
    for layout in inner {
        describe(layout, seen, text);
    }
}

#[test]
fn nothing_that_crosses_the_boundary_has_changed() {
    let mut text = format!(
        "rowsmith-abi {}, major {}, entries `{}…`\n",
        rowsmith_abi::VERSION,
        rowsmith_abi::ABI_MAJOR,
        rowsmith_abi::ENTRY_PREFIX
    );
    let AbiHeader { abi_major, abi_minor, .. } = AbiHeader::VALUE;
    writeln!(text, "abi_stable {abi_major}.{abi_minor}, a header of {} bytes\n", size_of::<Header>())
        .expect("a String takes all");
    let mut seen = Vec::new();
    for layout in [PluginModuleRef::LAYOUT, Instance::LAYOUT, HostHandle::LAYOUT, CallFuture::LAYOUT] {
        describe(layout, &mut seen, &mut text);
    }
    assert_eq!(text, FROZEN, "the layout is now:\n{text}");
}
