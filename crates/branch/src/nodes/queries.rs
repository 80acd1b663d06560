//! What is kept for the lines.

use spine::Error;
use store::{Read, Row, params};

/// Something that was kept under a name, as bytes.
pub(crate) async fn kept<R: Read>(db: &mut R, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select value from node_setting where name = $1";
    let text = db.first(sql, params![name]).await?.map(Row::one::<String>).transpose()?;
    let broken = |_| Error::failure("a setting of the node is broken");
    text.map(|text| serde_json::from_str(&text).map_err(broken)).transpose()
}
