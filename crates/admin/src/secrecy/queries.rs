//! The log of readings, and finding the client an explanation is asked about.

use kernel::{ClientId, Timestamp, UserId};
use spine::Owner;
use store::{Read, Row, StoreError, Value, params};
use uuid::Uuid;

/// A reading of a closed card.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) id: Uuid,
    pub(super) staff: Option<UserId>,
    pub(super) at: Timestamp,
    pub(super) level: String,
    pub(super) groups: String,
    pub(super) place: String,
    pub(super) channel: String,
    pub(super) operation: Uuid,
    pub(super) reason: Option<String>,
    pub(super) client: Named,
}

/// A client as the officer names him.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) id: ClientId,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) owner: Owner,
}

/// Whose readings are wanted, and of whom.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    pub(super) staff: Option<UserId>,
    pub(super) client: Option<ClientId>,
}

fn named(c: &mut store::Cols) -> Result<Named, StoreError> {
    let (number, name) = (c.take()?, c.take()?);
    let owner = Owner::read(c)?;
    let id = owner.client.map_or(ClientId::from_uuid(Uuid::nil()), |subject| subject.id);
    Ok(Named { id, number, name, owner })
}

fn reading(row: Row) -> Result<Reading, StoreError> {
    let mut c = row.cols();
    Ok(Reading {
        id: c.take()?,
        staff: c.take()?,
        at: c.take()?,
        level: c.take()?,
        groups: c.take()?,
        place: c.take()?,
        channel: c.take()?,
        operation: c.take()?,
        reason: c.take()?,
        client: named(&mut c)?,
    })
}

/// Readings before a place, the newest first.
pub(super) async fn readings<R: Read>(
    db: &mut R,
    wanted: Wanted,
    (before, id): (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<Reading>, StoreError> {
    let mut values: Vec<Value> = params![before, id, limit].to_vec();
    let mut more = String::new();
    let given = [
        ("l.staff_id", wanted.staff.map(Value::from)),
        ("l.client_id", wanted.client.map(Value::from)),
    ];
    for (column, value) in given.into_iter().filter_map(|(column, value)| Some((column, value?))) {
        values.push(value);
        more.push_str(&format!(" and {column} = ${}", values.len()));
    }
    let sql = format!(
        "select l.id, l.staff_id, l.at, l.level, l.groups, l.place, l.channel, l.operation_id, \
         g.reason, c.number, c.display_name, {} from read_log l join client c on c.id = l.client_id \
         left join break_glass g on g.id = l.glass_id where (l.at, l.id) < ($1, $2){more} \
         order by l.at desc, l.id desc limit $3",
        Owner::COLUMNS
    );
    db.query(&sql, &values).await?.into_iter().map(reading).collect()
}

/// A client by id or number.
pub(super) async fn client<R: Read>(db: &mut R, text: &str) -> Result<Option<Named>, StoreError> {
    let (condition, value): (&str, Value) = match text.trim().parse::<ClientId>() {
        Ok(id) => ("c.id = $1", id.into()),
        Err(_) => ("c.number = $1", text.trim().into()),
    };
    let sql = format!(
        "select c.number, c.display_name, {} from client c where {condition} limit 1",
        Owner::COLUMNS
    );
    db.first(&sql, &[value]).await?.map(|row| named(&mut row.cols())).transpose()
}
