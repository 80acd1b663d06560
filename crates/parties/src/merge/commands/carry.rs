//! Carrying the rows of one client over to another, by the list of what is bound to a client. A statement for
//! each column, however many rows it moves.

use kernel::{ClientId, MergeId};
use spine::{ClientBound, Error, Moving, OnMerge, Work};
use store::params;

/// Rounds of rows that follow rows that follow rows.
const FOLLOW_ROUNDS: usize = 32;

/// Notes the rows a client has, which of them stay behind, and which lose the main place. The pair is the
/// survivor and the one who is merged.
pub(super) async fn note(
    w: &mut Work<'_>,
    merge: MergeId,
    bound: &ClientBound,
    moving: &Moving,
    (survivor, loser): (ClientId, ClientId),
) -> Result<(), Error> {
    let (table, column) = (bound.table, bound.column);
    let id = moving.id.map_or_else(|| "null".to_owned(), |id| format!("m.{id}"));
    let word = moving.word.unwrap_or("''");
    // never equal: it names the survivor where nothing else does
    let stays = moving.stays.unwrap_or("1 = 0");
    let main = moving.main_among.map_or_else(
        || "0".to_owned(),
        |among| {
            format!(
                "case when m.is_main = 1 and exists (select 1 from {table} s where s.{column} = $3 \
                 and s.is_main = 1 and s.archived_at is null and {among}) then 1 else 0 end"
            )
        },
    );
    let sql = format!(
        "insert into client_merge_move (merge_id, bound, row_id, row_word, stayed, was_main) \
         select $1, $2, {id}, {word}, \
         case when m.{column} = $3 or ({stays}) then 1 else 0 end, {main} \
         from {table} m where m.{column} = $4"
    );
    w.execute(&sql, params![merge, bound.key(), survivor, loser]).await?;
    if moving.main_among.is_some() {
        let sql = format!(
            "update {table} as m set is_main = 0 where m.{column} = $1 and {}",
            noted(moving, 2, "and v.was_main = 1 and v.stayed = 0")
        );
        w.execute(&sql, params![loser, merge, bound.key()]).await?;
    }
    Ok(())
}

/// Moves the noted rows that do not stay from one client to another.
pub(super) async fn carry(
    w: &mut Work<'_>,
    merge: MergeId,
    bound: &ClientBound,
    moving: &Moving,
    (from, to): (ClientId, ClientId),
) -> Result<u64, Error> {
    let column = bound.column;
    let sql = format!(
        "update {} as m set {column} = $1 where m.{column} = $2 and {}",
        bound.table,
        noted(moving, 3, "and v.stayed = 0")
    );
    Ok(w.execute(&sql, params![to, from, merge, bound.key()]).await?)
}

/// Whether a row is noted; the merge and the column are the places `first` and the next.
fn noted(moving: &Moving, first: usize, more: &str) -> String {
    let id = moving.id.map(|id| format!(" and v.row_id = m.{id}")).unwrap_or_default();
    let word = moving.word.map(|word| format!(" and v.row_word = {word}")).unwrap_or_default();
    format!(
        "exists (select 1 from client_merge_move v where v.merge_id = ${first} \
         and v.bound = ${} {more}{id}{word})",
        first + 1
    )
}

/// Gives rows back their main place, where nobody else has taken it.
pub(super) async fn restore_main(
    w: &mut Work<'_>,
    merge: MergeId,
    bound: &ClientBound,
    moving: &Moving,
    loser: ClientId,
) -> Result<(), Error> {
    let Some(among) = moving.main_among else { return Ok(()) };
    let (table, column) = (bound.table, bound.column);
    let sql = format!(
        "update {table} as m set is_main = 1 where m.{column} = $1 and m.archived_at is null \
         and not exists (select 1 from {table} s where s.{column} = $1 and s.is_main = 1 \
         and s.archived_at is null and {among}) and {}",
        noted(moving, 2, "and v.was_main = 1 and v.stayed = 0")
    );
    w.execute(&sql, params![loser, merge, bound.key()]).await?;
    Ok(())
}

/// Takes along what was written since and belongs to rows that have gone back.
pub(super) async fn follow(
    w: &mut Work<'_>,
    bound: &ClientBound,
    moving: &Moving,
    (survivor, loser): (ClientId, ClientId),
) -> Result<u64, Error> {
    let Some(follows) = moving.follows else { return Ok(0) };
    let column = bound.column;
    let sql = format!(
        "update {} as m set {column} = $1 where {follows} and m.{column} = $2",
        bound.table
    );
    let mut all = 0;
    for _ in 0..FOLLOW_ROUNDS {
        let moved = w.execute(&sql, params![loser, survivor]).await?;
        if moved == 0 {
            break;
        }
        all += moved;
    }
    Ok(all)
}

/// Works the derived rows of both out anew.
pub(super) async fn rebuild(w: &mut Work<'_>, a: ClientId, b: ClientId) -> Result<(), Error> {
    for bound in w.client_bound() {
        if let OnMerge::Derived(rebuild) = bound.on_merge {
            rebuild(w, a).await?;
            rebuild(w, b).await?;
        }
    }
    Ok(())
}

/// Both have changed: whoever reads what changed since must see it.
pub(super) async fn touch(w: &mut Work<'_>, a: ClientId, b: ClientId) -> Result<(), Error> {
    let now = w.ctx.now;
    let sql = "update client set updated_at = $1, version = version + 1 where id in ($2, $3)";
    w.execute(sql, params![now, a, b]).await?;
    Ok(())
}
