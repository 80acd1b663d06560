//! The form of a member of staff: new or changed.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{CommandId, Lang, Refusals, RoleId, Secret, UserId};
use maud::{Markup, html};
use spine::Error;
use spine::org::edit::{AddStaff, EditStaff, SetPassword, StaffFields};
use spine::org::{Role, StaffMember, may_give_all};
use web::ui::{Field, Form, Input, Opt, PageHeader, Panel, form_row};
use web::{Answer, Cx, FormData};

use super::password::hash;
use super::person_href;
use crate::pages::{as_drawn, branch_options, choose, originals, summary, team_options};
use crate::staff::model::first_password;
use crate::staff::queries::{self, Details};

/// What stands in the form.
#[derive(Default)]
struct Typed {
    login: String,
    name: String,
    name_en: String,
    email: String,
    phone: String,
    branch: String,
    team: String,
    roles: BTreeSet<String>,
    lang: String,
    password: String,
}

impl Typed {
    fn of(member: &StaffMember, details: &Details) -> Self {
        Self {
            login: member.login.clone(),
            name: member.name.clone(),
            name_en: member.name_en.clone(),
            email: details.email.clone(),
            phone: details.phone.clone(),
            branch: member.branch_id.map(|b| b.to_string()).unwrap_or_default(),
            team: member.team_id.map(|t| t.to_string()).unwrap_or_default(),
            roles: member.roles.iter().map(RoleId::to_string).collect(),
            lang: member.lang.code().to_owned(),
            password: String::new(),
        }
    }
    /// Everything an edit may change, as it is sent.
    fn values(&self) -> [(&'static str, String); 9] {
        let roles: Vec<&str> = self.roles.iter().map(String::as_str).collect();
        [
            ("login", self.login.clone()),
            ("name", self.name.clone()),
            ("name_en", self.name_en.clone()),
            ("email", self.email.clone()),
            ("phone", self.phone.clone()),
            ("branch", self.branch.clone()),
            ("team", self.team.clone()),
            ("roles", roles.join(" ")),
            ("lang", self.lang.clone()),
        ]
    }
    fn sent(sent: &FormData) -> Self {
        Self {
            login: sent.text("login"),
            name: sent.text("name"),
            name_en: sent.text("name_en"),
            email: sent.text("email"),
            phone: sent.text("phone"),
            branch: sent.text("branch"),
            team: sent.text("team"),
            roles: sent.all("roles").iter().flat_map(|r| r.split(' ')).map(str::to_owned).collect(),
            lang: sent.text("lang"),
            password: sent.text("password"),
        }
    }
}

/// The sent fields; what is of the wrong shape is refused.
fn fields(sent: &FormData, refusals: &mut Refusals) -> StaffFields {
    let roles = sent.all("roles").iter().flat_map(|r| r.split(' '));
    let roles: Vec<RoleId> = roles.filter_map(|r| r.parse().ok()).collect();
    StaffFields {
        login: sent.text("login"),
        name: sent.text("name"),
        name_en: sent.text("name_en"),
        email: sent.text("email"),
        phone: sent.text("phone"),
        branch_id: sent.id("branch", refusals),
        team_id: sent.id("team", refusals),
        roles,
        lang: Lang::from_code(&sent.text("lang")).unwrap_or_default(),
    }
}

pub(super) async fn new(cx: Cx) -> Answer {
    let typed = Typed {
        lang: cx.l.lang.code().to_owned(),
        password: first_password(cx.ctx.entropy.as_ref()),
        ..Typed::default()
    };
    let title = cx.l.t("admin-staff-new");
    Ok(cx.page(&title, &markup(&cx, None, &typed, &Refusals::default())))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let staff = fields(&sent, &mut refusals);
    let password = Secret::new(sent.text("password"));
    let has_password = !password.reveal().is_empty();
    if has_password {
        let names = [staff.login.as_str(), staff.name.as_str(), staff.name_en.as_str()];
        match cx.check_new_password(&password, names).await {
            Err(Error::Refused(why)) => refusals.0.extend(why.0),
            other => other?,
        }
    }
    let id = sent.command_id()?;
    let outcome = if refusals.0.is_empty() {
        cx.execute(id, &AddStaff { staff, password_hash: None }).await
    } else {
        Err(Error::Refused(refusals))
    };
    match outcome {
        Ok(user) => {
            if has_password {
                give_password(&cx, id, user, password).await?;
            }
            Ok(cx.done(&person_href(user), "flash-admin-staff-added"))
        }
        Err(Error::Refused(refusals)) => {
            let content = markup(&cx, None, &Typed::sent(&sent), &refusals);
            let title = cx.l.t("admin-staff-new");
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &content))
        }
        Err(other) => Err(other.into()),
    }
}

