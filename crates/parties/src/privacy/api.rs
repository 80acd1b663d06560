//! Personal data as a whole in the API: the report for a person, and erasing.

use kernel::ClientId;
use serde::{Deserialize, Serialize};
use spine::Command;
use web::api::{Answer, Api, Call, Method, Operation, Problem};

use super::commands::{EraseClient, NoteReport};
use super::report::{Section, gather};

/// What a report holds.
#[derive(Serialize, schemars::JsonSchema)]
struct Report {
    /// Everything that is kept, table by table.
    data: Vec<Section>,
}

/// Why a report is given out.
#[derive(Deserialize, schemars::JsonSchema)]
struct Asked {
    /// Number of the request, or who asked for it.
    reason: String,
}

pub(crate) fn api(api: Api) -> Api {
    api.tag("personal-data")
        .with(
            Operation::write(
                Method::Post,
                "/clients/{client_id}/data-report",
                "report_client_data",
                NoteReport::PERMISSION,
                report,
            )
            .about("Everything the bank keeps of a client; that it was given out is in the journal")
            .runs(&[NoteReport::NAME])
            .replies::<Report>(),
        )
        .with(Operation::answer::<EraseClient>("/clients/{client_id}/erase", "erase_client").about(
            "Erases personal data; waits for a second person. Answers until when a part is kept",
        ))
}

async fn report(mut call: Call, asked: Asked) -> Result<Answer, Problem> {
    let client_id: ClientId = call.id("client_id")?;
    call.run(&NoteReport { client_id, reason: asked.reason }).await?;
    let bus = call.cx.app.services.bus.clone();
    let data = gather(&mut call.cx.db, &bus, client_id).await?;
    Ok(Answer::json(&Report { data })?)
}
