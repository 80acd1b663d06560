//! Clients without a next step, counted by branch and manager. In a bank of a million clients that takes most of a second, and nobody
//! looks at it by the second: a count of very many is kept for a minute, and the page says when it was made.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::Timestamp;
use spine::Error;
use web::Cx;

use super::queries::{self, Gap};

/// A count of so many clients is kept (they take some 50 ms).
const MANY: i64 = 50_000;
/// For so long (seconds).
const KEPT_SECONDS: i64 = 60;
/// So many answers at most: one for each reach somebody has asked with.
const KEPT_MAX: usize = 64;

/// An answer and when it was counted.
#[derive(Clone)]
pub(in crate::task) struct Counted {
    pub(in crate::task) gaps: Arc<Vec<Gap>>,
    pub(in crate::task) at: Timestamp,
}

/// By whose reach, as a condition with its values: the same reach sees the same.
type Kept = BTreeMap<String, Counted>;

/// Gaps within the person's reach.
///
/// # Errors
/// The database's.
pub(in crate::task) async fn gaps(cx: &Cx) -> Result<Counted, Error> {
    let memory = &cx.app.services.memory;
    let filter = cx.principal().filter("client.read", "c", 1);
    let reach = format!("{} {:?}", filter.sql, filter.params);
    let kept = memory.get::<Kept>();
    let is_young = |one: &&Counted| {
        let age = cx.now().seconds_since(one.at);
        (0..KEPT_SECONDS).contains(&age)
    };
    if let Some(one) = kept.as_ref().and_then(|kept| kept.get(&reach)).filter(is_young) {
        return Ok(one.clone());
    }
    let gaps = Arc::new(queries::gaps(&mut cx.db.long(), cx.principal()).await?);
    let counted = Counted { gaps: Arc::clone(&gaps), at: cx.now() };
    if gaps.iter().map(|gap| gap.clients).sum::<i64>() >= MANY {
        let young = kept.iter().flat_map(|kept| kept.iter()).filter(|(_, one)| is_young(one));
        let mut next: Kept =
            young.take(KEPT_MAX - 1).map(|(k, v)| (k.clone(), v.clone())).collect();
        next.insert(reach, counted.clone());
        memory.put(next);
    }
    Ok(counted)
}
