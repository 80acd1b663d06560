//! Parts the pages of this room share.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusal, Refusals};
use maud::{Markup, html};
use spine::bundle::commands::PUBLISH;
use spine::{Command, Error};
use uuid::Uuid;
use web::ui::{self, Button, Field, Form, Input, PageHeader, Panel, Row, Table, form_row};
use web::{Answer, Cx, FormData};

/// What the pages of one kind of rows have in common: texts by their keys, and where they are.
pub(crate) struct Shelf {
    /// The address of the list.
    pub(crate) home: &'static str,
    /// The kind of rows as the journal names it.
    pub(crate) entity: &'static str,
    /// An icon for an empty list.
    pub(crate) icon: &'static str,
    /// What the list is called.
    pub(crate) title: &'static str,
    /// What it is for.
    pub(crate) lead: &'static str,
    /// The words of an empty list, short and long.
    pub(crate) none: [&'static str; 2],
    /// The heads of the form: of a new row, and of one that is there.
    pub(crate) form: [&'static str; 2],
}

/// The fields of a form, with what was typed and what was refused of it.
pub(crate) type Fields = fn(&Cx, &FormData, &Refusals) -> Markup;

impl Shelf {
    /// The list without its columns and rows.
    pub(crate) fn table(&self, cx: &Cx) -> Table {
        let l = &cx.l;
        let [short, long] = self.none;
        let none = ui::empty(self.icon, &l.t(short), &l.t(long), None);
        Table::new(self.entity, l.t(self.title))
            .live(format!("kind:{}", self.entity), self.home)
            .empty(none)
    }
    /// A row of it without its cells: it leads to its form, and can be taken away.
    pub(crate) fn row(&self, cx: &Cx, id: Uuid) -> Row {
        let home = self.home;
        let drop = Button::quiet(cx.l.t("strategy-drop")).icon("trash-2");
        let drop = post_button(cx, &format!("{home}/{id}/drop"), drop);
        Row::new(id).href(format!("{home}/{id}")).actions(drop)
    }
    /// The page of the list. Who may publish goes on to that from here.
    pub(crate) fn page(&self, cx: &Cx, table: &Table) -> Response {
        let l = &cx.l;
        let title = l.t(self.title);
        let [new, _] = self.form;
        let add = Button::primary(l.t(new)).icon("plus").dialog(format!("{}/new", self.home));
        let lead = html! { (l.t(self.lead)) " " (l.t("strategy-comes-with-a-version")) };
        let mut header = PageHeader::new(&title).lead(lead).primary(add);
        if cx.ctx.principal.has(PUBLISH) && !cx.app.services.bus.is_at_branch() {
            let publish = Button::secondary(l.t("strategy-publish")).icon("send");
            header = header.other(publish.href("/admin/strategy/publish").render());
        }
        cx.page(&title, &html! { (header.render(l)) (table.render(l)) })
    }
    /// The form of a row; of a new one without an id.
    pub(crate) fn form(
        &self,
        cx: &Cx,
        id: Option<Uuid>,
        (given, refused): (&FormData, Option<&Refusals>),
        fields: Fields,
    ) -> Response {
        let (l, home, none) = (&cx.l, self.home, Refusals::default());
        let refusals = refused.unwrap_or(&none);
        let action = id.map_or_else(|| format!("{home}/new"), |id| format!("{home}/{id}"));
        let body = Form::post(action)
            .hidden("_id", cx.form_id())
            .hidden("revision", given.text("revision"))
            .submit(l.t("strategy-save"))
            .cancel(home)
            .render(l, &html! { (summary(cx, refusals)) (fields(cx, given, refusals)) });
        let [new, edit] = self.form;
        let title = l.t(if id.is_some() { edit } else { new });
        dialog(cx, &title, (home.to_owned(), l.t(self.title)), &body, refused.is_some())
    }
    /// Saves what was sent, or draws the form again with what was refused.
    pub(crate) async fn save<C: Command>(
        &self,
        cx: &Cx,
        id: Option<Uuid>,
        (sent, command): (&FormData, Result<C, Refusals>),
        fields: Fields,
    ) -> Answer {
        let outcome = match command {
            Ok(command) => cx.execute(sent.command_id()?, &command).await.map(|_| ()),
            Err(refusals) => Err(Error::Refused(refusals)),
        };
        match outcome {
            Ok(()) => Ok(cx.done(self.home, "flash-strategy-saved")),
            Err(Error::Refused(refusals)) => Ok(self.form(cx, id, (sent, Some(&refusals)), fields)),
            Err(other) => Err(other.into()),
        }
    }
    /// Takes a row away.
    pub(crate) async fn drop<C: Command>(&self, cx: &Cx, sent: &FormData, command: C) -> Answer {
        cx.execute(sent.command_id()?, &command).await?;
        Ok(cx.done(self.home, "flash-strategy-dropped"))
    }
}

/// A field of one line.
pub(crate) fn line(
    cx: &Cx,
    (given, refusals): (&FormData, &Refusals),
    (name, key): (&str, &str),
) -> Field {
    let error = cx.field_error(refusals, name);
    Field::text(name, cx.l.t(key)).value(given.text(name)).error(error)
}

/// A field of several lines.
pub(crate) fn lines(
    cx: &Cx,
    (given, refusals): (&FormData, &Refusals),
    (name, key): (&str, &str),
    rows: u32,
) -> Field {
    let error = cx.field_error(refusals, name);
    let field = Field::new(name, cx.l.t(key), Input::Textarea { rows });
    field.value(given.raw(name)).error(error).full()
}

/// The names of a row in both languages, side by side.
pub(crate) fn names(cx: &Cx, given: (&FormData, &Refusals)) -> Markup {
    form_row(&[
        line(cx, given, ("name", "strategy-name-ru")).required().render(&cx.l),
        line(cx, given, ("name_en", "strategy-name-en")).required().render(&cx.l),
    ])
}

/// What a form shows that nobody has typed anything into.
pub(crate) fn typed<const N: usize>(pairs: [(&str, String); N]) -> FormData {
    FormData::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)))
}

