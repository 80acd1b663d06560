//! Fields a bank adds to objects of the product, on pages and in the API: what a room's form, card and list ask of
//! the room that owns the definitions, and the list's own part of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use kernel::Refusals;
use maud::{Markup, html};
use spine::{Error, FieldEdit, OwnAsked, OwnOrder, OwnValues};
use uuid::Uuid;

use super::cx::Cx;
use super::form_data::FormData;
use crate::i18n::L;
use crate::ui::{
    Cell, Column, Condition, FilterBar, FilterField, Opt, SortDirection, Table, column_chooser,
    query_string,
};

/// The future of something that is read or drawn.
pub type Drawing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A record as its own fields are shown and changed by themselves.
#[derive(Clone, Debug)]
pub struct OwnRecord {
    /// What it is called.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Its values.
    pub values: OwnValues,
    /// The person may change them.
    pub may_edit: bool,
}

/// How a room shows a record of an object to a person; what he may not see is [`Error::NotFound`].
#[derive(Clone, Copy)]
pub struct OwnRecords {
    /// The object's key.
    pub object: &'static str,
    /// Reads one.
    pub load: for<'a> fn(&'a mut Cx, Uuid) -> Drawing<'a, OwnRecord>,
}

/// The own fields of one object, as far as a person may know of them.
pub trait OwnObject: Send + Sync {
    /// There are none.
    fn is_empty(&self) -> bool;
    /// Takes out what the person may not know of.
    fn cut(&self, values: &mut OwnValues);
    /// What a form sent, with what it was drawn with.
    fn edits(&self, sent: &FormData) -> Vec<FieldEdit>;
    /// What a form begins with.
    fn start(&self, values: &OwnValues) -> Vec<(String, String)>;
    /// The controls of a form.
    fn controls<'a>(
        &'a self,
        cx: &'a Cx,
        typed: &'a FormData,
        refusals: &'a Refusals,
    ) -> Drawing<'a, Markup>;
    /// The part of a card, with the way to change them; nothing where there are none.
    fn card<'a>(
        &'a self,
        cx: &'a Cx,
        record: Uuid,
        values: &'a OwnValues,
        may_edit: bool,
    ) -> Drawing<'a, Markup>;
    /// Values in a line, as a history shows them: label and words.
    fn words<'a>(
        &'a self,
        cx: &'a Cx,
        rows: Vec<&'a OwnValues>,
    ) -> Drawing<'a, Vec<Vec<(String, String)>>>;
    /// Columns of a list.
    fn columns(&self, l: &L) -> Vec<OwnColumn>;
    /// Values under these columns.
    fn cells<'a>(
        &'a self,
        cx: &'a Cx,
        keys: Vec<&'a str>,
        rows: Vec<&'a OwnValues>,
    ) -> Drawing<'a, Vec<Vec<Option<String>>>>;
    /// What a list may be filtered by.
    fn filters(&self, cx: &Cx) -> Vec<FilterField>;
    /// Understands an address (`field`, `op`, `value` repeated in order; `sort`).
    ///
    /// # Errors
    /// Conditions that are not understood; then nothing may be shown.
    fn asked(&self, cx: &Cx, pairs: &[(String, String)]) -> Result<OwnAsked, Refusals>;
}

/// A column of a list.
#[derive(Clone, Debug)]
pub struct OwnColumn {
    /// The field's key.
    pub key: String,
    /// Its head.
    pub label: String,
    /// It stands in the list unless somebody chooses others.
    pub is_standard: bool,
    /// The list can be sorted by it.
    pub is_sortable: bool,
}

/// The door to the room that owns the definitions, for pages.
pub trait OwnPages: Send + Sync {
    /// The fields of an object.
    fn of<'a>(&'a self, cx: &'a Cx, object: &'a str) -> Drawing<'a, Arc<dyn OwnObject>>;
}

/// An object in a house without such fields.
struct NoFields;

impl OwnObject for NoFields {
    fn is_empty(&self) -> bool {
        true
    }
    fn cut(&self, values: &mut OwnValues) {
        values.0.clear();
    }
    fn edits(&self, _: &FormData) -> Vec<FieldEdit> {
        Vec::new()
    }
    fn start(&self, _: &OwnValues) -> Vec<(String, String)> {
        Vec::new()
    }
    fn controls<'a>(&'a self, _: &'a Cx, _: &'a FormData, _: &'a Refusals) -> Drawing<'a, Markup> {
        Box::pin(async { Ok(html! {}) })
    }
    fn card<'a>(&'a self, _: &'a Cx, _: Uuid, _: &'a OwnValues, _: bool) -> Drawing<'a, Markup> {
        Box::pin(async { Ok(html! {}) })
    }
    fn words<'a>(
        &'a self,
        _: &'a Cx,
        rows: Vec<&'a OwnValues>,
    ) -> Drawing<'a, Vec<Vec<(String, String)>>> {
        Box::pin(async move { Ok(rows.iter().map(|_| Vec::new()).collect()) })
    }
    fn columns(&self, _: &L) -> Vec<OwnColumn> {
        Vec::new()
    }
    fn cells<'a>(
        &'a self,
        _: &'a Cx,
        _: Vec<&'a str>,
        rows: Vec<&'a OwnValues>,
    ) -> Drawing<'a, Vec<Vec<Option<String>>>> {
        Box::pin(async move { Ok(rows.iter().map(|_| Vec::new()).collect()) })
    }
    fn filters(&self, _: &Cx) -> Vec<FilterField> {
        Vec::new()
    }
    fn asked(&self, _: &Cx, _: &[(String, String)]) -> Result<OwnAsked, Refusals> {
        Ok(OwnAsked::default())
    }
}

