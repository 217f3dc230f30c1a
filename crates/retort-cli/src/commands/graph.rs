//! `retort graph`

use anyhow::Result;
use retort_core::graph::RevisionGraph;
use retort_core::json as core_json;
use retort_core::project::Project;
use serde_json::{Value, json};

use crate::args::Format;
use crate::exit_code::ExitCode;
use crate::session::Session;
use crate::{graph_text, json};

/// What follows the word `graph`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Draws the chain; `--format` says how.
pub(crate) fn run(_args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    let graph = &project.graph;
    match session.format {
        Format::Text => graph_text::write(graph, &mut session.out)?,
        Format::Mermaid => write!(session.out, "{}", mermaid(graph))?,
        Format::Dot => write!(session.out, "{}", dot(graph))?,
        Format::Json => document(session, &project),
    }
    Ok(session.looked())
}

fn document(session: &mut Session, project: &Project) {
    let graph = &project.graph;
    let lanes = graph.lanes();
    let revisions = graph.iter().zip(&lanes.rows).map(|(revision, row)| {
        let mut value = json::revision(project, revision, None);
        if let Some(map) = value.as_object_mut() {
            map.insert("lane".to_owned(), json!(row.lane));
        }
        value
    });
    let revisions: Vec<Value> = revisions.collect();
    let ids: Vec<&str> = graph.iter().map(|revision| revision.id.as_str()).collect();
    let edge = |(from, to, is_dependency): (usize, usize, bool)| json!({ "from": ids[from], "to": ids[to], "dependency": is_dependency });
    let edges: Vec<Value> = edges(graph).map(edge).collect();
    session.put("heads", core_json::heads(graph.heads()));
    session.put("revisions", Value::from(revisions));
    session.put("edges", Value::from(edges));
}

/// All links as places in the graph's order: from below to above, and whether by dependency.
fn edges(graph: &RevisionGraph) -> impl Iterator<Item = (usize, usize, bool)> {
    graph.lanes().edges.into_iter().map(|edge| (edge.from as usize, edge.to as usize, edge.dependency))
}

fn mermaid(graph: &RevisionGraph) -> String {
    let mut text = String::from("flowchart BT\n");
    for (at, revision) in graph.iter().enumerate() {
        let mut label = revision.id.to_string();
        if !revision.message.is_empty() {
            label = format!("{label}: {}", revision.message);
        }
        text.push_str(&format!("    r{at}[\"{}\"]\n", mermaid_escaped(&label)));
    }
    for (from, to, is_dependency) in edges(graph) {
        let arrow = if is_dependency { "-.->" } else { "-->" };
        text.push_str(&format!("    r{from} {arrow} r{to}\n"));
    }
    text
}

/// Mermaid reads `#name;` as a character, and Markdown inside quotes (mermaid.js.org/syntax/flowchart.html).
fn mermaid_escaped(label: &str) -> String {
    let mut escaped = String::with_capacity(label.len());
    for letter in label.chars() {
        match letter {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '`' => escaped.push_str("#96;"),
            other if other.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

fn dot(graph: &RevisionGraph) -> String {
    let quoted = |text: &str| {
        let clean: String =
            text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let mut text = String::from("digraph revisions {\n    rankdir=BT;\n    node [shape=box];\n");
    let ids: Vec<String> = graph.iter().map(|revision| quoted(revision.id.as_str())).collect();
    for (revision, id) in graph.iter().zip(&ids) {
        let label = match revision.message.as_str() {
            "" => revision.id.to_string(),
            message => format!("{}: {message}", revision.id),
        };
        text.push_str(&format!("    {id} [label={}];\n", quoted(&label)));
    }
    for (from, to, is_dependency) in edges(graph) {
        let style = if is_dependency { " [style=dashed]" } else { "" };
        text.push_str(&format!("    {} -> {}{style};\n", ids[from], ids[to]));
    }
    text.push_str("}\n");
    text
}
