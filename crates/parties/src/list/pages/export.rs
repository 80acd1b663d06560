//! The list as a file: CSV for programs, XLSX for people, contact cards for address books. Its scope is that of `client.export`, which may
//! be narrower than what the person sees, and every export is journalled before its first byte leaves.

use axum::body::{Body, Bytes};
use axum::extract::RawQuery;
use axum::response::Response;
use futures_util::{StreamExt, stream};
use kernel::{ClientId, limits};
use spine::Error;
use spine::secrecy::Groups;
use store::Reader;
use uuid::Uuid;
use web::{Answer, ContactFormat, Cx, FormData};

use super::cards::{CARD_COLUMNS, card};
use super::chosen::chosen;
use super::file::{Plain, Rows, SheetKind, attachment};
use super::rows::{Asked, Beside};
use super::{cells, pairs_of, query_of};
use crate::contacts::queries::card_facts;
use crate::list::commands::NoteExport;
use crate::list::model::{Address, Turn};
use crate::list::queries::{self, Ask, ListRow};

/// Rows read at once.
const CHUNK: usize = 500;

#[derive(Clone, Copy, Debug)]
pub(super) enum FileKind {
    Sheet(SheetKind),
    Cards(ContactFormat),
}

impl FileKind {
    fn of(cx: &Cx, word: &str) -> Self {
        match cx.app.contact_format {
            Some(format) if word == format.ending => FileKind::Cards(format),
            _ => FileKind::Sheet(SheetKind::of(word)),
        }
    }
    const fn ending(self) -> &'static str {
        match self {
            FileKind::Sheet(kind) => kind.ending(),
            FileKind::Cards(format) => format.ending,
        }
    }
    const fn mime(self) -> &'static str {
        match self {
            FileKind::Sheet(kind) => kind.mime(),
            FileKind::Cards(format) => format.mime,
        }
    }
}

/// `GET /clients/export?format=…`: everything that fits the filter.
pub(super) async fn filtered(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let pairs = pairs_of(&query.unwrap_or_default());
    let format = pairs.iter().find(|(name, _)| name == "format").map_or("", |(_, v)| v.as_str());
    let kind = FileKind::of(&cx, format);
    let asked = Asked::read(&cx, Address::parse(&pairs)).await?;
    let ids = asked.matches(&cx).await?;
    let filter = query_of(&asked.address.view_pairs());
    let file = format!("clients-{}", cx.l.today);
    answer(cx, asked, ids, kind, Named { file, filter }).await
}

/// Everything that fits a list, as a file for programs, for people or for address books.
pub(in crate::list) async fn export_rows(
    cx: Cx,
    asked: Asked,
    format: &str,
) -> Result<Response, Error> {
    let kind = FileKind::of(&cx, format);
    let ids = asked.matches(&cx).await?;
    let filter = query_of(&asked.address.view_pairs());
    let file = format!("clients-{}", cx.l.today);
    answer(cx, asked, ids, kind, Named { file, filter }).await.map_err(|failure| failure.0)
}

/// `POST /clients/export`: the chosen rows.
pub(super) async fn selected(cx: Cx, sent: FormData) -> Answer {
    let kind = FileKind::of(&cx, &sent.text("format"));
    Box::pin(of_chosen(cx, &sent, kind)).await
}

/// `POST /clients/export/cards`: the chosen clients as contact cards.
pub(super) async fn selected_cards(cx: Cx, sent: FormData) -> Answer {
    let Some(format) = cx.app.contact_format else { return Err(Error::NotFound.into()) };
    Box::pin(of_chosen(cx, &sent, FileKind::Cards(format))).await
}

async fn of_chosen(cx: Cx, sent: &FormData, kind: FileKind) -> Answer {
    let ids = chosen(sent)?;
    let asked = Asked::read(&cx, Address::parse(&[])).await?;
    let texts: Vec<String> = ids.iter().map(ClientId::to_string).collect();
    let filter = format!("id={}", texts.join(","));
    let file = format!("clients-{}", cx.l.today);
    answer(cx, asked, Some(ids), kind, Named { file, filter }).await
}

/// What an export is called: the file without its ending, and what the journal says of it.
pub(super) struct Named {
    pub(super) file: String,
    pub(super) filter: String,
}

/// Answers with the file.
pub(super) async fn answer(
    cx: Cx,
    asked: Asked,
    ids: Option<Vec<ClientId>>,
    kind: FileKind,
    named: Named,
) -> Answer {
    let export = Export::new(cx, asked, ids);
    export.note_begin(kind, named.filter).await?;
    let app = std::sync::Arc::clone(&export.cx.app);
    let sheet = (export.cx.l.t("nav-clients"), export.cx.l.today);
    let body = match kind {
        FileKind::Sheet(kind) => kind.body(&app, export, sheet).await?,
        FileKind::Cards(format) => card_stream(export, format),
    };
    Ok(attachment(&named.file, kind.ending(), kind.mime(), body))
}

/// An export on its way through the list, a chunk at a time.
struct Export {
    cx: Cx,
    db: Reader,
    asked: Asked,
    ids: Option<Vec<ClientId>>,
    id: Uuid,
    sent: usize,
    has_more: bool,
}

