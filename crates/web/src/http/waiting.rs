//! What waits for a second person on a record, shown on the record itself and decided there.

use kernel::UserId;
use maud::{Markup, html};
use spine::Error;
use spine::approval::{Approval, Right, State, checkers, queries, right_to_decide};
use uuid::Uuid;

use super::cx::Cx;
use crate::ui::{self, Button, Tone};

/// People named as those who may decide.
const NAMED: usize = 3;

impl Cx {
    /// What this person may do about a request.
    pub fn right_over(&self, approval: &Approval) -> Right {
        let directory = self.app.services.directory.get();
        right_to_decide(&directory, self.principal(), approval, self.today_utc())
    }
    /// The same, as if nobody had decided yet: who may see it afterwards.
    pub fn right_when_open(&self, approval: &Approval) -> Right {
        self.right_over(&Approval { state: State::Waiting, ..approval.clone() })
    }
    /// The day by which absences count, as the bus counts it.
    pub fn today_utc(&self) -> kernel::Date {
        self.ctx.now.date_in(&jiff::tz::TimeZone::UTC)
    }
    /// The names of who may decide a request: a few, then how many more at least.
    pub fn waits_for(&self, approval: &Approval) -> String {
        let directory = self.app.services.directory.get();
        let people = checkers(&directory, approval, self.today_utc(), NAMED + 1);
        if people.is_empty() {
            return self.l.t("approval-nobody");
        }
        let name = |id: &UserId| directory.staff_name(*id, self.l.lang).to_owned();
        let mut names: Vec<String> = people.iter().take(NAMED).map(name).collect();
        if people.len() > NAMED {
            names.push(self.l.t("approval-and-others"));
        }
        names.join(", ")
    }
    /// What waits on a record: one line each, with the buttons for whoever may decide it here. `back` is
    /// the record's page.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting_strip(&self, record: Uuid, back: &str) -> Result<Option<Markup>, Error> {
        let waiting = queries::waiting_on(&mut self.db.clone(), record).await?;
        if waiting.is_empty() {
            return Ok(None);
        }
        Ok(Some(html! {
            section.waiting aria-label=(self.l.t("approval-waiting-here")) {
                @for approval in &waiting { (self.waiting_line(approval, back)) }
            }
        }))
    }

    fn waiting_line(&self, approval: &Approval, back: &str) -> Markup {
        let l = &self.l;
        let href = format!("/approvals/{}", approval.id);
        let words = l.ta(
            "approval-waits",
            &[
                ("who", self.waits_for(approval).into()),
                ("when", l.datetime(approval.made_at).into()),
            ],
        );
        let right = self.right_over(approval);
        html! {
            div.waiting-line {
                (ui::badge_with_icon(Tone::Attention, "hourglass", &l.t("approval-state-waiting")))
                span.waiting-what { (self.command_words(&approval.command)) }
                span.quiet { (words) }
                span.waiting-actions {
                    @if let Right::Decide { .. } = right {
                        form method="post" action={ (href) "/decide" } {
                            input type="hidden" name="_id" value=(self.form_id());
                            input type="hidden" name="verdict" value="approve";
                            input type="hidden" name="back" value=(back);
                            (Button::secondary(l.t("approval-approve")).icon("check").submit().render())
                        }
                    }
                    @if right == Right::None {
                        span.quiet { (l.t("approval-not-yours")) }
                    } @else {
                        (Button::quiet(l.t("approval-open")).href(href).render())
                    }
                }
            }
        }
    }
    /// A command in words; its name when no room has words for it.
    pub fn command_words(&self, command: &str) -> String {
        let key = format!("command-{}", command.replace(['.', '_'], "-"));
        if self.l.texts.has(self.l.lang, &key) { self.l.t(&key) } else { command.to_owned() }
    }
}
