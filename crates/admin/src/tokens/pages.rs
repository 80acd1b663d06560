//! Pages of API tokens.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::response::Response;
use kernel::limits::{self, PAGE_ROWS};
use kernel::{Refusal, Refusals, RoleId, Timestamp, TokenId, UserId};
use maud::{Markup, html};
use spine::org::commands::CreateToken;
use spine::org::edit::RevokeToken;
use spine::org::{Place, Role, may_give};
use spine::{Error, Scope};
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Kv, Opt, PageHeader, Pager, Panel, Row, Table,
    Tone,
};
use web::{Access, Answer, Cx, FormData, Routes, hash_token, new_token};

use super::queries::{self, Token};
use crate::pages::{active_staff, asked, dialog, dialog_refused, lookups, post_button, summary};

const STAFF: Access = Access::Needs("admin.staff");
const HOME: &str = "/admin/tokens";
/// Longest name of a token (characters).
const NAME_CHARS_MAX: usize = 100;
/// Fields of the form: whether the token is narrowed, to which rights, over which scope at most.
const NARROW: &str = "narrow";
const RIGHT: &str = "permission";
const SCOPE: &str = "scope";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/tokens", STAFF, list)
        .get("/admin/tokens/new", STAFF, form)
        .post("/admin/tokens/new", STAFF, create)
        .post("/admin/tokens/{id}/revoke", STAFF, revoke)
}

async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let before = asked(&cx).text("before").parse();
    let before = before.map_or(Timestamp::from_micros(i64::MAX), Timestamp::from_micros);
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50) + 1;
    let mut tokens = queries::list(&mut cx.db, before, limit).await?;
    let has_more = tokens.len() > PAGE_ROWS;
    tokens.truncate(PAGE_ROWS);
    let add = Button::primary(l.t("admin-token-new")).icon("plus").dialog("/admin/tokens/new");
    let none = ui::empty(
        "key-round",
        &l.t("admin-tokens-none"),
        &l.t("admin-tokens-none-words"),
        Some(add.clone()),
    );
    let mut table = Table::new("tokens", l.t("admin-tokens"))
        .column(Column::text(l.t("admin-token-name")).wide())
        .column(Column::text(l.t("admin-token-role")))
        .column(Column::text(l.t("admin-token-owner")))
        .column(Column::text(l.t("admin-token-state")))
        .column(Column::text(l.t("admin-token-expires")))
        .column(Column::text(l.t("admin-token-used")))
        .column(Column::text(l.t("admin-token-created")))
        .live("kind:api_token", cx.path.clone())
        .empty(none);
    for token in &tokens {
        table = table.row(row(&cx, token));
    }
    if let Some(last) = tokens.last().filter(|_| has_more) {
        let next = Some(format!("{HOME}?before={}", last.created_at.micros()));
        table = table.pager(Pager { previous: None, next, words: l.t("admin-newest-first") });
    }
    let body = html! {
        (PageHeader::new(l.t("admin-tokens")).lead(html! { (l.t("admin-tokens-lead")) }).primary(add).render(&l))
        (table.render(&l))
    };
    Ok(cx.page(&l.t("admin-tokens"), &body))
}

fn row(cx: &Cx, token: &Token) -> Row {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let role = directory.roles.get(&token.role).map_or("", |r| r.shown_name(l.lang));
    let is_over = token.expires_at.is_some_and(|t| t <= cx.now());
    let state = match (token.revoked_at, is_over) {
        (Some(_), _) => ui::dot(Tone::Neutral, &l.t("admin-token-revoked")),
        (None, true) => ui::dot(Tone::Attention, &l.t("admin-token-expired")),
        (None, false) => ui::dot(Tone::Good, &l.t("admin-token-live")),
    };
    let owner = token.owner.map(|o| directory.staff_name(o, l.lang).to_owned());
    let rights = html! {
        (role)
        @if token.rights > 0 {
            br; span.quiet { (l.ta("admin-token-rights", &[("n", token.rights.into())])) }
        }
    };
    let row = Row::new(token.id)
        .cell(Cell::text(&token.name))
        .cell(Cell::markup(rights))
        .cell(owner.map_or_else(|| Cell::none(l), Cell::text))
        .cell(Cell::markup(state))
        .cell(token.expires_at.map_or_else(|| Cell::none(l), |t| Cell::text(l.datetime(t))))
        .cell(token.used_at.map_or_else(|| Cell::none(l), |t| Cell::ago(l, t)))
        .cell(Cell::ago(l, token.created_at));
    if token.revoked_at.is_some() {
        return row;
    }
    let button = Button::quiet(l.t("admin-token-revoke")).icon("ban");
    row.actions(post_button(cx, &format!("{HOME}/{}/revoke", token.id), &[], button))
}

