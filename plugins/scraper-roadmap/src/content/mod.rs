//! Converts the text of a topic to prose and links.
//!
//! The text is Markdown, written by hand in the public repository, or HTML, produced by the editor of roadmap.sh.
//! Both readers drive one [`builder::ContentBuilder`]. The result:
//!
//! - **prose** on one line: without headings, images, comments and emphasis marks. Links keep their text, code is
//!   kept as text, list items are joined with `;`, paragraphs with a space. The list of resources and the sentence
//!   that announces it are left out;
//! - **links** in order of appearance, each once: the http and https addresses of all links outside code.
//!
//! Every text is accepted. Time is linear in the length of the text.

mod announcement;
mod bare_link;
mod builder;
mod extracted;
mod html;
mod markdown;
mod prose;
mod read;
#[cfg(test)]
mod tests;

pub(crate) use extracted::Content;
pub(crate) use read::read;
