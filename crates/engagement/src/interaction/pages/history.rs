//! Everything about a client in one order: contacts, tasks and promises, changed data.

use kernel::{ClientId, TaskId, Timestamp, limits};
use spine::secrecy::{Groups, is_any_told};
use spine::{Error, Owner};
use store::journal::{self, Entry};
use uuid::Uuid;
use web::{AddedField, Cx};

use crate::interaction::commands::INTERACTION;
use crate::interaction::model::TimelineFilter;
use crate::interaction::queries::{
    Contact, Place, TaskMark, TaskMarks, contacts, seen_at, task_marks,
};

/// Journal entries read for one page: most of them belong to contacts, which show themselves.
const JOURNAL_ROWS: i64 = 90;

/// One line of the timeline.
pub(in crate::interaction) enum Item {
    /// A contact or note.
    Contact(Box<Contact>),
    /// A task was made.
    Made(TaskMark),
    /// A task was closed.
    Closed(TaskMark),
    /// Data was changed: the entries of one command.
    Changed(Vec<Entry>),
}

impl Item {
    pub(in crate::interaction) fn place(&self) -> Place {
        match self {
            Item::Contact(c) => Place { at: c.row.at, id: c.row.id.uuid() },
            Item::Made(t) | Item::Closed(t) => Place { at: t.at, id: t.id.uuid() },
            // above everything of the same instant, so that a page never ends between them
            Item::Changed(entries) => {
                let at = entries.first().map_or(Timestamp::from_micros(0), |e| e.draft.at);
                Place { at, id: Uuid::max() }
            }
        }
    }
}

/// What is asked of the timeline.
pub(in crate::interaction) struct Asked {
    pub(in crate::interaction) filter: TimelineFilter,
    pub(in crate::interaction) query: String,
    pub(in crate::interaction) below: Place,
}

/// A part of the timeline.
pub(in crate::interaction) struct Page {
    /// Newest first.
    pub(in crate::interaction) items: Vec<Item>,
    /// Where the next part begins.
    pub(in crate::interaction) next: Option<Place>,
    /// When the person looked last.
    pub(in crate::interaction) seen_at: Option<Timestamp>,
    /// The groups of fields of the client he sees.
    pub(in crate::interaction) groups: Groups,
}

/// Reads one part: a handful of questions, asked at the same time, whatever the client's history holds.
pub(in crate::interaction) async fn read(
    cx: &Cx,
    client: (ClientId, Owner),
    asked: &Asked,
) -> Result<Page, Error> {
    let rows = i64::try_from(limits::TIMELINE_ROWS).unwrap_or(30);
    let Asked { filter, query, below } = asked;
    let (id, groups) = (client.0, cx.principal().sees(client.1));
    let [mut for_contacts, mut for_tasks, mut for_look] = [(); 3].map(|()| cx.db.clone());
    let found = async {
        let channels = filter.channels();
        Ok(contacts(&mut for_contacts, id, channels, query, *below, rows).await?)
    };
    let marks = async {
        match filter.shows_tasks() {
            true => Ok(task_marks(&mut for_tasks, id, query, *below, rows).await?),
            false => Ok(TaskMarks::default()),
        }
    };
    let changed = async {
        match filter.shows_changes() && query.trim().is_empty() {
            // boxed, as every page that shows a timeline would carry its size
            true => Box::pin(changes(cx, client, (*filter, groups), below.at)).await,
            false => Ok((Vec::new(), None)),
        }
    };
    let look = async { Ok(seen_at(&mut for_look, id, cx.principal().user_id).await?) };
    let (found, marks, (changed, edge), seen_at) = tokio::try_join!(found, marks, changed, look)?;
    let mut merge = Merge::default();
    merge.add(found.into_iter().map(|c| Item::Contact(Box::new(c))).collect(), rows);
    merge.add(marks.made.into_iter().map(Item::Made).collect(), rows);
    merge.add(marks.closed.into_iter().map(Item::Closed).collect(), rows);
    merge.edge = merge.edge.max(edge);
    merge.items.extend(changed);
    let (mut items, next) = merge.finish(limits::TIMELINE_ROWS);
    let own = items.iter_mut().filter_map(|item| match item {
        Item::Contact(contact) => Some(&mut contact.row.custom),
        Item::Made(_) | Item::Closed(_) | Item::Changed(_) => None,
    });
    cx.cut_own(INTERACTION.key, own).await?;
    Ok(Page { items, next, seen_at, groups })
}