async fn form(cx: Cx) -> Answer {
    let year = cx.now().plus_hours(365 * 24).date_in(&cx.l.zone).to_string();
    let given = FormData::from_pairs([("expires".to_owned(), year)]);
    Ok(show(&cx, &given, None))
}

async fn create(cx: Cx, sent: FormData) -> Answer {
    let token = new_token(cx.ctx.entropy.as_ref());
    let outcome = match command(&cx, &sent, &token) {
        Ok(command) => cx.execute(sent.command_id()?, &command).await.map(|_| ()),
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(made(&cx, &sent.text("name"), &token)),
        Err(Error::Refused(refusals)) => Ok(show(&cx, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

fn command(cx: &Cx, sent: &FormData, token: &str) -> Result<CreateToken, Refusals> {
    let mut refusals = Refusals::default();
    let directory = cx.app.services.directory.get();
    let name = sent.required("name", NAME_CHARS_MAX, &mut refusals);
    let role_id: Option<RoleId> = sent.id("role", &mut refusals);
    let role = role_id.and_then(|id| directory.roles.get(&id));
    if role.is_none() && refusals.of("role").is_none() {
        refusals.push(Refusal::field("required", "role"));
    }
    let user_id: Option<UserId> = sent.id("owner", &mut refusals);
    let last_day = sent.date("expires", cx.l.today, &mut refusals);
    if last_day.is_none() && refusals.of("expires").is_none() {
        refusals.push(Refusal::field("required", "expires"));
    }
    if last_day.is_some_and(|day| day < cx.l.today) {
        refusals.push(Refusal::field("token-past", "expires"));
    }
    // the day that is named is the last one it works on
    let expires_at = last_day
        .and_then(|day| day.tomorrow().ok())
        .map(|day| Timestamp::start_of(day, &cx.l.zone));
    let widest = Scope::from_key(sent.raw(SCOPE)).unwrap_or(Scope::Bank);
    let chosen = sent.all(RIGHT).iter().map(|key| (key.clone(), widest));
    // whoever ticks rights means them, with or without the box above
    let is_narrowed = sent.is_set(NARROW) || !sent.all(RIGHT).is_empty();
    let limit = is_narrowed.then(|| chosen.collect());
    let role_key = role.map(|r| r.key.clone()).unwrap_or_default();
    refusals.into_result()?;
    Ok(CreateToken { token_hash: hash_token(token), name, role_key, user_id, expires_at, limit })
}

/// The token itself, shown this once.
fn made(cx: &Cx, name: &str, token: &str) -> Response {
    let l = &cx.l;
    let body = html! {
        p { (l.ta("admin-token-made-words", &[("name", name.into())])) }
        (Kv::new("token").line(l.t("admin-token"), html! {
            code { (token) } " " (ui::copy_button(l, token))
        }).render(l))
        p.quiet { (l.t("admin-token-how")) " " code { "Authorization: Bearer …" } }
        div.form-actions { (Button::primary(l.t("admin-token-kept")).href(HOME)) }
    };
    let mut response = dialog(cx, &l.t("admin-token-made"), &Panel::new("").render(&body));
    let never = axum::http::HeaderValue::from_static("no-store");
    response.headers_mut().insert(axum::http::header::CACHE_CONTROL, never);
    response
}

fn show(cx: &Cx, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let body = Form::post("/admin/tokens/new")
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-token-add"))
        .cancel(HOME)
        .render(l, &fields(cx, given, refused.unwrap_or(&none)));
    let title = l.t("admin-token-new");
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}

fn fields(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let error = |name: &str| cx.field_error(refusals, name);
    // only what the command would let this person hand out
    let me = cx.principal();
    let may_give = |role: &&Role| spine::org::may_give_all(me, &role.grants, Place::default());
    let mut roles: Vec<&Role> = directory.roles.values().filter(may_give).collect();
    roles.sort_by_cached_key(|r| r.shown_name(l.lang).to_lowercase());
    let roles = roles.iter().map(|r| Opt::new(r.id.to_string(), r.shown_name(l.lang)));
    let roles: Vec<Opt> = std::iter::once(Opt::new("", l.t("admin-choose"))).chain(roles).collect();
    let mut people = vec![Opt::new("", l.t("admin-token-nobody"))];
    let may_be = |option: &Opt| {
        let member = option.value.parse().ok().and_then(|id| directory.staff.get(&id));
        member.is_some_and(|m| directory.may_act_on(me, m))
    };
    people.extend(active_staff(cx, None).into_iter().filter(may_be));
    html! {
        (summary(cx, refusals))
        (Field::text("name", l.t("admin-token-name")).value(given.text("name")).required()
            .hint(l.t("admin-token-name-hint")).error(error("name")).render(l))
        (Field::select("role", l.t("admin-token-role"), roles).value(given.text("role")).required()
            .hint(l.t("admin-token-role-hint")).error(error("role")).render(l))
        (Field::select("owner", l.t("admin-token-owner"), people).value(given.text("owner"))
            .hint(l.t("admin-token-owner-hint")).error(error("owner")).render(l))
        (Field::new("expires", l.t("admin-token-last-day"), Input::Date).value(given.text("expires")).required()
            .hint(l.ta("admin-token-expires-hint", &[("days", limits::TOKEN_DAYS_MAX.into())])).error(error("expires")).render(l))
        (narrowing(cx, given, error("permissions")))
    }
}

/// The rights the token may be narrowed to, and the widest scope of all of them.
fn narrowing(cx: &Cx, given: &FormData, error: Option<String>) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let me = cx.principal();
    let keys: BTreeSet<&String> = directory.roles.values().flat_map(|r| r.grants.keys()).collect();
    let may_give = |key: &&&String| may_give(me, key, Scope::Own, Place::default());
    let chosen = given.all(RIGHT);
    let scopes = Scope::ALL.iter().rev();
    let scopes = scopes.map(|s| Opt::new(s.key(), l.t(&format!("scope-{}", s.key())))).collect();
    let scope = match given.raw(SCOPE) {
        "" => Scope::Bank.key(),
        typed => typed,
    };
    html! {
        (Field::checkbox(NARROW, l.t("admin-token-narrow"), given.is_set(NARROW))
            .hint(l.t("admin-token-narrow-hint")).error(error).render(l))
        details.narrowing open[given.is_set(NARROW) || !chosen.is_empty()] {
            summary { (l.t("admin-token-permissions")) }
            (Field::select(SCOPE, l.t("admin-token-scope"), scopes).value(scope)
                .hint(l.t("admin-token-scope-hint")).render(l))
            fieldset.token-rights {
                legend { (l.t("admin-token-permissions")) }
                @for key in keys.iter().filter(may_give) {
                    label.check-line {
                        input type="checkbox" name=(RIGHT) value=(key) checked[chosen.contains(key)];
                        span { (lookups(l, &["permission"], key)) }
                    }
                }
            }
        }
    }
}

async fn revoke(cx: Cx, Path(id): Path<TokenId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &RevokeToken { token_id: id }).await?;
    Ok(cx.done(HOME, "flash-admin-token-revoked"))
}
