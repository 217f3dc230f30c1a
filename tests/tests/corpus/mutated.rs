//! Revision files with a few characters, words or lines changed: whatever they are now, reading and running them
//! ends, with an answer or with what is wrong.

use retort_core::dialect::Capabilities;
use retort_core::graph::Heads;
use retort_core::plan::{Step, StepKind};
use retort_core::replay::Replay;
use retort_core::source::{Content, DialectKind};

use super::chain::{Chain, Files, Shared, chains};

/// Numbers that are the same in every run (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }
}

/// Words that change what a program does more than a random letter would.
const WORDS: [&str; 24] = [
    "None",
    "(",
    ")",
    "[",
    "not ",
    "lambda: ",
    "*",
    "**",
    "while True:",
    "yield ",
    "return",
    "0",
    "-1",
    "10 ** 99",
    "'%s' % ",
    "f'{",
    "op.f(",
    "sa.inspect(op.get_bind())",
    "for x in ",
    "upgrade()",
    "async ",
    "\t",
    "\u{0}",
    "é",
];

fn mutate(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(lines.len());
        let Some(line) = lines.get(at).cloned() else { continue };
        let starts: Vec<usize> = line.char_indices().map(|(start, _)| start).collect();
        let start = starts.get(numbers.below(starts.len())).copied().unwrap_or(0);
        match numbers.below(7) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, line),
            2 => lines.insert(numbers.below(lines.len()), line),
            3 => lines[at] = line[..start].to_owned(),
            4 => lines[at] = line[start..].to_owned(),
            5 => lines[at].insert_str(start, WORDS[numbers.below(WORDS.len())]),
            _ => {
                let other = lines[numbers.below(lines.len())].clone();
                let words: Vec<&str> = other.split_whitespace().collect();
                lines[at].insert_str(start, words.get(numbers.below(words.len())).unwrap_or(&""));
            }
        }
    }
    lines.join("\n")
}

/// How often each file is changed: `RETORT_FUZZ_ROUNDS`, 4 if it says nothing.
fn rounds() -> u64 {
    std::env::var("RETORT_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(4)
}

/// The project with this revision only, changed.
fn alone(chain: &Chain, files: &Files, name: &str, changed: String) -> Files {
    let mut files: Files = files.iter().filter(|(other, _)| !chain.is_revision(other)).cloned().collect();
    files.push((name.to_owned(), Shared::new(changed.into_bytes())));
    files
}

#[test]
#[allow(clippy::print_stdout, reason = "says which file a panic is about")]
fn changed_files_end_with_an_answer_or_a_reason() {
    let dialects = [DialectKind::Sqlite, DialectKind::Postgres, DialectKind::Mysql];
    for chain in chains() {
        let files = chain.files();
        let revisions: Vec<usize> =
            (0..files.len()).filter(|index| chain.is_revision(&files[*index].0)).collect();
        assert!(revisions.len() >= chain.revisions(), "{}", chain.name());
        for (count, index) in revisions.into_iter().enumerate() {
            let (name, content) = &files[index];
            let text = String::from_utf8_lossy(content.bytes());
            for round in 0..rounds() {
                let seed = (count as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (round + 1);
                let changed = mutate(&text, &mut Numbers(seed));
                println!("{name}, round {round}");
                let dialect = dialects[(count + round as usize) % dialects.len()];
                let project = chain.open(&alone(&chain, &files, name, changed), dialect);
                let mut replay = Replay::from_base(&project, Capabilities::newest(dialect));
                for revision in project.graph.iter() {
                    replay.step(&Step {
                        revision: revision.id.clone(),
                        kind: StepKind::Upgrade,
                        before: Heads::base(),
                        after: Heads::base(),
                    });
                }
            }
        }
    }
}
