//! Whole texts: the prose and the links that they result in.

use super::read;
use proptest::prelude::*;

#[test]
fn markdown_becomes_prose() {
    let cases = [
        ("heading and paragraphs", "# Title\n\nOne\ntwo.\n\nThree.", "One two. Three."),
        ("heading only", "# Title\n", ""),
        ("underlined heading", "Title\n=====\nText\n\nSub\n---\nMore", "Text More"),
        ("rule after a paragraph", "One\ntwo\n\n---\n\nthree", "One two three"),
        ("emphasis", "*a* **b** ***c*** _d_ __e__ ~~f~~", "a b c d e f"),
        ("no emphasis", "2 * 3, snake_case, a ** b, ~100 and *open", "2 * 3, snake_case, a ** b, ~100 and *open"),
        ("escapes", r"\*not\* \[a\](b) 1\. c\d", r"*not* [a](b) 1. c\d"),
        ("code", "Use `a_b*c*` and ``x ` y``, not `open", "Use a_b*c* and x ` y, not `open"),
        ("fence", "See:\n```rust\nlet a = [1](2);\n  b\n```\nDone", "See: let a = [1](2); b Done"),
        ("open fence", "```\n# x\n- y", "# x - y"),
        ("list", "Has:\n\n- one\n- two.\n  more\n* [ ] three\n\nEnd", "Has: one; two. more; three. End"),
        ("numbers", "1. one\n2) two", "one; two."),
        ("quotation", "> quoted\n> text", "quoted text"),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |", "a, b; 1, 2."),
        ("link", "See [the *docs*](http://x) now.", "See the docs now."),
        ("image", "A ![alt [x](y)](http://i) B [![i](j)](http://k) C", "A B C"),
        ("indented code", "One\n\n    two *three*", "One two *three*"),
        ("items with paragraphs", "- one\n\n  more\n\n- two\n  - three", "one. more two; three."),
        ("empty cells", "| a | | c |\n|---|---|---|\n| | 2 | |", "a, c; 2."),
        ("reference link", "See [the docs][d].\n\n[d]: http://x", "See the docs."),
        ("brackets", "a[0] [x] [y][z] ]( [", "a[0] [x] [y][z] ]( ["),
        ("tags", "a<br>b <b>c</b> List<T> <iostream> 1 < 2 > 1", "a b c List<T> <iostream> 1 < 2 > 1"),
        ("comments", "a\n<!-- x\n\ny -->\nb <!-- c --> d", "a b d"),
        ("html block", "One\n\n<details>\n<summary>Two</summary>\nthree*\n</details>\n\nfour", "One Two three* four"),
        ("entities", "R&amp;D &lt;p&gt; AT&T", "R&D <p> AT&T"),
        ("front matter", "---\ntitle: x\n---\nText", "Text"),
        ("no front matter", "---\nText\n\n---\nmore", "Text more"),
        ("byte order mark", "\u{feff}# T\nText", "Text"),
        ("lines of another system", "# T\r\n\r\nOne `\r\ntwo\r\n`.\r\n", "One two."),
    ];
    for (name, text, description) in cases {
        assert_eq!(read(text).description, description, "{name}");
    }
}

#[test]
fn links_are_collected_and_resource_lists_left_out() {
    let cases: [(&str, &str, &str, &[&str]); 11] = [
        (
            "announced",
            "Text.\n\nVisit the following resources to learn more:\n\n- [@article@A](http://a)\n- [B](http://b)\n- c",
            "Text.",
            &["http://a", "http://b"],
        ),
        ("in the paragraph", "Text.\nLearn more from the following links:\n- [A](http://a)", "Text.", &["http://a"]),
        (
            "not announced",
            "Text.\n\n- [@video@A](http://a) - long\n- [B](http://b)",
            "Text.",
            &["http://a", "http://b"],
        ),
        ("prose goes on", "Resources:\n- [A](http://a)\n\nText:\n- item", "Text: item.", &["http://a"]),
        ("under a heading", "## Resources\n- [A](http://a): a book", "", &["http://a"]),
        (
            "in prose, each once",
            "[A](http://a), [B](http://b) and [C](http://a).",
            "A, B and C.",
            &["http://a", "http://b"],
        ),
        (
            "other forms",
            "<http://a>, http://b. <a href='http://c'>c</a> `http://d`",
            "http://a, http://b. c http://d",
            &["http://a", "http://b", "http://c"],
        ),
        ("a tag in the title", "- [@article@<article>: A](http://a)\n- [B](http://b)", "", &["http://a", "http://b"]),
        (
            "html block",
            "<p>See <a href='http://a'>A</a> or http://b.</p>\n\nText",
            "See A or http://b. Text",
            &["http://a", "http://b"],
        ),
        ("nothing to open", "[a](#a) [b](mailto:b@c) [c](/c) [d](http://) [e]()", "a b c d e", &[]),
        ("odd addresses", "[a](<http://a (b)|c>) [d](HTTPS://d_(e))", "a d", &["http://a%20(b)%7Cc", "HTTPS://d_(e)"]),
    ];
    for (name, text, description, links) in cases {
        let content = read(text);
        assert_eq!(
            (content.description.as_str(), content.links.as_slice()),
            (description, &links.map_owned()[..]),
            "{name}"
        );
    }
}

