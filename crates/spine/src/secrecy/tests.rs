//! Rules as kept answers and as SQL.

use super::*;

#[test]
fn the_built_in_rules_pass_their_own_cases() {
    let rules = built_in();
    assert!(rules.list().len() > 10);
    let cases = parse_cases(BUILT_IN_CASES).unwrap();
    assert!(cases.len() > 20);
    assert_eq!(failed(&rules, &cases), []);
    let lines =
        |text: &str| parse_cases(text).err().unwrap().iter().map(|f| f.line).collect::<Vec<_>>();
    let good = "clerk open own find = yes";
    assert_eq!(
        lines(&format!("# words\n{good}\nclerk opne own find = yes\n{good} = no\nx")),
        [3, 4, 5]
    );
    let wrong = parse_cases("clerk secret branch read holdings = yes").unwrap();
    assert_eq!(failed(&rules, &wrong).len(), 1);
}