impl Export {
    fn new(cx: Cx, mut asked: Asked, ids: Option<Vec<ClientId>>) -> Self {
        asked.address.turn = Turn::First;
        let (db, id) = (cx.db.long(), cx.ctx.new_id());
        Self { cx, db, asked, ids, id, sent: 0, has_more: true }
    }

    fn note(&self, rows: Option<u64>, kind: &str, filter: String) -> NoteExport {
        let columns = self.asked.columns.iter().map(|c| c.key().to_owned()).collect();
        NoteExport { export_id: self.id, format: kind.to_owned(), filter, columns, rows }
    }

    async fn note_begin(&self, kind: FileKind, filter: String) -> Result<(), Error> {
        let mut note = self.note(None, kind.ending(), filter);
        if let FileKind::Cards(_) = kind {
            note.columns = CARD_COLUMNS.map(str::to_owned).to_vec();
        }
        self.cx.execute(self.cx.ctx.command_id(), &note).await
    }

    async fn note_end(&self) -> Result<(), Error> {
        let note = self.note(u64::try_from(self.sent).ok(), "", String::new());
        self.cx.execute(self.cx.ctx.command_id(), &note).await
    }

    /// The next clients as contact cards; none at the end.
    async fn next_cards(&mut self, format: ContactFormat) -> Result<Option<Bytes>, Error> {
        let Some(found) = self.next_rows().await? else { return Ok(None) };
        let ids: Vec<ClientId> = found.iter().map(|row| row.head.id).collect();
        let principal = std::sync::Arc::clone(&self.cx.ctx.principal);
        let facts = card_facts(&mut self.db, &principal, "client.export", &ids).await?;
        let of = |id: ClientId| found.iter().find(|row| row.head.id == id).map(|row| &row.head);
        let cards = facts.iter().filter_map(|facts| Some(card(facts, of(facts.id)?)));
        let text: String = cards.map(|card| (format.write)(&card)).collect();
        Ok(Some(Bytes::from(text)))
    }

    /// Secret cards among the rows are noted before any of them leaves.
    async fn note_reads(&self, rows: &Vec<ListRow>) -> Result<(), Error> {
        for row in rows {
            let hidden = Groups::all().and(row.head.hidden.iter().copied().collect());
            self.cx.note_read(row.head.owner(), hidden.missing().into_iter().collect());
        }
        self.cx.write_reads().await
    }

    /// The next rows; none at the end. Journals the end.
    async fn next_rows(&mut self) -> Result<Option<Vec<ListRow>>, Error> {
        if !self.has_more {
            return Ok(None);
        }
        let extras = self.asked.extras();
        let ask = Ask {
            permission: "client.export",
            size: CHUNK.min(limits::EXPORT_ROWS_MAX - self.sent),
            ..self.asked.ask(&self.cx, self.ids.as_deref(), &extras)
        };
        let page = queries::page(&mut self.db, &ask).await?;
        self.sent += page.rows.len();
        self.has_more = page.has_more && self.sent < limits::EXPORT_ROWS_MAX;
        if let Some(last) = page.rows.last() {
            self.asked.address.turn = Turn::After(last.cursor.clone());
        }
        if !self.has_more {
            self.note_end().await?;
        }
        let principal = self.cx.principal();
        let rows = page.rows.into_iter().map(|row| row.taken_out(principal)).collect();
        self.note_reads(&rows).await?;
        Ok(Some(rows))
    }
}

impl Rows for Export {
    /// The client's number always leads, so that a file can be matched again.
    fn heads(&self) -> Vec<String> {
        let columns = self.asked.columns.iter().filter(|c| c.key() != "number");
        let labels = columns.map(|column| column.words(&self.cx.l));
        [self.cx.l.t("client-number")].into_iter().chain(labels).collect()
    }
    async fn next(&mut self) -> Result<Option<Vec<Vec<Plain>>>, Error> {
        let Some(found) = self.next_rows().await? else { return Ok(None) };
        let beside = Beside::read(&self.cx, &mut self.db, &self.asked.columns, &found).await?;
        let columns: Vec<_> =
            self.asked.columns.iter().filter(|c| c.key() != "number").cloned().collect();
        let rows = found.iter().map(|row| {
            let number = Plain::Text(row.head.number.clone());
            let rest = cells::plain(&self.cx, &columns, row, &beside);
            [number].into_iter().chain(rest).collect()
        });
        Ok(Some(rows.collect()))
    }
    fn stop(&mut self) {
        self.has_more = false;
    }
}

/// Chunks of cards, as those of CSV.
fn card_stream(export: Export, format: ContactFormat) -> Body {
    let chunks = stream::unfold(export, move |mut export| async move {
        match export.next_cards(format).await {
            Ok(cards) => Some((Ok(cards?), export)),
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                export.has_more = false;
                Some((Err(std::io::Error::other(error)), export))
            }
        }
    });
    // whoever compresses the body may ask once more after its end
    Body::from_stream(chunks.fuse())
}