/// Lines of changed data before an instant, as far as the person may know of them, and where they were cut off.
async fn changes(
    cx: &Cx,
    (client, owner): (ClientId, Owner),
    (filter, groups): (TimelineFilter, Groups),
    before: Timestamp,
) -> Result<(Vec<Item>, Option<Place>), Error> {
    let mut db = cx.db.clone();
    let since = Timestamp::from_micros(i64::MIN);
    let all = cx.app.services.bus.absorbed(&mut db, client).await?;
    let entries = journal::of_clients(&mut db, &all, since, before, JOURNAL_ROWS).await?;
    let (mut entries, edge) = cut_journal(entries);
    let loads = filter == TimelineFilter::Changes;
    let money = cx.principal().reaches("holding.read", owner);
    let records = cx.principal().reaches("record.read", owner);
    let added = cx.added_fields().await?;
    entries.retain_mut(|e| (records || e.draft.entity != "custom_record") && cut(e, &added));
    let told = entries.into_iter().filter(|e| {
        (loads || !is_load(e)) && (money || !is_holding(e)) && is_entry_told(groups, e)
    });
    Ok((grouped(told), edge))
}

/// Takes out of an entry what the reader may not know of the bank's own fields; `false`: nothing is left.
fn cut(entry: &mut Entry, added: &[AddedField]) -> bool {
    let seen = AddedField::seen_changes(added, &entry.draft.entity, &entry.draft.changes);
    let is_left = seen.is_some();
    entry.draft.changes = seen.unwrap_or_default();
    is_left
}

fn full(length: usize, limit: i64) -> Option<()> {
    (i64::try_from(length).unwrap_or(i64::MAX) >= limit).then_some(())
}

/// A full answer may end in the middle of an instant: that instant is left to the next part, unless
/// it is all there is.
fn cut_journal(mut entries: Vec<Entry>) -> (Vec<Entry>, Option<Place>) {
    let oldest =
        full(entries.len(), JOURNAL_ROWS).and_then(|()| entries.last()).map(|e| e.draft.at);
    let Some(oldest) = oldest else {
        return (entries, None);
    };
    if entries.first().is_some_and(|e| e.draft.at == oldest) {
        return (entries, Some(Place { at: oldest, id: Uuid::max() }));
    }
    entries.retain(|e| e.draft.at > oldest);
    let edge =
        Place { at: Timestamp::from_micros(oldest.micros().saturating_add(1)), id: Uuid::nil() };
    (entries, Some(edge))
}

/// Entries of one command become one line. Contacts and new or closed tasks have lines of their own.
fn grouped(entries: impl Iterator<Item = Entry>) -> Vec<Item> {
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    for entry in entries.filter(is_shown) {
        match groups.last_mut() {
            Some(group)
                if group.first().is_some_and(|f| f.draft.command_id == entry.draft.command_id) =>
            {
                group.push(entry);
            }
            _ => groups.push(vec![entry]),
        }
    }
    groups.into_iter().map(Item::Changed).collect()
}

/// Whether anything of an entry is told to who sees these groups.
fn is_entry_told(groups: Groups, entry: &Entry) -> bool {
    let changes: serde_json::Value = serde_json::from_str(&entry.draft.changes).unwrap_or_default();
    let fields = changes.as_object().into_iter().flatten().map(|(field, _)| field.as_str());
    is_any_told(groups, &entry.draft.entity, fields)
}

/// What a bulk load wrote is no change anybody made; it stands among the changes when they are asked for.
fn is_load(entry: &Entry) -> bool {
    entry.draft.actor_id.is_none() && entry.draft.command.contains(".load")
}

/// Changes of these are amounts: shown to holders of `holding.read` over the client only.
fn is_holding(entry: &Entry) -> bool {
    let entity = entry.draft.entity.as_str();
    matches!(entity, "account" | "card" | "loan" | "standing_order" | "holdings" | "feed_batch")
}