/// So that the table above stays readable.
trait MapOwned {
    fn map_owned(&self) -> Vec<String>;
}

impl MapOwned for &[&str] {
    fn map_owned(&self) -> Vec<String> {
        self.iter().map(|s| (*s).to_owned()).collect()
    }
}

#[test]
fn html_becomes_prose_and_links() {
    let cases: [(&str, &str, &str, &str); 7] = [
        ("paragraphs", "<h1>T</h1><p>One &amp; <strong>two</strong></p><p>three*</p>", "One & two three*", ""),
        ("list", "<p>Has:</p><ul><li><p>one</p></li><li>two</li></ul>", "Has: one; two.", ""),
        ("link", "<p>See <a class=x href=\"http://a?b&amp;c\">the docs</a>.</p>", "See the docs.", "http://a?b&c"),
        ("code", "<p>Use <code>&lt;b&gt;</code></p><pre><code>a *b*\n</code></pre>", "Use <b> a *b*", ""),
        ("table", "<table><tr><th>a</th><th>b</th></tr><tr><td>1<td>2</tr></table>", "a, b; 1, 2.", ""),
        (
            "resources",
            "<p>Text. Visit the following resources to learn more:<br></p><ul><li><a href='http://a'>A</a>: a book</ul>",
            "Text.",
            "http://a",
        ),
        (
            "hidden",
            "<div><style>p{}</style><!-- <p>x</p> --><script>1</script>Text <img src=x><x-y>more</x-y></div>",
            "Text more",
            "",
        ),
    ];
    for (name, text, description, links) in cases {
        let content = read(text);
        assert_eq!((content.description.as_str(), content.links.join("|").as_str()), (description, links), "{name}");
    }
}

/// Marks of Markdown and HTML, whole and in part.
const MARKS: [&str; 39] = [
    "[", "](", ")", "![", "*", "**", "_", "~~", "`", "``", "```", "\n", "\n\n", " ", "é", "<a href=", "<b>", "</a>",
    ">", "<!--", "-->", "|", "- ", "1. ", "# ", "---", "===", "http://x", "https://", "@a@", "&lt;", "&#", ";", "\\",
    "\"", "<p>", "<pre>", "</pre>", "word",
];

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC*") {
        check(&text)?;
    }

    #[test]
    fn any_sequence_of_marks_is_read(marks in proptest::collection::vec(proptest::sample::select(MARKS.to_vec()), 0..60)) {
        check(&marks.concat())?;
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let content = read(text);
    let words: Vec<&str> = content.description.split_whitespace().collect();
    prop_assert_eq!(words.join(" "), content.description, "one line, single spaces");
    for link in &content.links {
        prop_assert!(link.to_lowercase().starts_with("http"), "{}", link);
        prop_assert!(!link.contains('|') && !link.contains(char::is_whitespace), "{}", link);
    }
    Ok(())
}

#[test]
fn time_is_linear_for_hostile_texts() {
    let parts = [
        "[",
        "![",
        "](",
        "[a](b",
        "`a``",
        "*a ",
        "_a",
        "<a ",
        "http://))",
        "&",
        "[[](x)",
        "~~",
        "<!--x",
        "|",
        "(\"",
        "> ",
        "- ",
        "a|b\n-|-\n",
        "<p>\n",
        "<p><a ",
    ];
    for part in parts {
        let text = part.repeat(4_000);
        assert!(read(&text).description.len() <= 2 * text.len(), "{part}");
    }
}
