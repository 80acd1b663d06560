//! Versions of the strategy bundle in the API.

use kernel::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use spine::bundle::commands::{HaltBundle, PUBLISH, PublishBundle, RollBackBundle, StageBundle};
use spine::bundle::queries::{self, Draft, OnMap, Release, StaleWork};
use spine::bundle::{Part, Stage};
use web::api::{Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

/// Versions read at most.
const RELEASES_MAX: i64 = 1_000;
/// Commands done under an old version told at most.
const STALE_MAX: i64 = 1_000;

pub(crate) fn api(api: Api) -> Api {
    let post = Method::Post;
    api.with(
        Operation::list("/strategy/bundles", "list_strategy_bundles", PUBLISH, list)
            .about("Versions of the strategy bundle, the newest first"),
    )
    .with(
        Operation::one("/strategy/draft", "get_strategy_draft", PUBLISH, draft)
            .about("What publishing now would publish, and what of it is new"),
    )
    .with(
        Operation::answer::<PublishBundle>("/strategy/bundles", "publish_strategy_bundle")
            .about("Publishes a version, as the draft shows it")
            .example(json!({
                "version": 1, "print": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "note": "Тарифы на декабрь", "stage": { "percent": 5 },
            })),
    )
    .with(
        Operation::command::<StageBundle>(
            Method::Put,
            "/strategy/bundles/{version}/stage",
            "stage_strategy_bundle",
        )
        .about("Releases a version to more nodes"),
    )
    .with(
        Operation::command::<HaltBundle>(
            post,
            "/strategy/bundles/{version}/halt",
            "halt_strategy_bundle",
        )
        .about("Stops a release where it is"),
    )
    .with(
        Operation::answer::<RollBackBundle>("/strategy/roll-back", "roll_back_strategy_bundle")
            .about("Brings an earlier version back, as a new one")
            .example(json!({ "version": 1, "note": "Ошибка в тарифах", "stage": { "percent": 100 } })),
    )
    .with(
        Operation::list("/strategy/map", "list_strategy_nodes", PUBLISH, map)
            .about("Which node has which version, by name"),
    )
    .with(
        Operation::list("/strategy/stale-work", "list_stale_work", PUBLISH, stale)
            .about("What was done under an older version than the node should have had, the latest first"),
    )
}

/// A version of the strategy bundle.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ReleaseView {
    /// Its number.
    version: i64,
    /// What it is about.
    note: String,
    /// When it was published.
    made_at: Timestamp,
    /// From when on it is in force.
    in_force_at: Timestamp,
    /// The version it brings back.
    brings_back: Option<i64>,
    /// Its parts.
    parts: Vec<PartView>,
    /// Who gets it.
    stage: Stage,
    /// Since when it goes no further.
    halted_at: Option<Timestamp>,
}

/// A part of a version.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PartView {
    /// Its name.
    name: String,
    /// How many rows it has.
    rows: i64,
    /// SHA-256 of its rows.
    digest: String,
}

impl From<Release> for ReleaseView {
    fn from(release: Release) -> Self {
        let part = |Part { name, digest, rows }| PartView { name, rows, digest };
        Self {
            version: release.version,
            note: release.note,
            made_at: release.made_at,
            in_force_at: release.manifest.in_force_at,
            brings_back: release.brings_back,
            parts: release.manifest.parts.into_iter().map(part).collect(),
            stage: release.stage,
            halted_at: release.halted_at,
        }
    }
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<ReleaseView>, Problem> {
    let before = query.place::<i64>()?;
    let all = queries::releases(&mut call.cx.db, RELEASES_MAX).await?;
    let rest = all.into_iter().filter(|r| before.is_none_or(|before| r.version < before));
    let rows: Vec<Release> = rest.take(query.limit() + 1).collect();
    Ok(Listing::cut(rows, query.limit(), |release| release.version)?.map(ReleaseView::from))
}

async fn draft(mut call: Call, _: NoQuery) -> Result<Draft, Problem> {
    Ok(queries::draft(&mut call.cx.db, &call.cx.app.services).await?)
}

async fn map(mut call: Call, query: ListQuery) -> Result<Listing<OnMap>, Problem> {
    let after = query.place::<String>()?;
    let now = call.cx.now();
    let all = queries::map(&mut call.cx.db, now).await?;
    let rest = all.into_iter().filter(|n| after.as_ref().is_none_or(|after| n.name > *after));
    let rows = rest.take(query.limit() + 1).collect();
    Ok(Listing::cut(rows, query.limit(), |node: &OnMap| node.name.clone())?)
}

async fn stale(mut call: Call, _: ListQuery) -> Result<Listing<StaleWork>, Problem> {
    let all = queries::stale_work(&mut call.cx.db, STALE_MAX).await?;
    Ok(Listing::whole(all))
}