impl Cx {
    /// The own fields of an object, as far as the person may know of them.
    ///
    /// # Errors
    /// The database's.
    pub async fn own(&self, object: &str) -> Result<Arc<dyn OwnObject>, Error> {
        match self.app.own_fields {
            Some(door) => door.of(self, object).await,
            None => Ok(Arc::new(NoFields)),
        }
    }
    /// Takes out of values what the person may not know of.
    ///
    /// # Errors
    /// The database's.
    pub async fn cut_own<'a>(
        &self,
        object: &str,
        values: impl IntoIterator<Item = &'a mut OwnValues> + Send,
    ) -> Result<(), Error> {
        let own = self.own(object).await?;
        values.into_iter().for_each(|values| own.cut(values));
        Ok(())
    }
}

/// What pages of a list are asked by: the place a page begins at is never kept.
const PLACES: [&str; 3] = ["after", "below", "cursor"];
/// The parts of a condition.
const CONDITION: [&str; 3] = ["field", "op", "value"];

/// The own fields of an object in its list: columns, filter, order, and the address that keeps them.
pub struct OwnList {
    own: Arc<dyn OwnObject>,
    object: &'static str,
    home: &'static str,
    pairs: Vec<(String, String)>,
    columns: Vec<OwnColumn>,
    /// What the query must add.
    pub asked: OwnAsked,
    /// What was not understood; then nothing may be shown.
    pub unclear: Option<Refusals>,
}

impl OwnList {
    /// Reads an address of the list at `home`.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(
        cx: &Cx,
        (object, home): (&'static str, &'static str),
        query: &str,
    ) -> Result<Self, Error> {
        let own = cx.own(object).await?;
        let pairs: Vec<(String, String)> =
            super::pairs(query).filter(|(name, _)| !PLACES.contains(&name.as_str())).collect();
        let (asked, unclear) = match own.asked(cx, &pairs) {
            Ok(asked) => (asked, None),
            Err(refusals) => (OwnAsked::default(), Some(refusals)),
        };
        let chosen = pairs.iter().find(|(name, _)| name == "cols").map(|(_, keys)| keys.as_str());
        let mut columns = own.columns(&cx.l);
        columns.retain(|column| match chosen {
            Some(keys) => keys.split(',').any(|key| key == column.key),
            None => column.is_standard,
        });
        Ok(Self { own, object, home, pairs, columns, asked, unclear })
    }

    /// The list's address with other pairs in place of those of the same names; an empty value takes one out.
    pub fn address(&self, set: &[(&str, &str)]) -> String {
        let is_kept = |name: &str| !set.iter().any(|(one, _)| *one == name);
        let kept = self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, value)| {
            is_kept(name) && (!value.is_empty() || CONDITION.contains(name))
        });
        let set = set.iter().copied().filter(|(_, value)| !value.is_empty());
        match query_string(kept.chain(set)).as_str() {
            "?" => self.home.to_owned(),
            query => format!("{}{query}", self.home),
        }
    }

    /// The bar with the filter and the choice of columns; nothing where there are no own fields.
    pub fn bar(&self, cx: &Cx) -> Markup {
        let l = &cx.l;
        let all = self.own.columns(l);
        let filters = self.own.filters(cx);
        if all.is_empty() && filters.is_empty() {
            return html! {};
        }
        let parsed = self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let conditions = Condition::parse(parsed);
        let mut bar = FilterBar::new(format!("{}-own", self.object), filters, conditions);
        for (name, value) in &self.pairs {
            if !CONDITION.contains(&name.as_str()) && !value.is_empty() {
                bar = bar.keep(name, value);
            }
        }
        let options: Vec<Opt> =
            all.iter().map(|c| Opt::new(c.key.clone(), c.label.clone())).collect();
        let shown: Vec<&str> = self.columns.iter().map(|c| c.key.as_str()).collect();
        let address = self.address(&[("cols", "")]);
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let action = format!("/own-fields/{}/columns", self.object);
        let id = format!("{}-columns", self.object);
        bar.end(column_chooser(l, &id, &action, &[("query", query)], &options, &shown)).render(l)
    }

    /// The table with a head for each column.
    #[must_use]
    pub fn heads(&self, table: Table) -> Table {
        self.columns.iter().fold(table, |table, column| table.column(self.head(column)))
    }

    fn head(&self, column: &OwnColumn) -> Column {
        let head = Column::text(column.label.clone());
        if !column.is_sortable {
            return head;
        }
        let now = self.asked.order.as_ref().filter(|order| order.key == column.key);
        let (next, sorted) = match now {
            Some(OwnOrder { is_descending: false, .. }) => {
                (format!("-{}", column.key), Some(SortDirection::Ascending))
            }
            Some(_) => (column.key.clone(), Some(SortDirection::Descending)),
            None => (column.key.clone(), None),
        };
        head.sort(self.address(&[("sort", &next)]), sorted)
    }

    /// A head of the list's own order: it leads back to it from an order by an own field.
    pub fn standard(&self, column: Column) -> Column {
        match &self.asked.order {
            Some(_) => column.sort(self.address(&[("sort", "")]), None),
            None => column,
        }
    }

    /// The cells of these rows under the columns.
    ///
    /// # Errors
    /// The database's.
    pub async fn cells(&self, cx: &Cx, rows: Vec<&OwnValues>) -> Result<Vec<Vec<Cell>>, Error> {
        let keys = self.columns.iter().map(|column| column.key.as_str()).collect();
        let cells = self.own.cells(cx, keys, rows).await?;
        let cell = |text: Option<String>| text.map_or_else(|| Cell::none(&cx.l), Cell::text);
        Ok(cells.into_iter().map(|row| row.into_iter().map(cell).collect()).collect())
    }
}
