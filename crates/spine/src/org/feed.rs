//! Branches from feeds: regions are made as they are named; a known branch is renamed when its row changed.

use std::collections::BTreeMap;

use kernel::{BranchId, RegionId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Read, params};

use crate::import::{
    ImportBatch, ImportField, ImportOutcome, ImportReject, ImportRow, ImportTarget,
};
use crate::{Change, ClientBound, Command, Error, Moving, OnErase, Work};

/// What a feed may bring of a branch.
pub(super) const BRANCH_TARGET: ImportTarget = ImportTarget {
    kind: "branch",
    command: ImportBranches::NAME,
    fields: &[
        ImportField { key: "number", required: true },
        ImportField { key: "name", required: true },
        ImportField { key: "region", required: true },
        ImportField { key: "address", required: false },
    ],
};

/// What feeds call a client by: the next word of a feed on him goes to whoever he became.
pub(super) const CLIENT_BOUND: &[ClientBound] = &[
    ClientBound::moving(
        "external_ref",
        "entity_id",
        Moving {
            id: None,
            word: Some("m.source || ' ' || m.kind || ' ' || m.external_id"),
            ..Moving::ALL
        },
    )
    .on_erase(OnErase::Stays("so that the next word of a feed on him is known and refused")),
    ClientBound::stays("approval", "client_id", "what waits names the client it was asked for")
        .on_erase(OnErase::Stays("what it keeps is sealed under the client's key")),
    ClientBound::stays("branch_refusal", "client_id", "it names the client it was done for")
        .on_erase(OnErase::Stays("what it keeps is sealed under the client's key")),
    ClientBound::stays("branch_node_client", "client_id", "nodes are told when he leaves them")
        .on_erase(OnErase::Stays("so that nodes that have him are told what is gone")),
    ClientBound::stays(
        "offline_spent",
        "client_id",
        "it counts against the client it was done for",
    )
    .on_erase(OnErase::Stays("it tells of the bank's own doings: a sum, a day and who did it")),
    ClientBound::stays(
        "pre_approval",
        "client_id",
        "the signature names the client it was granted to",
    ),
    ClientBound::stays(
        "pre_approval_withdrawn",
        "client_id",
        "it is about what was granted to him",
    ),
    ClientBound::stays("break_glass", "client_id", "the report names the card that was opened")
        .on_erase(OnErase::By(crate::secrecy::forget_words)),
];

/// Branches of one feed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportBranches(pub ImportBatch);

impl Command for ImportBranches {
    const NAME: &'static str = "org.import_branches";
    const PERMISSION: &'static str = "import.run";
    type Output = ImportOutcome;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let known = known(w, &batch.source).await?;
        let mut regions = regions(w).await?;
        let mut outcome = ImportOutcome::default();
        for row in &batch.rows {
            let (Some(name), Some(region)) = (row.text("name"), row.text("region")) else {
                let field = if row.text("name").is_none() { "name" } else { "region" };
                outcome.rejected.push(ImportReject {
                    row: row.row,
                    field: Some(field.to_owned()),
                    code: "required".to_owned(),
                    args: Vec::new(),
                    value: String::new(),
                });
                continue;
            };
            let digest = Sha256::digest(serde_json::to_vec(&row.fields)?).to_vec();
            match known.get(&row.external_id) {
                Some((_, old)) if *old == digest => outcome.unchanged += 1,
                Some((id, _)) => {
                    rename(w, &batch.source, row, *id, &name, digest).await?;
                    outcome.changed += 1;
                }
                None => {
                    let region = region_id(w, &mut regions, &batch.source, &region).await?;
                    insert(w, &batch.source, row, region, &name, digest).await?;
                    outcome.created += 1;
                }
            }
        }
        Ok(outcome)
    }
}

async fn known(
    w: &mut Work<'_>,
    source: &str,
) -> Result<BTreeMap<String, (BranchId, Vec<u8>)>, Error> {
    let sql = "select external_id, entity_id, digest from external_ref \
               where source = $1 and kind = 'branch'";
    let mut out = BTreeMap::new();
    for row in w.query(sql, params![source]).await? {
        let mut c = row.cols();
        out.insert(c.take()?, (c.take()?, c.take()?));
    }
    Ok(out)
}

async fn regions(w: &mut Work<'_>) -> Result<BTreeMap<String, RegionId>, Error> {
    let mut out = BTreeMap::new();
    for row in w.query("select name, id from region", &[]).await? {
        let mut c = row.cols();
        out.insert(c.take()?, c.take()?);
    }
    Ok(out)
}

async fn region_id(
    w: &mut Work<'_>,
    regions: &mut BTreeMap<String, RegionId>,
    source: &str,
    name: &str,
) -> Result<RegionId, Error> {
    if let Some(id) = regions.get(name) {
        return Ok(*id);
    }
    let id: RegionId = w.new_id();
    let code = format!("{source}:{name}");
    w.execute(
        "insert into region (id, code, name, name_en) values ($1, $2, $3, $3)",
        params![id, code, name],
    )
    .await?;
    w.record("region", id, None, Change::new().set("name", name));
    regions.insert(name.to_owned(), id);
    Ok(id)
}

async fn insert(
    w: &mut Work<'_>,
    source: &str,
    row: &ImportRow,
    region: RegionId,
    name: &str,
    digest: Vec<u8>,
) -> Result<(), Error> {
    let id: BranchId = w.new_id();
    let code = format!("{source}:{}", row.external_id);
    let address = row.text("address").unwrap_or_default();
    w.execute(
        "insert into branch (id, region_id, code, name, name_en, address) \
         values ($1, $2, $3, $4, $4, $5)",
        params![id, region, code, name, address],
    )
    .await?;
    w.execute(
        "insert into external_ref (source, kind, external_id, entity_id, digest) \
         values ($1, 'branch', $2, $3, $4)",
        params![source, &row.external_id, id, digest],
    )
    .await?;
    w.record("branch", id, None, Change::new().set("name", name));
    Ok(())
}

async fn rename(
    w: &mut Work<'_>,
    source: &str,
    row: &ImportRow,
    id: BranchId,
    name: &str,
    digest: Vec<u8>,
) -> Result<(), Error> {
    let sql = "select name from branch where id = $1";
    let before: String = w.first(sql, params![id]).await?.ok_or(Error::NotFound)?.one()?;
    w.execute("update branch set name = $2, name_en = $2 where id = $1", params![id, name]).await?;
    w.execute(
        "update external_ref set digest = $3 where source = $1 and kind = 'branch' \
         and external_id = $2",
        params![source, &row.external_id, digest],
    )
    .await?;
    w.record("branch", id, None, Change::new().field("name", before, name));
    Ok(())
}
