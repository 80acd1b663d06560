//! The work through the rooms.

use std::sync::Arc;

use engagement::interaction::commands::LogInteraction;
use engagement::interaction::model::Channel;
use engagement::interaction::queries::{Place, contacts as timeline};
use kernel::{ClientId, RandomEntropy, SystemClock};
use parties::client::queries as client;
use parties::contacts::queries::contacts;
use parties::holdings::queries::{accounts, cards, loans};
use spine::org::Directory;
use spine::{Bus, Live, Principal, Registry, Services};
use store::{Read, Reader, Store, params};

use crate::Failed;
use crate::bare::{PAGE, PART, TIMELINE};

pub(crate) struct Ours {
    services: Services,
    everybody: Principal,
}

impl Ours {
    pub(crate) async fn open(url: &str) -> Result<Ours, Failed> {
        let Store { reader, writer } = Store::open(url).await?;
        let (live, directory) = (Live::default(), Directory::default());
        let services = Services {
            reader,
            bus: Bus::new(
                writer,
                Registry::default(),
                live.clone(),
                ("bench", directory.clone(), None),
            ),
            directory,
            live,
            behind: spine::Behind::default(),
            memory: spine::Memory::default(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(RandomEntropy),
            jurisdiction: Arc::from("ru"),
        };
        Ok(Ours { services, everybody: Principal::system() })
    }
    fn reader(&self) -> Reader {
        self.services.reader.clone()
    }
    pub(crate) async fn some_clients(&self, count: usize) -> Result<Vec<ClientId>, Failed> {
        let sql = "select id from client where kind = 'person' order by id limit $1";
        let rows = self.reader().query(sql, params![i64::try_from(count)?]).await?;
        Ok(rows.into_iter().map(store::Row::one).collect::<Result<_, _>>()?)
    }
    pub(crate) async fn list(&self) -> Result<usize, Failed> {
        let page = parties::list::first_page(&mut self.reader(), &self.everybody, PAGE).await?;
        Ok(page.len())
    }
    pub(crate) async fn card(&self, id: ClientId) -> Result<usize, Failed> {
        let mut db = self.reader();
        let today = self.services.clock.now().date_in(&jiff::tz::TimeZone::UTC);
        let head = client::head(&mut db, &self.everybody, id).await?;
        let mut rows = usize::from(head.id == id);
        let ctx = self.services.system("bench");
        parties::contacts::consent::words(&mut db, &ctx, id).await?;
        rows += client::roles(&mut db, id).await?.len();
        rows += contacts(&mut db, id).await?.len();
        rows += accounts(&mut db, id, today).await?.len();
        rows += cards(&mut db, id).await?.len();
        rows += loans(&mut db, id).await?.len();
        let limit = i64::try_from(TIMELINE)?;
        rows += timeline(&mut db, id, &Channel::ALL, "", Place::TOP, limit).await?.len();
        Ok(rows)
    }
    pub(crate) async fn search(&self) -> Result<usize, Failed> {
        Ok(parties::search::find(&mut self.reader(), &self.everybody, PART, PAGE).await?.len())
    }
    pub(crate) async fn command(&self, id: ClientId) -> Result<usize, Failed> {
        let ctx = self.services.system("bench");
        let call = LogInteraction {
            client_id: id,
            channel: "phone".to_owned(),
            direction: "in".to_owned(),
            topic: String::new(),
            subject: "Звонок".to_owned(),
            body: "О вкладе".to_owned(),
            result: String::new(),
            at: Some(self.services.clock.now()),
            waiting_seconds: None,
            handling_seconds: None,
            next: None,
            source: String::new(),
            external_id: String::new(),
            custom: Default::default(),
        };
        self.services.bus.execute(&ctx, ctx.command_id(), &call).await?;
        Ok(1)
    }
}