/// Sets the first password under an id that follows from the form's own: a second press of the button
/// makes another hash of the same password, which is no second command.
async fn give_password(
    cx: &Cx,
    form: CommandId,
    user: UserId,
    password: Secret<String>,
) -> Result<(), Error> {
    let follows = CommandId::from_uuid(uuid::Uuid::from_u128(form.uuid().as_u128() ^ 1));
    let command = SetPassword { staff_id: user, password_hash: hash(password).await? };
    match cx.execute(follows, &command).await {
        Err(Error::Refused(r)) if r.0.iter().any(|r| r.code == "command-id-reused") => Ok(()),
        other => other,
    }
}

pub(super) async fn edit(mut cx: Cx, Path(id): Path<UserId>) -> Answer {
    let directory = cx.app.services.directory.get();
    let member = directory.staff.get(&id).ok_or(Error::NotFound)?;
    let details = queries::details(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let title = member.shown_name(cx.l.lang).to_owned();
    let typed = Typed::of(member, &details);
    let seen = Some((member, Some(&typed)));
    Ok(cx.page(&title, &markup(&cx, seen, &typed, &Refusals::default())))
}

pub(super) async fn save(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    let directory = cx.app.services.directory.get();
    let member = directory.staff.get(&id).ok_or(Error::NotFound)?;
    let mut refusals = Refusals::default();
    let staff = fields(&sent, &mut refusals);
    let drawn = as_drawn(&sent);
    let original = drawn.as_ref().map(|drawn| fields(drawn, &mut refusals));
    let outcome = match refusals.into_result() {
        Ok(()) => {
            let command = EditStaff { staff_id: id, staff, original };
            cx.execute(sent.command_id()?, &command).await
        }
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    let title = member.shown_name(cx.l.lang).to_owned();
    match outcome {
        Ok(()) => Ok(cx.done(&person_href(id), "flash-admin-saved")),
        Err(Error::Refused(refusals)) => {
            let drawn = drawn.as_ref().map(Typed::sent);
            let seen = Some((member, drawn.as_ref()));
            let content = markup(&cx, seen, &Typed::sent(&sent), &refusals);
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &content))
        }
        Err(Error::Conflict(conflict)) => {
            let action = format!("{}/edit", person_href(id));
            Ok(choose(&cx, &title, &action, "staff", &sent, &conflict))
        }
        Err(other) => Err(other.into()),
    }
}

/// The form of a new person; or of one who is there (`seen`), as he was when it was first drawn.
fn markup(
    cx: &Cx,
    seen: Option<(&StaffMember, Option<&Typed>)>,
    typed: &Typed,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let member = seen.map(|(member, _)| member);
    let (title, back) = match member {
        Some(m) => (m.shown_name(l.lang).to_owned(), person_href(m.id)),
        None => (l.t("admin-staff-new"), "/admin/staff".to_owned()),
    };
    let action =
        member.map_or("/admin/staff/new".to_owned(), |m| format!("/admin/staff/{}/edit", m.id));
    let fields = html! {
        (summary(cx, refusals))
        @if let Some((_, Some(original))) = seen { (originals(original.values())) }
        (who(cx, typed, refusals))
        (place(cx, member, typed, refusals))
        (roles(cx, member, typed, refusals))
        @if member.is_none() { (first(cx, typed, refusals)) }
    };
    let form = Form::post(action)
        .hidden("_id", cx.form_id())
        .submit(l.t(if member.is_some() { "admin-save" } else { "admin-staff-add" }))
        .cancel(back.clone());
    let mut header = PageHeader::new(title).crumb("/admin/staff", l.t("admin-staff"));
    if member.is_some() {
        header = header.crumb(back, l.t("admin-staff-card"));
    }
    html! { (header.render(l)) (Panel::new("").render(&form.render(l, &fields))) }
}

