//! The rules the product comes with, and what is refused.

use std::sync::Arc;

use super::*;

fn built_in() -> Arc<Rules> {
    Arc::new(Rules::read(BUILT_IN).unwrap())
}

fn who(roles: &[&str]) -> Who {
    Who { roles: roles.iter().map(|r| (*r).to_owned()).collect(), ..Who::default() }
}

fn what(level: Level, relation: Relation) -> What {
    What { level, relation, nature: Nature::Natural, is_opened: false }
}

fn sees(who: &Who, what: What) -> String {
    let decider = Decider::new(built_in(), who.clone());
    decider.sees(what).list().iter().map(|g| g.key()).collect::<Vec<_>>().join(" ")
}

const ALL: &str = "identity contacts documents holdings history service links";

#[test]
fn the_built_in_rules_say_what_their_words_say() {
    use Level::{Open, Restricted, Secret};
    use Relation::{Branch, Elsewhere, Own, Region, Team};
    for role in ["manager", "clerk", "operator"] {
        assert_eq!(sees(&who(&[role]), what(Open, Elsewhere)), ALL);
        assert_eq!(sees(&who(&[role]), what(Restricted, Branch)), "service links", "{role}");
        assert_eq!(sees(&who(&[role]), what(Secret, Branch)), "service");
        assert_eq!(sees(&who(&[role]), what(Secret, Own)), ALL);
        assert_eq!(sees(&who(&[role]), What { is_opened: true, ..what(Secret, Branch) }), ALL);
    }
    assert_eq!(sees(&who(&["manager"]), what(Restricted, Team)), ALL);
    assert_eq!(sees(&who(&["manager"]), what(Secret, Team)), "service");
    assert_eq!(sees(&who(&["branch_head"]), what(Secret, Branch)), ALL);
    assert_eq!(sees(&who(&["branch_head"]), what(Secret, Region)), "service");
    assert_eq!(sees(&who(&["regional_head"]), what(Secret, Region)), ALL);
    assert_eq!(sees(&who(&["head_office"]), what(Secret, Elsewhere)), "service");
    assert_eq!(sees(&who(&["auditor"]), what(Secret, Elsewhere)), ALL);
    let program = Who { is_program: true, ..who(&["head_office"]) };
    assert_eq!(sees(&program, what(Restricted, Elsewhere)), ALL);
    assert_eq!(sees(&program, what(Secret, Own)), "service");
}

#[test]
fn what_leaves_is_never_more_than_what_is_seen() {
    let rules = built_in();
    for role in ["manager", "clerk", "branch_head", "auditor", "head_office", "partner"] {
        let decider = Decider::new(Arc::clone(&rules), who(&[role]));
        for what in What::all() {
            let (seen, out) = (decider.sees(what), decider.exports(what));
            assert_eq!(out.and(seen), out, "{role} {what:?}");
            if what.level == Level::Secret {
                assert_eq!(out, Groups::NONE);
            }
        }
    }
}

#[test]
fn the_places_of_the_lattice_are_all_different() {
    let mut places: Vec<usize> = What::all().iter().map(|w| w.place()).collect();
    places.sort_unstable();
    assert_eq!(places, (0..What::COUNT).collect::<Vec<_>>());
    let mut acts: Vec<usize> = Act::all().iter().map(|a| a.place()).collect();
    acts.sort_unstable();
    assert_eq!(acts, (0..Act::COUNT).collect::<Vec<_>>());
}

#[test]
fn an_answer_names_the_rules_that_decided() {
    let rules = built_in();
    let asked = |roles: &[&str], act, what| rules.decide(&who(roles), act, what);
    let open = asked(&["clerk"], Act::Read(Group::Holdings), what(Level::Open, Relation::Own));
    assert_eq!(open.rules, ["open-cards", "own-manager"]);
    let shut = asked(&["clerk"], Act::Read(Group::Holdings), what(Level::Secret, Relation::Branch));
    assert_eq!((shut.is_allowed, shut.rules.len()), (false, 0));
    let forbidden =
        asked(&["manager"], Act::Export(Group::Service), what(Level::Secret, Relation::Own));
    assert_eq!(
        (forbidden.is_allowed, forbidden.rules),
        (false, vec!["secret-stays-inside".to_owned()])
    );
    assert!(rules.list().iter().all(|r| !r.ru.is_empty() && !r.en.is_empty()));
}

#[test]
fn a_text_that_is_wrong_is_refused_with_what_and_where() {
    let words = |body: &str| {
        let text = format!("\n@id(\"x\") @ru(\"р\") @en(\"e\")\n{body}");
        let fault = Rules::read(&text).err().unwrap().0.remove(0);
        (fault.line, fault.words)
    };
    let (line, said) =
        words("permit (principal, action, resource) when { resource.levl == Level::\"open\" };");
    assert_eq!(line, Some(3));
    assert!(said.contains("levl"), "{said}");
    let (_, said) =
        words("permit (principal, action, resource) when { resource.level == Level::\"opne\" };");
    assert!(said.contains("opne"), "{said}");
    let (line, _) = words("permit (principal, action, resource) when { oops");
    assert_eq!(line, Some(3));
    let (_, said) = words("permit (principal, action == Action::\"fly\", resource);");
    assert!(said.contains("fly"), "{said}");
    assert!(Rules::read("permit (principal, action, resource);").is_err(), "no id, no words");
    let twice = "@id(\"x\")@ru(\"р\")@en(\"e\")permit (principal, action, resource);".repeat(2);
    assert!(Rules::read(&twice).err().unwrap().to_string().contains("twice"));
    assert!(Rules::read("").unwrap().list().is_empty(), "nothing allows anything");
}
