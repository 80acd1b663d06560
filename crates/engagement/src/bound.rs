//! The columns of this room that hold a client's id, and what becomes of their rows when a client is merged
//! into another one.

use spine::{ClientBound, Ground, Moving, OnErase};

use crate::desk::rebuild_regard;
use crate::task::commands::rebuild_step;

/// Every one. Contacts stand before tasks: a task goes back with the contact it was agreed in. What points at a visit stands behind
/// it: erasure takes the last first.
pub(crate) const CLIENT_BOUND: &[ClientBound] = &[
    ClientBound::moving(
        "interaction",
        "client_id",
        Moving {
            follows: Some(
                "m.corrects_id in (select i.id from interaction i where i.client_id = $1)",
            ),
            ..Moving::ALL
        },
    )
    .on_erase(OnErase::Kept(Ground::Relations)),
    ClientBound::moving(
        "task",
        "client_id",
        Moving {
            follows: Some(
                "m.source_interaction_id in (select i.id from interaction i where i.client_id = $1)",
            ),
            ..Moving::ALL
        },
    ),
    ClientBound::moving(
        "project_client",
        "client_id",
        Moving {
            id: Some("project_id"),
            stays: Some(
                "exists (select 1 from project_client s where s.client_id = $3 \
                 and s.project_id = m.project_id)",
            ),
            ..Moving::ALL
        },
    ),
    ClientBound::derived("client_step", "client_id", rebuild_step),
    ClientBound::moves("visit", "client_id").on_erase(OnErase::Kept(Ground::Relations)),
    ClientBound::moving(
        "visit_step",
        "client_id",
        Moving {
            follows: Some("m.visit_id in (select v.id from visit v where v.client_id = $1)"),
            ..Moving::ALL
        },
    )
    .on_erase(OnErase::Kept(Ground::Relations)),
    ClientBound::moves("desk_operation", "client_id").on_erase(OnErase::Kept(Ground::Relations)),
    ClientBound::moves("smart_card", "client_id").on_erase(OnErase::Kept(Ground::Relations)),
    ClientBound::moves("smart_card_record", "client_id").on_erase(OnErase::Kept(Ground::Relations)),
    ClientBound::moves("smart_card_reading", "client_id")
        .on_erase(OnErase::Kept(Ground::Relations)),
    ClientBound::moves("smart_card_alarm", "client_id").on_erase(OnErase::Kept(Ground::Relations)),
    ClientBound::derived("client_regard", "person_id", rebuild_regard),
    ClientBound::derived("client_regard", "company_id", rebuild_regard),
    ClientBound::derived("known_person", "person_id", rebuild_regard),
    ClientBound::derived("known_person_print", "person_id", rebuild_regard),
    ClientBound::moving("visit_known", "person_id", Moving { id: Some("visit_id"), ..Moving::ALL }),
];