fn who(cx: &Cx, typed: &Typed, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let line = |name: &str, key: &str, value: &str| {
        Field::text(name, l.t(key)).value(value).error(cx.field_error(refusals, name))
    };
    let languages = Lang::ALL
        .map(|lang| Opt::new(lang.code(), l.t(&format!("admin-lang-{}", lang.code()))))
        .to_vec();
    html! {
        (form_row(&[
            line("name", "admin-staff-name-ru", &typed.name).required().attribute("autofocus", "").render(l),
            line("name_en", "admin-staff-name-en", &typed.name_en).hint(l.t("admin-staff-name-en-hint")).render(l),
        ]))
        (form_row(&[
            line("login", "admin-staff-login", &typed.login).required().hint(l.t("admin-staff-login-hint"))
                .attribute("autocapitalize", "none").attribute("autocomplete", "off").render(l),
            Field::select("lang", l.t("admin-staff-lang"), languages).value(&typed.lang)
                .error(cx.field_error(refusals, "lang")).render(l),
        ]))
        (form_row(&[
            Field::new("email", l.t("admin-staff-email"), Input::Email).value(&typed.email)
                .error(cx.field_error(refusals, "email")).attribute("autocomplete", "off").render(l),
            Field::new("phone", l.t("admin-staff-phone"), Input::Phone).value(&typed.phone)
                .error(cx.field_error(refusals, "phone")).attribute("autocomplete", "off").render(l),
        ]))
    }
}

fn place(cx: &Cx, member: Option<&StaffMember>, typed: &Typed, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let branches =
        branch_options(cx, member.and_then(|m| m.branch_id), Some(l.t("admin-head-office")));
    let teams = team_options(cx, member.and_then(|m| m.team_id), l.t("admin-staff-no-team"));
    form_row(&[
        Field::select("branch", l.t("admin-staff-branch"), branches)
            .value(&typed.branch)
            .error(cx.field_error(refusals, "branch"))
            .render(l),
        Field::select("team", l.t("admin-staff-team"), teams)
            .value(&typed.team)
            .error(cx.field_error(refusals, "team"))
            .render(l),
    ])
}

/// The roles as check boxes; one's own are shown and cannot be changed.
fn roles(cx: &Cx, member: Option<&StaffMember>, typed: &Typed, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let is_me = member.is_some_and(|m| cx.principal().user_id == Some(m.id));
    let mut roles: Vec<&Role> = directory.roles.values().collect();
    roles.sort_by_cached_key(|r| r.shown_name(l.lang).to_lowercase());
    let place = member.map(|m| directory.place_of(m)).unwrap_or_default();
    let is_beyond = |r: &Role| !may_give_all(cx.principal(), &r.grants, place);
    let error = cx.field_error(refusals, "roles");
    html! {
        fieldset.field.radios.full.invalid[error.is_some()] {
            legend { (l.t("admin-staff-roles")) span.required title=(l.t("ui-required")) { "*" } }
            div.form-row {
                @for role in &roles {
                    @let id = role.id.to_string();
                    @let held = typed.roles.contains(&id);
                    @let is_fixed = is_me || is_beyond(role);
                    label.check-line {
                        input type="checkbox" name="roles" value=(id) checked[held] disabled[is_fixed];
                        span { (role.shown_name(l.lang)) }
                    }
                    @if is_fixed && held { input type="hidden" name="roles" value=(id); }
                }
            }
            @if is_me { div.hint { (l.t("admin-staff-own-roles")) } }
            @else if roles.iter().any(|r| is_beyond(r)) {
                div.hint { (l.t("admin-staff-beyond-roles")) }
            }
            @if let Some(error) = &error {
                div.error { (web::icons::icon("circle-alert")) span { (error) } }
            }
        }
    }
}

/// The first password: proposed, may be replaced or left out.
fn first(cx: &Cx, typed: &Typed, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    Field::text("password", l.t("admin-password-first"))
        .value(&typed.password)
        .hint(l.t("admin-password-first-hint"))
        .error(cx.field_error(refusals, "password"))
        .attribute("autocomplete", "off")
        .attribute("spellcheck", "false")
        .render(l)
}