fn is_shown(entry: &Entry) -> bool {
    match entry.draft.entity.as_str() {
        "interaction" | "history" => false,
        "task" => matches!(
            entry.draft.command.as_str(),
            "engagement.postpone_task"
                | "engagement.reassign_task"
                | "engagement.reopen_task"
                | "engagement.hand_over_tasks"
                | "engagement.escalate_task"
        ),
        _ => true,
    }
}

/// Tasks named by the journal lines of a page.
pub(super) fn named_tasks(items: &[Item]) -> Vec<TaskId> {
    let mut ids: Vec<TaskId> = Vec::new();
    for item in items {
        if let Item::Changed(entries) = item {
            let tasks = entries.iter().filter(|e| e.draft.entity == "task");
            ids.extend(tasks.map(|e| TaskId::from_uuid(e.draft.entity_id)));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Puts several newest-first lists into one. A list that was cut off at its limit sets an edge: below
/// it this part cannot show anything, because what the list still holds belongs in between.
#[derive(Default)]
struct Merge {
    items: Vec<Item>,
    edge: Option<Place>,
}

impl Merge {
    fn add(&mut self, items: Vec<Item>, limit: i64) {
        let edge = full(items.len(), limit).and_then(|()| items.last()).map(Item::place);
        self.edge = self.edge.max(edge);
        self.items.extend(items);
    }

    fn finish(self, rows: usize) -> (Vec<Item>, Option<Place>) {
        let Merge { mut items, edge } = self;
        items.sort_by_key(|item| std::cmp::Reverse(item.place()));
        let all = items.len();
        if let Some(edge) = edge {
            items.retain(|item| item.place() >= edge);
        }
        if items.len() > rows {
            // lines of changed data stand first in their instant: keep those of one instant together
            let last = items.get(rows.saturating_sub(1)).map(Item::place);
            let more = items.iter().skip(rows).take_while(|i| Some(i.place()) == last).count();
            items.truncate(rows + more);
        }
        let has_more = edge.is_some() || items.len() < all;
        let end = items.last().map(Item::place).or(edge);
        (items, end.filter(|_| has_more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::model::{TaskKind, TaskState};
    use kernel::{Date, UserId};

    fn mark(at: i64, id: u128) -> Item {
        Item::Made(TaskMark {
            id: TaskId::from_uuid(Uuid::from_u128(id)),
            at: Timestamp::from_micros(at),
            title: String::new(),
            kind: TaskKind::Task,
            due_on: Date::constant(2026, 11, 23),
            state: TaskState::Open,
            result: String::new(),
            by: None,
            assignee_id: UserId::from_uuid(Uuid::nil()),
        })
    }

    /// Pages through two lists as the page does and answers what was seen.
    fn walk(first: &[(i64, u128)], second: &[(i64, u128)], limit: usize) -> Vec<(i64, u128)> {
        let mut seen = Vec::new();
        let mut below = Place::TOP;
        for _ in 0..100 {
            let mut merge = Merge::default();
            for list in [first, second] {
                let mut rows: Vec<Item> = list.iter().map(|(at, id)| mark(*at, *id)).collect();
                rows.sort_by_key(|i| std::cmp::Reverse(i.place()));
                rows.retain(|i| i.place() < below);
                rows.truncate(limit);
                merge.add(rows, i64::try_from(limit).unwrap());
            }
            let (items, next) = merge.finish(limit);
            seen.extend(items.iter().map(|i| (i.place().at.micros(), i.place().id.as_u128())));
            match next {
                Some(place) => below = place,
                None => return seen,
            }
        }
        panic!("the timeline does not end");
    }

    #[test]
    fn paging_through_mixed_lists_misses_nothing_and_repeats_nothing() {
        let dense: Vec<(i64, u128)> = (1..40).map(|i| (i64::try_from(i).unwrap() / 7, i)).collect();
        let sparse = [(0, 100), (3, 101), (3, 102), (90, 103)];
        for limit in [2, 3, 10, 100] {
            let mut expected: Vec<(i64, u128)> = dense.iter().chain(&sparse).copied().collect();
            expected.sort_unstable_by(|a, b| b.cmp(a));
            assert_eq!(walk(&dense, &sparse, limit), expected, "limit {limit}");
        }
    }
}
