//! What entries of the journal tell of a client: which group of fields an entry's values belong to, by the
//! words rooms write entries with. What is not known here is told only to who sees everything.

use policy::{Group, Groups};

/// Fields of a client that anybody who may find him sees.
const HEADING: [&str; 15] = [
    "kind",
    "number",
    "last_name",
    "first_name",
    "patronymic",
    "full_name",
    "short_name",
    "foreign_name",
    "branch_id",
    "manager_id",
    "segment",
    "status",
    "secrecy",
    "source",
    "currency",
];

/// The group a field of a client belongs to; none for what stands in his heading.
pub fn group_of_field(field: &str) -> Option<Group> {
    match field {
        _ if HEADING.contains(&field) => None,
        "preferred_channel" | "client_since" | "verified_on" => Some(Group::Service),
        "note" | "despite_duplicates" => Some(Group::History),
        "main_member_id" => Some(Group::Links),
        _ => Some(Group::Identity),
    }
}

/// Whether the value of a field of an entry is told to who sees these groups of the client.
pub fn is_told(groups: Groups, entity: &str, field: &str) -> bool {
    if groups == Groups::all() {
        return true;
    }
    match entity {
        "client" => group_of_field(field).is_none_or(|group| groups.has(group)),
        "contact" | "address" | "consent" => groups.has(Group::Contacts),
        "identifier" | "file" => groups.has(Group::Documents),
        "account" | "card" | "loan" | "standing_order" | "holdings" | "feed_batch" => {
            groups.has(Group::Holdings)
        }
        "link" | "circle" => groups.has(Group::Links),
        "interaction" | "history" | "task" | "participation" | "project" | "date" => {
            groups.has(Group::History)
        }
        _ => false,
    }
}

/// Whether anything of an entry about these fields is told.
pub fn is_any_told<'a>(
    groups: Groups,
    entity: &str,
    fields: impl IntoIterator<Item = &'a str>,
) -> bool {
    let mut fields = fields.into_iter().peekable();
    if fields.peek().is_none() {
        return is_told(groups, entity, "");
    }
    fields.any(|field| is_told(groups, entity, field))
}
