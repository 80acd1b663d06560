//! The client list in the API: the page's own filters, sorts and columns, and the export.

use std::collections::BTreeMap;

use kernel::{ClientId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use spine::secrecy::Group;
use spine::{Command, Error};
use store::{FromValue, Value};
use web::api::{Answer, Api, Call, ListQuery, Listing, Operation, Problem, condition_pairs};
use web::{ColumnKind, Cx};

use super::commands::NoteExport;
use super::model::{Address, Column, Cursor, Turn};
use super::pages::{Asked, Beside, export_rows};
use super::queries::{self, ListRow};
use crate::client::queries::ClientHead;
use crate::fields::model::is_key;

pub(crate) fn api(api: Api) -> Api {
    api.tag("clients")
        .with(
            Operation::list("/clients", "list_clients", "client.read", list)
                .about("Clients one may see, filtered and sorted as on the page"),
        )
        .with(
            Operation::export("/clients/export", "export_clients", "client.export", export)
                .about("Clients that fit a filter, as a file; every export is journalled")
                .media(&[
                    "text/csv",
                    "text/vcard",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ])
                .runs(&[NoteExport::NAME]),
        )
}

/// Order of the list; a minus begins with the largest.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
enum Order {
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameBack,
    #[serde(rename = "since")]
    Since,
    #[serde(rename = "-since")]
    SinceBack,
    #[serde(rename = "updated")]
    Updated,
    #[serde(rename = "-updated")]
    UpdatedBack,
}

impl Order {
    const fn word(self) -> &'static str {
        match self {
            Order::Name => "name",
            Order::NameBack => "-name",
            Order::Since => "since",
            Order::SinceBack => "-since",
            Order::Updated => "updated",
            Order::UpdatedBack => "-updated",
        }
    }
}

/// Longest order by a field: a minus and its key (characters).
const ORDER_CHARS_MAX: usize = 41;

/// Which clients.
#[derive(Debug, Deserialize, JsonSchema)]
struct ClientsQuery {
    /// Words of a name, or a number.
    #[serde(default)]
    #[schemars(length(max = 400))]
    q: Option<String>,
    /// A condition, `FIELD:OPERATOR:VALUE` as the page's filter builder makes them: `segment:is:vip`,
    /// `manager:is:me`, `next_step:empty:`. Several are joined by "and".
    #[serde(default)]
    #[schemars(length(max = 20))]
    filter: Vec<String>,
    /// Order.
    #[serde(default)]
    sort: Option<Order>,
    /// Order by a field the bank has added instead: its key; a minus begins with the largest.
    #[serde(default)]
    #[schemars(length(max = ORDER_CHARS_MAX))]
    sort_by: Option<String>,
    /// Columns beyond the head: `phone`, `email`, `employer`, `created` and what other rooms add
    /// (`next_step`, `last_contact`); keys of fields the bank has added (`x_…`).
    #[serde(default)]
    #[schemars(length(max = 20))]
    columns: Vec<String>,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

/// A row of the list.
#[derive(Debug, Serialize, JsonSchema)]
struct ClientRow {
    /// Who.
    #[serde(flatten)]
    head: ClientHead,
    /// In the book since.
    created_at: Timestamp,
    /// Place of work.
    employer: Option<String>,
    /// Main phone, when asked for.
    phone: Option<String>,
    /// Main e-mail address, when asked for.
    email: Option<String>,
    /// Columns of other rooms that were asked for.
    more: BTreeMap<String, Json>,
    /// Columns of the bank's own fields that were asked for, as canonical texts; empty ones are absent.
    custom: BTreeMap<String, String>,
}

impl ClientsQuery {
    /// The page's own address of this list.
    fn address(&self) -> Result<Address, Problem> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut pairs = Vec::new();
        pairs.extend(self.q.as_deref().map(|q| pair("q", q)));
        match &self.sort_by {
            Some(key) if !is_key(key.trim_start_matches('-')) => {
                return Err(Problem::bad_request("not-a-choice", "sort_by"));
            }
            Some(key) => pairs.push(pair("sort", key)),
            None => pairs.extend(self.sort.map(|sort| pair("sort", sort.word()))),
        }
        // a column nobody chose is not read
        let columns = ["name"].into_iter().chain(self.columns.iter().map(String::as_str));
        pairs.push(pair("cols", &columns.collect::<Vec<_>>().join(",")));
        pairs.extend(condition_pairs(&self.filter)?);
        let mut address = Address::parse(&pairs);
        address.size = self.page.limit();
        if let Some(cursor) = &self.page.cursor {
            let place = Cursor::decode(cursor, &address.sort.key)
                .ok_or_else(|| Problem::bad_request("cursor-unknown", "cursor"))?;
            address.turn = Turn::After(place);
        }
        Ok(address)
    }
}

