//! The binary interface is frozen: types at the boundary have the layout in `layout.txt`.
//!
//! A failure means that existing plugins no longer load. Revert the change, or release a new major version of this crate
//! with another `ENTRY_PREFIX`; never update `layout.txt` alone.
#![cfg(target_pointer_width = "64")]

use abi_stable::StableAbi;
use abi_stable::library::AbiHeader;
use abi_stable::std_types::utypeid::UTypeId;
use abi_stable::type_layout::TypeLayout;
use rowsmith_abi::{CallFuture, Header, HostHandle, Instance, PluginModuleRef};
use std::fmt::Write as _;

const FROZEN: &str = include_str!("layout.txt");

/// Name of a type with normalized white space.
fn name(layout: &TypeLayout) -> String {
    layout.full_type().to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Describes a type and its parts, each once.
fn describe(layout: &'static TypeLayout, seen: &mut Vec<UTypeId>, text: &mut String) {
    // Types that differ only in their generic arguments have one name.
    if seen.contains(&layout.get_utypeid()) {
        return;
    }
    seen.push(layout.get_utypeid());
    writeln!(text, "{}: {} bytes, aligned to {}", name(layout), layout.size(), layout.alignment())
        .expect("writing to a string");
    let fields: Vec<_> = layout.get_fields().into_iter().flat_map(|fields| fields.iter()).collect();
    let mut inner: Vec<&'static TypeLayout> = Vec::new();
    for field in &fields {
        writeln!(text, "    {}: {}", field.name(), name(field.layout())).expect("writing to a string");
        if !field.is_function() {
            inner.push(field.layout());
        }
        for function in field.function_range() {
            let parameters: Vec<_> = function.param_type_layouts.iter().map(|get| get()).collect();
            let returned = function.return_type_layout().map(|get| get());
            let names: Vec<_> = parameters.iter().map(|layout| name(layout)).collect();
            let result = returned.map_or_else(|| "()".to_owned(), name);
            let safety = if function.fn_qualifs.is_unsafe() { "unsafe " } else { "" };
            writeln!(text, "        {safety}fn({}) -> {result}", names.join(", ")).expect("writing to a string");
            inner.extend(parameters.into_iter().chain(returned));
        }
    }
    // Includes the fields of a module that is only accessed through a pointer.
    inner.extend(layout.phantom_fields().iter().map(|field| field.layout()));
    for layout in inner {
        describe(layout, seen, text);
    }
}

#[test]
fn layouts_at_the_boundary_are_frozen() {
    let mut text = format!(
        "rowsmith-abi {}, major {}, entries `{}…`\n",
        rowsmith_abi::VERSION,
        rowsmith_abi::ABI_MAJOR,
        rowsmith_abi::ENTRY_PREFIX
    );
    let AbiHeader { abi_major, abi_minor, .. } = AbiHeader::VALUE;
    writeln!(text, "abi_stable {abi_major}.{abi_minor}, a header of {} bytes\n", size_of::<Header>())
        .expect("writing to a string");
    let mut seen = Vec::new();
    for layout in [PluginModuleRef::LAYOUT, Instance::LAYOUT, HostHandle::LAYOUT, CallFuture::LAYOUT] {
        describe(layout, &mut seen, &mut text);
    }
    assert_eq!(text, FROZEN, "the layout is now:\n{text}");
}
