//! Texts with a grammar: search, file names and contents, options of a field, rules and mappings.

use connect::feed::{Mapping, preview};
use parties::contacts::model::{disposition, safe_name, sniff};
use parties::fields::model::options_of;
use spine::secrecy::{Act, Group, Rules, What, Who};
use tempfile::TempDir;

use super::{Target, bytes, text};

pub(super) const SEARCH: Target = Target {
    name: "search",
    cost: 1,
    seeds: || {
        bytes(&["иванов пётр", "Ivanov P", "1234", "+7 916", "a@b", "40817 810", "\"ооо ромашка\""])
    },
    words: &["@", "%", "_", "*", "№", "+7"],
    run: |input| {
        let text = text(input);
        let _ = parties::search::parse_query(&text);
        let key = parties::search::normal_key(&text);
        assert_eq!(parties::search::normal_key(&key), key, "{text:?}");
        for stem in engagement::words::stems(&text) {
            let _ = engagement::words::pattern(&stem);
        }
    },
};

pub(super) const FILE_NAME: Target = Target {
    name: "file_name",
    cost: 1,
    seeds: || {
        bytes(&[
            "договор №1.pdf",
            "..\\..\\etc/passwd",
            "a\r\nset-cookie: x.png",
            "\u{202e}fdp.exe",
            ".",
            "",
        ])
    },
    words: &["/", "\\", "..", "\"", ";", "\r\n", "%00"],
    run: |input| {
        let text = text(input);
        let name = safe_name(&text);
        assert_eq!(safe_name(&name), name, "{text:?}");
        assert!(!name.is_empty() && !name.contains(['/', '\\', '"', '\0']) && name != "..");
        assert!(!name.chars().any(char::is_control));
        let header = disposition(&text);
        assert!(header.is_ascii() && http::HeaderValue::from_str(&header).is_ok(), "{header:?}");
        assert_eq!(header.matches('"').count(), 2, "{header:?}");
    },
};

pub(super) const FILE_CONTENT: Target = Target {
    name: "file_content",
    cost: 1,
    seeds: || {
        let all: [&[u8]; 7] = [
            b"a.pdf\0%PDF-1.7",
            b"a.png\0\x89PNG\r\n\x1a\n",
            b"a.docx\0PK\x03\x04",
            b"a.txt\0hello",
            b"a.sig\0\x30\x82",
            b"a.webp\0RIFF0000WEBP",
            b"a.exe\0MZ",
        ];
        all.map(<[u8]>::to_vec).to_vec()
    },
    words: &[".pdf", ".jpg", ".csv", "ftyp", "MZ"],
    run: |input| {
        let at = input.iter().position(|byte| *byte == 0).unwrap_or(input.len());
        let (name, content) = input.split_at(at);
        let content = content.get(1..).unwrap_or_default();
        if let Ok(found) = sniff(&text(name), content) {
            assert!(!content.starts_with(b"MZ") && !content.starts_with(b"\x7fELF"));
            assert!(http::HeaderValue::from_str(found.mime).is_ok());
            assert!(!found.mime.contains("html") && !found.mime.contains("script"));
        }
    },
};

pub(super) const OPTIONS: Target = Target {
    name: "field_options",
    cost: 1,
    seeds: || bytes(&["red: Красный / Red\nСиний / Blue", "а\nа\n- б", "/\n: x\n-\n- / "]),
    words: &[": ", "\n", " / ", "-", "\u{200b}"],
    run: |input| {
        let text = text(input);
        let options = options_of(&text, &[]);
        assert!(options.len() <= text.lines().count());
        // those that are known are never lost: what no line names is put away
        let keyed: Vec<_> =
            options.iter().filter(|option| !option.key.is_empty()).cloned().collect();
        let left = options_of("", &keyed);
        assert_eq!(left.len(), keyed.len());
        assert!(left.iter().all(|option| option.archived));
    },
};

pub(super) const RULES: Target = Target {
    name: "rules",
    cost: 10,
    seeds: || {
        let mut seeds = bytes(&[
            "@id(\"own\")\n@ru(\"своё\")\n@en(\"own\")\npermit(principal, action, resource) when { context.x == 1 };",
            "forbid(principal, action == Action::\"read\", resource) unless { resource.level like \"a*\" };",
            "permit(principal in Role::\"x\", action, resource);",
        ]);
        seeds.push(include_bytes!("../../../../../policy/src/built_in.cedar").to_vec());
        seeds
    },
    words: &[
        "permit", "forbid", "when", "unless", "@id(\"", "&&", "||", "has", "in", "like", "((((((",
        "!!!!",
    ],
    run: |input| {
        let text = text(input);
        let rules = match Rules::read(&text) {
            Ok(rules) => rules,
            Err(faults) => {
                assert!(!faults.0.is_empty());
                let lines = text.lines().count();
                assert!(faults.0.iter().all(|f| f.line.is_none_or(|line| line <= lines.max(1))));
                return;
            }
        };
        // what was taken answers: every rule it names is one of its own, and a yes has a reason
        let who = Who { roles: vec!["clerk".to_owned()], ..Who::default() };
        for (act, what) in [Act::Find, Act::Read(Group::Holdings)].into_iter().zip(What::all()) {
            let decision = rules.decide(&who, act, what);
            assert!(decision.rules.iter().all(|id| rules.rule(id).is_some()), "{decision:?}");
            assert!(!decision.is_allowed || !decision.rules.is_empty(), "{decision:?}");
            assert!(!(decision.is_allowed && decision.has_failed), "{decision:?}");
        }
    },
};

pub(super) const CASES: Target = Target {
    name: "cases",
    cost: 1,
    seeds: || bytes(&[spine::secrecy::BUILT_IN_CASES, "# comment\n\na = yes"]),
    words: &["=", "yes", "нет", ",", "read", "export", "\n", "#"],
    run: |input| {
        let text = text(input);
        if let Err(faults) = spine::secrecy::parse_cases(&text) {
            assert!(!faults.is_empty());
        }
    },
};

pub(super) const MAPPING: Target = Target {
    name: "mapping",
    cost: 4,
    seeds: || {
        let shipped = ["contacts.toml", "berka.toml"].map(|name| {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/connect/mappings/");
            std::fs::read(format!("{folder}{name}")).expect("a mapping")
        });
        shipped.to_vec()
    },
    words: &["[[files]]", "from", "to", "kind", "format", "regex", "= \"", "[", "]]"],
    run: |input| {
        thread_local! {
            static FOLDER: TempDir = {
                let folder = tempfile::tempdir().expect("a folder");
                let list = "last_name;phone;A1\r\nЩербаков;8 916 123-45-67;1\r\n";
                for name in ["a.csv", "district.asc"] {
                    std::fs::write(folder.path().join(name), list).expect("a file");
                }
                folder
            };
        }
        let mapping = match Mapping::parse(&text(input)) {
            Ok(mapping) => mapping,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return;
            }
        };
        // what was taken reads a folder, or says why not; never another folder's files
        FOLDER.with(|folder| {
            let views = preview(mapping, folder.path(), 5).unwrap_or_default();
            assert!(
                views.iter().all(|view| ["a.csv", "district.asc"].contains(&view.file.as_str()))
            );
        });
    },
};