/// A list's address, understood; an order nothing stands behind is refused here, where the page would show the
/// standard one.
async fn understood(cx: &Cx, address: Address) -> Result<Asked, Problem> {
    let sort = address.sort.key.key().to_owned();
    let asked = Asked::read(cx, address).await?;
    if asked.address.sort.key.key() != sort {
        return Err(Problem::bad_request("not-a-choice", "sort_by"));
    }
    Ok(asked)
}

async fn list(call: Call, query: ClientsQuery) -> Result<Listing<ClientRow>, Problem> {
    let cx = call.cx;
    let asked = understood(&cx, query.address()?).await?;
    let ids: Option<Vec<ClientId>> = asked.matches(&cx).await?;
    let extras = asked.extras();
    let mut db = if asked.tests.is_empty() { cx.db.clone() } else { cx.db.long() };
    let page = queries::page(&mut db, &asked.ask(&cx, ids.as_deref(), &extras))
        .await
        .map_err(Error::from)?;
    let beside = Beside::read(&cx, &mut cx.db.clone(), &asked.columns, &page.rows).await?;
    for row in &page.rows {
        // a program that reads a list reads the cards in it
        let told = [Group::Identity, Group::Service, Group::Contacts];
        let told = told.into_iter().filter(|group| row.head.sees(*group));
        cx.note_read(row.head.owner(), told.collect());
    }
    let sort = &asked.address.sort.key;
    let last = page.rows.last().filter(|_| page.has_more);
    let next = last.map(|row| row.cursor.encode(sort));
    let items = page.rows.into_iter().map(|row| shown(row, &beside, &asked.columns)).collect();
    Ok(Listing { items, next })
}

fn shown(row: ListRow, beside: &Beside, columns: &[Column]) -> ClientRow {
    let extras = columns.iter().filter_map(|column| match column {
        Column::Extra(extra) => Some(extra),
        Column::Own(_) | Column::Added(_) => None,
    });
    let doc = beside.docs.get(&row.head.id);
    let custom = columns.iter().filter_map(|column| match column {
        Column::Added(field) => {
            let text = doc.and_then(|doc| doc.get(&field.key));
            text.map(|text| (field.key.clone(), text.clone()))
        }
        Column::Own(_) | Column::Extra(_) => None,
    });
    let custom = custom.collect();
    let more = extras
        .zip(row.extras)
        .map(|(column, value)| (column.key.to_owned(), json_of(column.kind, value)))
        .collect();
    ClientRow {
        phone: beside.phones.get(&row.head.id).cloned(),
        email: beside.emails.get(&row.head.id).cloned(),
        head: row.head,
        created_at: row.created_at,
        employer: row.employer,
        more,
        custom,
    }
}

fn json_of(kind: ColumnKind, value: Value) -> Json {
    match kind {
        ColumnKind::Text | ColumnKind::Date => {
            String::from_value(value).map_or(Json::Null, Json::from)
        }
        ColumnKind::Number => i64::from_value(value).map_or(Json::Null, Json::from),
        ColumnKind::Instant => {
            Timestamp::from_value(value).map_or(Json::Null, |at| Json::from(at.to_string()))
        }
    }
}

/// The form of the file.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum FileForm {
    /// For programs.
    #[default]
    Csv,
    /// For people.
    Xlsx,
    /// Contact cards, for address books.
    Vcf,
}

impl FileForm {
    const fn word(self) -> &'static str {
        match self {
            FileForm::Csv => "csv",
            FileForm::Xlsx => "xlsx",
            FileForm::Vcf => "vcf",
        }
    }
}

/// Which clients, in which form.
#[derive(Debug, Deserialize, JsonSchema)]
struct ExportQuery {
    /// The form of the file.
    #[serde(default)]
    format: FileForm,
    /// As in `list_clients`.
    #[serde(default)]
    #[schemars(length(max = 400))]
    q: Option<String>,
    /// As in `list_clients`.
    #[serde(default)]
    #[schemars(length(max = 20))]
    filter: Vec<String>,
    /// As in `list_clients`.
    #[serde(default)]
    sort: Option<Order>,
    /// As in `list_clients`.
    #[serde(default)]
    #[schemars(length(max = ORDER_CHARS_MAX))]
    sort_by: Option<String>,
    /// As in `list_clients`; without any the standard ones.
    #[serde(default)]
    #[schemars(length(max = 20))]
    columns: Vec<String>,
}

async fn export(call: Call, query: ExportQuery) -> Result<Answer, Problem> {
    let has_columns = !query.columns.is_empty();
    let list = ClientsQuery {
        q: query.q,
        filter: query.filter,
        sort: query.sort,
        sort_by: query.sort_by,
        columns: query.columns,
        page: ListQuery::default(),
    };
    let mut address = list.address()?;
    if !has_columns {
        address.columns.clear();
    }
    let asked = understood(&call.cx, address).await?;
    let rows = Box::pin(export_rows(call.cx, asked, query.format.word()));
    Ok(Answer::response(rows.await?))
}