/// A form as a dialog when a script asks, as a page of its own with a way back otherwise.
pub(crate) fn dialog(
    cx: &Cx,
    title: &str,
    (back, words): (String, String),
    body: &Markup,
    is_refused: bool,
) -> Response {
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let content = if cx.is_fragment {
        ui::dialog_fragment(&cx.l, title, body)
    } else {
        html! {
            (PageHeader::new(title).crumb(back, words).render(&cx.l))
            (Panel::new("").render(body))
        }
    };
    cx.page_with_status(status, title, &content)
}

/// What was refused of a form as a whole.
pub(crate) fn summary(cx: &Cx, refusals: &Refusals) -> Markup {
    ui::error_summary(&cx.l, &cx.refusal_words(refusals.general()))
}

/// A form of one button.
pub(crate) fn post_button(cx: &Cx, action: &str, button: Button) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="_id" value=(cx.form_id());
            (button.submit())
        }
    }
}

/// The revision a form was drawn with; none for a new thing.
pub(crate) fn revision(sent: &FormData) -> Option<i64> {
    sent.opt("revision").and_then(|text| text.parse().ok())
}

/// A hundredth of a percent for each hundredth typed: `1,5` is 150.
pub(crate) fn basis_points(text: &str) -> Result<i64, Refusal> {
    let wrong = || Refusal::field("strategy-not-a-percent", "rate");
    let text = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 6
        || part.len() > 2
        || !is_digits(whole)
        || !is_digits(part)
    {
        return Err(wrong());
    }
    format!("{whole}{part:0<2}").parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_read_to_the_hundredth() {
        for (typed, read) in [("1,5", 150), ("0.25", 25), ("12", 1_200), (" 3 % ", 300)] {
            assert_eq!(basis_points(typed).unwrap(), read, "{typed}");
        }
        for typed in ["", "x", "1,555", "-1", "1.2.3", ",5", "9999999"] {
            assert!(basis_points(typed).is_err(), "{typed}");
        }
    }
}
