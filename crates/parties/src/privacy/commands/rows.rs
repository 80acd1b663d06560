//! Taking a client's rows out of the tables.

use std::collections::BTreeMap;

use kernel::ClientId;
use serde_json::Value as Json;
use spine::{ClientBound, Error, Ground, OnErase, Rebuilding, Work};
use store::dump::object;
use store::dump::schema::column_names;
use store::{Read, params};

/// How many rows of which table were taken, and those of them that are kept.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) counts: BTreeMap<&'static str, u64>,
    pub(super) kept: BTreeMap<&'static str, Vec<Json>>,
}

/// Takes every row of a client. The children come before what they point at: the rooms list them the other way
/// round.
pub(super) async fn take_all(
    w: &mut Work<'_>,
    client: ClientId,
    keeps: impl Fn(Ground) -> bool,
    taken: &mut Taken,
) -> Result<(), Error> {
    take_words_of_accounts(w, client).await?;
    for bound in w.client_bound().iter().rev() {
        match bound.on_erase {
            OnErase::Stays(_) => {}
            OnErase::By(take) => take(w, client).await?,
            OnErase::Goes => delete(w, bound, client, taken).await?,
            OnErase::Kept(ground) => {
                if keeps(ground) {
                    let rows = read(w, bound.table, bound.column, client).await?;
                    if !rows.is_empty() {
                        taken.kept.entry(bound.table).or_default().extend(rows);
                    }
                }
                delete(w, bound, client, taken).await?;
            }
        }
    }
    Ok(())
}

async fn delete(
    w: &mut Work<'_>,
    bound: &ClientBound,
    client: ClientId,
    taken: &mut Taken,
) -> Result<(), Error> {
    if w.fieldable().iter().any(|one| one.table == bound.table) {
        for beside in ["custom_index", "own_values"] {
            let sql = format!(
                "delete from {beside} where record_id in (select id from {} where {} = $1)",
                bound.table, bound.column
            );
            w.execute(&sql, params![client]).await?;
        }
    }
    let sql = format!("delete from {} where {} = $1", bound.table, bound.column);
    let rows = w.execute(&sql, params![client]).await?;
    if rows > 0 {
        *taken.counts.entry(bound.table).or_default() += rows;
    }
    Ok(())
}

/// All rows of a table where a column holds the client's id, as JSON objects.
pub(crate) async fn read<R: Read>(
    db: &mut R,
    table: &str,
    column: &str,
    client: ClientId,
) -> Result<Vec<Json>, Error> {
    let names = column_names(db, table).await?;
    // what the bank's own fields hold lies beside the row
    let own = "(select v.doc from own_values v where v.record_id = r.id)";
    let own = names.iter().any(|name| name == "id").then_some(own);
    let columns: Vec<String> = names.iter().map(|name| format!("r.{name}")).collect();
    let columns = columns.iter().map(String::as_str).chain(own).collect::<Vec<_>>().join(", ");
    let sql = format!("select {columns} from {table} r where r.{column} = $1");
    let rows = db.query(&sql, params![client]).await?;
    let all: Vec<String> = names.into_iter().chain(own.map(|_| "custom".to_owned())).collect();
    let rows = rows.into_iter().map(|row| object(all.iter(), row.into_values()));
    Ok(rows.map(without_none).collect())
}

/// A row without an empty document of own fields.
fn without_none(mut row: Json) -> Json {
    if let Some(fields) = row.as_object_mut()
        && fields.get("custom").is_some_and(Json::is_null)
    {
        fields.remove("custom");
    }
    row
}

/// Accounts stay for the bank's sums; where nobody else is named on one, the words in its movements go, and
/// what hangs on loans goes before they do.
async fn take_words_of_accounts(w: &mut Work<'_>, client: ClientId) -> Result<(), Error> {
    let only_his = "(select r.account_id from account_role r where r.client_id = $1 and not exists \
         (select 1 from account_role o where o.account_id = r.account_id and o.client_id <> $1))";
    for sql in [
        format!(
            "update account_transaction set purpose = '', partner_bank = '', partner_account = '' \
             where account_id in {only_his}"
        ),
        format!(
            "update standing_order set to_bank = '', to_account = '', purpose = '' \
             where account_id in {only_his}"
        ),
        format!("delete from custom_index where record_id in {only_his}"),
        format!("delete from own_values where record_id in {only_his}"),
        "delete from loan_review where loan_id in (select id from loan where client_id = $1)"
            .to_owned(),
    ] {
        w.execute(&sql, params![client]).await?;
    }
    Ok(())
}

/// Takes the words out of the record of a client's merges; that there were any stays.
pub(crate) fn blank_merges<'a>(w: &'a mut Work<'_>, client: ClientId) -> Rebuilding<'a> {
    Box::pin(async move {
        let mine = "(select id from client_merge where survivor_id = $1 or loser_id = $1)";
        for sql in [
            format!("delete from client_merge_field where merge_id in {mine}"),
            "update client_merge set reason = '', undo_reason = '' \
             where survivor_id = $1 or loser_id = $1"
                .to_owned(),
        ] {
            w.execute(&sql, params![client]).await?;
        }
        Ok(())
    })
}

/// Takes the values of a bank's own fields, and by what they are found.
pub(crate) fn take_fields<'a>(w: &'a mut Work<'_>, client: ClientId) -> Rebuilding<'a> {
    Box::pin(async move {
        w.execute("delete from custom_index where record_id = $1", params![client]).await?;
        w.execute("delete from client_custom where client_id = $1", params![client]).await?;
        Ok(())
    })
}

/// Takes a client's records of the bank's own kinds, and by what they are found.
pub(crate) fn take_records<'a>(w: &'a mut Work<'_>, client: ClientId) -> Rebuilding<'a> {
    Box::pin(async move {
        let his = "(select id from custom_record where client_id = $1)";
        for sql in [
            format!("delete from custom_index where record_id in {his}"),
            format!("delete from custom_token where record_id in {his}"),
            "delete from custom_record where client_id = $1".to_owned(),
        ] {
            w.execute(&sql, params![client]).await?;
        }
        Ok(())
    })
}

/// Takes everything personal out of the client's own row; his number stays.
pub(super) async fn blank_client(w: &mut Work<'_>, client: ClientId) -> Result<(), Error> {
    let now = w.ctx.now;
    w.execute(
        "update client set display_name = '', sort_name = '', status = 'closed', segment = 'mass', \
         branch_id = null, manager_id = null, preferred_channel = null, last_name = null, \
         first_name = null, patronymic = null, former_name = null, sex = null, birth_date = null, \
         birth_day = null, birth_place = null, citizenship = null, marital = null, dependants = null, \
         employer = null, job_title = null, income_minor = null, income_currency = null, \
         full_name = null, short_name = null, foreign_name = null, legal_form = null, \
         registered_on = null, okved = null, capital_minor = null, employees = null, \
         public_person = 0, client_since = null, verified_on = null, note = null, updated_at = $2, \
         version = version + 1 where id = $1",
        params![client, now],
    )
    .await?;
    Ok(())
}
