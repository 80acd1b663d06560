//! Projects and events on the client card and in the one search box.

use std::sync::Arc;

use maud::html;
use spine::secrecy::Group;
use web::ui::Panel;
use web::{CardClient, CardPanel, Cx, Hits, PanelMarkup, PanelSlot, SearchHit, SearchSource};

use super::list::days;
use crate::parts;
use crate::project::queries;

/// Projects shown in the rail.
const ROWS: i64 = 6;
/// Projects stand below clients that fit as well, above tasks.
const RANK: i64 = 350;

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(Projects)]
}

pub(crate) fn search_sources() -> Vec<Arc<dyn SearchSource>> {
    vec![Arc::new(Projects)]
}

struct Projects;

impl CardPanel for Projects {
    fn key(&self) -> &'static str {
        "projects"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Rail
    }
    fn order(&self) -> u32 {
        60
    }
    fn render<'a>(
        &'a self,
        cx: &'a Cx,
        CardClient { id: client, owner }: CardClient,
    ) -> PanelMarkup<'a> {
        Box::pin(async move {
            if !cx.principal().has("project.read") {
                return Ok(None);
            }
            if !cx.reads(owner, Group::History) {
                return Ok(None);
            }
            let rows = queries::of_client(&mut cx.db.clone(), client, ROWS).await?;
            if rows.is_empty() {
                return Ok(None);
            }
            let l = &cx.l;
            let lines: Vec<parts::Line> = rows
                .iter()
                .map(|(project, role, participation)| parts::Line {
                    icon: kind_icon(&project.kind),
                    label: l.t(&format!("project-kind-{}", project.kind)),
                    title: project.title.clone(),
                    href: format!("/projects/{}", project.id),
                    is_dialog: false,
                    under: html! {
                        (days(l, project)) " · " (l.t(&format!("project-role-{role}"))) " · "
                        (l.t(&format!("project-participation-{}", participation.key())))
                    },
                    action: None,
                })
                .collect();
            let body = parts::lines(&lines);
            let panel = Panel::new(l.t("nav-projects"))
                .id("panel-projects")
                .icon("calendar-days")
                .live(format!("client:{client}"), format!("/clients/{client}/panel/projects"));
            Ok(Some(panel.render(&body)))
        })
    }
}

fn kind_icon(kind: &str) -> &'static str {
    if kind == "event" { "calendar-days" } else { "briefcase" }
}

impl SearchSource for Projects {
    fn find<'a>(&'a self, cx: &'a Cx, query: &'a str, limit: usize) -> Hits<'a> {
        Box::pin(async move {
            if !cx.principal().has("project.read") {
                return Ok(Vec::new());
            }
            let limit = i64::try_from(limit).unwrap_or(10);
            let found = queries::search(&mut cx.db.clone(), query, limit).await?;
            let hit = |p: &queries::ProjectRow| SearchHit {
                kind: "search-kind-project",
                icon: kind_icon(&p.kind),
                title: p.title.clone(),
                detail: [days(&cx.l, p), p.place.clone()]
                    .join(" · ")
                    .trim_end_matches(" · ")
                    .to_owned(),
                href: format!("/projects/{}", p.id),
                rank: RANK,
                client: None,
            };
            Ok(found.iter().map(hit).collect())
        })
    }
}
