//! Pieces of pages that several slices show: a client's link, a due day, the choice of a person, the
//! frame of a dialog.

pub(crate) mod choose;

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ClientId, Date, Timestamp, UserId};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Opt, PageHeader, Panel, Tone};
use web::{Cx, format, i18n::L};

use crate::queries::client_ref::ClientRef;

/// Staff offered for a task at most.
const STAFF_MAX: usize = 200;

/// An id in an address; what is no id is not found.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

/// What a client is called: his name, or his number when the bank holds no name.
pub(crate) fn client_words(l: &L, name: &str, number: &str) -> String {
    if name.is_empty() {
        l.ta("engagement-client-number", &[("number", number.into())])
    } else {
        name.to_owned()
    }
}

/// What a client is called.
pub(crate) fn client_name(l: &L, client: &ClientRef) -> String {
    client_words(l, &client.name, &client.number)
}

/// A link to the card of a client.
pub(crate) fn client_link(l: &L, id: ClientId, name: &str, number: &str) -> Markup {
    html! { a href={ "/clients/" (id) } { (client_words(l, name, number)) } }
}

/// The very important mark.
pub(crate) fn vip_mark(l: &L) -> Markup {
    ui::badge_with_icon(Tone::Attention, "crown", &l.t("engagement-vip"))
}

/// By when, in words; late ones as a danger, today's as attention.
pub(crate) fn due(l: &L, due_on: Date, due_at: Option<Timestamp>) -> Markup {
    let mut words = format::relative_day(l, due_on);
    if let Some(at) = due_at {
        words.push(' ');
        words.push_str(&format::time(l, at));
    }
    let late = due_on < l.today || due_at.is_some_and(|at| at < l.now);
    html! {
        span title=(l.date(due_on)) {
            @if late { (ui::badge(Tone::Danger, &words)) }
            @else if due_on == l.today { (ui::badge(Tone::Attention, &words)) }
            @else { (words) }
        }
    }
}

/// A person's name, or a dash for the system.
pub(crate) fn staff_name(cx: &Cx, id: Option<UserId>) -> String {
    let directory = cx.app.services.directory.get();
    match id {
        Some(id) => directory.staff_name(id, cx.l.lang).to_owned(),
        None => cx.l.t("engagement-system"),
    }
}

/// People a task may be given to: oneself, the client's manager, then everybody of one's own branch and
/// of the client's.
pub(crate) fn assignee_options(cx: &Cx, client: Option<&ClientRef>) -> Vec<Opt> {
    let directory = cx.app.services.directory.get();
    let me = cx.principal().user_id;
    let manager = client.and_then(|c| c.manager_id).filter(|m| Some(*m) != me);
    let branches = [cx.principal().branch_id, client.and_then(|c| c.branch_id)];
    let name = |id: UserId| directory.staff_name(id, cx.l.lang).to_owned();
    let active = |id: &UserId| directory.staff.get(id).is_some_and(|s| s.active);
    let mut options = Vec::new();
    if let Some(me) = me {
        let words = cx.l.ta("engagement-me", &[("name", name(me).into())]);
        options.push(Opt::new(me.to_string(), words));
    }
    if let Some(manager) = manager.filter(active) {
        let words = cx.l.ta("engagement-manager", &[("name", name(manager).into())]);
        options.push(Opt::new(manager.to_string(), words));
    }
    let mut colleagues: Vec<(String, UserId)> = directory
        .staff
        .values()
        .filter(|s| s.active && Some(s.id) != me && Some(s.id) != manager)
        .filter(|s| s.branch_id.is_some() && branches.contains(&s.branch_id))
        .map(|s| (name(s.id), s.id))
        .collect();
    colleagues.sort();
    let colleagues = colleagues.into_iter().take(STAFF_MAX);
    options.extend(colleagues.map(|(name, id)| Opt::new(id.to_string(), name)));
    options
}

/// A form as a dialog when a script asks, as a page of its own otherwise.
pub(crate) fn dialog(
    cx: &Cx,
    status: StatusCode,
    title: &str,
    back: (&str, &str),
    body: &Markup,
) -> Response {
    let content = if cx.is_fragment {
        ui::dialog_fragment(&cx.l, title, body)
    } else {
        html! {
            (PageHeader::new(title).crumb(back.0, back.1).render(&cx.l))
            (Panel::new("").render(body))
        }
    };
    cx.page_with_status(status, title, &content)
}

/// A choice from words that have a text each: `prefix` + word; the first line says that nothing is chosen.
pub(crate) fn word_options(l: &L, prefix: &str, words: &[&str], none: Option<&str>) -> Vec<Opt> {
    let none = none.map(|key| Opt::new("", l.t(key)));
    let words = words.iter().map(|word| Opt::new(*word, l.t(&format!("{prefix}{word}"))));
    none.into_iter().chain(words).collect()
}

/// A link with an icon only that opens a dialog.
pub(crate) fn icon_link(icon: &str, label: &str, src: &str) -> Markup {
    html! {
        a.btn.quiet.square href=(src) data-dialog-src=(src) aria-label=(label) title=(label) {
            (web::icons::icon(icon))
        }
    }
}

/// One line of a short list of things to do: icon, what, and under it by when and for or by whom.
pub(crate) struct Line {
    /// Icon.
    pub(crate) icon: &'static str,
    /// What the icon says.
    pub(crate) label: String,
    /// What is to be done.
    pub(crate) title: String,
    /// Its page.
    pub(crate) href: String,
    /// Whether its page opens as a dialog.
    pub(crate) is_dialog: bool,
    /// The quiet second line.
    pub(crate) under: Markup,
    /// What can be done with it at once.
    pub(crate) action: Option<Markup>,
}

/// A short list of things to do, as the rail and the day show it.
pub(crate) fn lines(lines: &[Line]) -> Markup {
    html! {
        div.timeline {
            ol {
                @for line in lines {
                    li.timeline-entry {
                        span.timeline-icon title=(line.label) { (web::icons::icon(line.icon)) span.hidden { (line.label) } }
                        div.timeline-main {
                            div.timeline-line {
                                a.timeline-title href=(line.href) data-dialog-src=[line.is_dialog.then_some(&line.href)] { (line.title) }
                            }
                            div.timeline-line {
                                span.quiet { (line.under) }
                                @if let Some(action) = &line.action { span.timeline-meta { (action) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where a form goes back to: an address of this site, or the given one.
pub(crate) fn safe_back(asked: &str, otherwise: &str) -> String {
    let inside = asked.starts_with('/')
        && !asked.starts_with("//")
        && !asked.contains('\\')
        && asked.bytes().all(|b| b.is_ascii_graphic());
    if inside { asked.to_owned() } else { otherwise.to_owned() }
}

/// The people whose tasks are one's own today: oneself and those one stands in for.
pub(crate) fn acting_for(cx: &Cx) -> Vec<UserId> {
    let directory = cx.app.services.directory.get();
    cx.principal().user_id.map_or_else(Vec::new, |me| directory.acts_for(me, cx.l.today))
}

#[cfg(test)]
mod tests {
    use super::safe_back;

    #[test]
    fn forms_go_back_to_this_site_only() {
        for bad in ["", "//evil", "https://evil", "/\\evil", "/a b", "/я", "/a\r\nx: y"] {
            assert_eq!(safe_back(bad, "/tasks"), "/tasks", "{bad}");
        }
        assert_eq!(safe_back("/?show=vip", "/tasks"), "/?show=vip");
    }
}
