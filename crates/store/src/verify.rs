//! Proof that the journal is whole: recomputes every hash from the stored bytes.

use crate::journal::{Entry, block_hash, entry, tip};
use crate::{Read, StoreError, params};

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything fits.
    Whole {
        /// Blocks checked.
        blocks: i64,
        /// Entries checked.
        entries: i64,
        /// Entries written but not sealed yet.
        unsealed: i64,
    },
    /// The first thing that does not fit.
    Broken {
        /// Height of the block.
        block: i64,
        /// Position of the entry; none when the block itself is wrong.
        pos: Option<i64>,
        /// What is wrong, in plain words.
        problem: String,
    },
}

struct Block {
    height: i64,
    first_pos: i64,
    last_pos: i64,
    previous: Vec<u8>,
    hash: Vec<u8>,
}

/// Walks the chain from the first block to the last.
///
/// # Errors
/// The database's; a broken chain is a [`Verdict`], not an error.
pub async fn verify<R: Read>(db: &mut R) -> Result<Verdict, StoreError> {
    let end = tip(db).await?;
    let mut previous = vec![0_u8; 32];
    let mut next_pos = 1;
    for height in 1..=end.height {
        let Some(block) = block(db, height).await? else {
            return Ok(broken(height, None, "the block is missing"));
        };
        let continues = block.previous == previous && block.first_pos == next_pos;
        if !continues || block.last_pos < block.first_pos {
            return Ok(broken(height, None, "the block does not continue the one before it"));
        }
        if let Some(verdict) = check_block(db, &block).await? {
            return Ok(verdict);
        }
        previous = block.hash;
        // as many entries were found as that
        next_pos = block.last_pos.saturating_add(1);
    }
    let sql = "select count(*) from journal_entry e where (e.txid, e.seq) <= ($1, $2) \
               and not exists (select 1 from journal_seal s where s.seq = e.seq)";
    let slipped: i64 = count(db, sql, end.last_txid, end.last_seq).await?;
    if slipped > 0 {
        let problem = format!("{slipped} entries were put in below the seal");
        return Ok(Verdict::Broken { block: end.height, pos: None, problem });
    }
    if let Some(problem) = beside_the_chain(db, end.last_pos).await? {
        return Ok(Verdict::Broken { block: end.height, pos: None, problem });
    }
    let sql = "select (select count(*) from journal_entry e where e.txid = $1 and e.seq > $2) \
               + (select count(*) from journal_entry e where e.txid > $1)";
    let unsealed = count(db, sql, end.last_txid, end.last_seq).await?;
    Ok(Verdict::Whole { blocks: end.height, entries: end.last_pos, unsealed })
}

/// Seals and blocks that the walk does not come by: whoever takes the last block away, or gives it a number before the
/// first, leaves the seals of its entries behind.
async fn beside_the_chain<R: Read>(
    db: &mut R,
    last_pos: i64,
) -> Result<Option<String>, StoreError> {
    // a block that was sealed since the walk began has its seals with it
    let sql = "select (select count(*) from journal_seal s where (s.pos < 1 or s.pos > $1) and not exists \
               (select 1 from journal_block b where b.height > 0 and s.pos between b.first_pos and b.last_pos)) \
               + (select count(*) from journal_block b where b.height < 1)";
    let left: i64 = db.first(sql, params![last_pos]).await?.map_or(Ok(0), crate::Row::one)?;
    Ok((left > 0).then(|| format!("{left} seals or blocks belong to no block of the chain")))
}

async fn count<R: Read>(db: &mut R, sql: &str, txid: i64, seq: i64) -> Result<i64, StoreError> {
    db.first(sql, params![txid, seq]).await?.map_or(Ok(0), crate::Row::one)
}

fn broken(block: i64, pos: Option<i64>, problem: &str) -> Verdict {
    Verdict::Broken { block, pos, problem: problem.to_owned() }
}

async fn block<R: Read>(db: &mut R, height: i64) -> Result<Option<Block>, StoreError> {
    let sql = "select height, first_pos, last_pos, previous, hash from journal_block \
               where height = $1";
    let Some(row) = db.first(sql, params![height]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(Block {
        height: c.take()?,
        first_pos: c.take()?,
        last_pos: c.take()?,
        previous: c.take()?,
        hash: c.take()?,
    }))
}

async fn check_block<R: Read>(db: &mut R, block: &Block) -> Result<Option<Verdict>, StoreError> {
    let sql = "select s.hash, s.pos, e.at, e.operation_id, e.command_id, e.actor_id, e.node, \
               e.channel, e.command, e.entity, e.entity_id, e.client_id, e.changes \
               from journal_seal s join journal_entry e on e.seq = s.seq \
               where s.pos between $1 and $2 order by s.pos";
    let rows = db.query(sql, params![block.first_pos, block.last_pos]).await?;
    let mut hashes: Vec<Vec<u8>> = Vec::with_capacity(rows.len());
    for (want_pos, row) in (block.first_pos..).zip(rows) {
        let mut values = row.into_values();
        let stored = match values.remove(0) {
            crate::Value::Bytes(bytes) => bytes,
            _ => Vec::new(),
        };
        let Entry { pos, draft, .. } = entry(crate::Row::new(values))?;
        if pos != want_pos {
            return Ok(Some(broken(block.height, Some(want_pos), "the entry is missing")));
        }
        if stored != draft.hash() {
            let problem = format!(
                // whoever changed it may have written what a terminal obeys
                "the entry was changed after it was written ({} of {} {})",
                draft.command.escape_debug(),
                draft.entity.escape_debug(),
                draft.entity_id
            );
            return Ok(Some(broken(block.height, Some(pos), &problem)));
        }
        hashes.push(stored);
    }
    let found = i64::try_from(hashes.len()).unwrap_or(0);
    let want = block.last_pos - block.first_pos + 1;
    if found != want {
        let pos = Some(block.first_pos + found);
        return Ok(Some(broken(block.height, pos, "the entry is missing")));
    }
    let computed = block_hash(
        &block.previous,
        block.height,
        block.first_pos,
        hashes.iter().map(Vec::as_slice),
    );
    if computed[..] != block.hash[..] {
        return Ok(Some(broken(block.height, None, "the block's hash does not fit its entries")));
    }
    Ok(None)
}
