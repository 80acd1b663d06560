//! The columns of this room that hold a client's id, and what a merge does with their rows.

use spine::{ClientBound, Ground, Moving, OnErase};

use crate::privacy::commands::{blank_merges, take_fields, take_records};
use crate::search::commands::{forget_words, rebuild};

/// The file on a client the bank had a contract with.
const KEPT: OnErase = OnErase::Kept(Ground::Relations);
const CIRCLES: &str = "households and groups are not merged";
const RECORD: &str = "the record of merges is about the clients themselves";

/// A link stays when it would lead from the survivor to himself, or say again what another link says.
macro_rules! link_stays {
    ($this:literal, $other:literal) => {
        concat!(
            "m.",
            $other,
            " = $3 or (m.archived_at is null and exists (select 1 from client_link s \
             where s.archived_at is null and s.kind = m.kind \
             and coalesce(s.until, '') = coalesce(m.until, '') and ((s.",
            $this,
            " = $3 and s.",
            $other,
            " = m.",
            $other,
            ") or (s.",
            $other,
            " = $3 and s.",
            $this,
            " = m.",
            $other,
            " and s.kind in ('spouse', 'sibling', 'partner', 'other')))))"
        )
    };
}

/// What the survivor has already stays with the other one: it would stand on the card twice.
const CONTACT_TWIN: &str = "m.archived_at is null and exists (select 1 from client_contact s \
     where s.client_id = $3 and s.archived_at is null and s.kind = m.kind and s.value = m.value)";
const IDENTIFIER_TWIN: &str = "m.archived_at is null and exists (select 1 from client_identifier s \
     where s.client_id = $3 and s.archived_at is null and s.kind = m.kind and s.value = m.value)";
const ADDRESS_TWIN: &str = "m.archived_at is null and exists (select 1 from client_address s \
     where s.client_id = $3 and s.archived_at is null and s.kind = m.kind and s.country = m.country \
     and s.region = m.region and s.city = m.city and s.street = m.street \
     and s.postal_code = m.postal_code)";
const DATE_TWIN: &str = "m.archived_at is null and exists (select 1 from client_date s \
     where s.client_id = $3 and s.archived_at is null and s.kind = m.kind and s.title = m.title \
     and s.on_date = m.on_date and s.yearly = m.yearly)";

const fn twin(stays: &'static str) -> Moving {
    Moving { stays: Some(stays), ..Moving::ALL }
}

/// Every one.
pub(crate) const CLIENT_BOUND: &[ClientBound] = &[
    ClientBound::moving(
        "client_role",
        "client_id",
        Moving {
            id: None,
            word: Some("m.role"),
            stays: Some(
                "exists (select 1 from client_role s where s.client_id = $3 and s.role = m.role)",
            ),
            ..Moving::ALL
        },
    ),
    ClientBound::stays("client_custom", "client_id", "goes field by field with the chosen values")
        .on_erase(OnErase::By(take_fields)),
    ClientBound::moves("custom_record", "client_id").on_erase(OnErase::By(take_records)),
    ClientBound::stays("field_origin", "client_id", "goes field by field with the chosen values"),
    ClientBound::moving(
        "client_contact",
        "client_id",
        Moving { main_among: Some("s.kind = m.kind"), ..twin(CONTACT_TWIN) },
    )
    .on_erase(KEPT),
    ClientBound::moving(
        "client_identifier",
        "client_id",
        Moving { main_among: Some("1 = 1"), ..twin(IDENTIFIER_TWIN) },
    )
    .on_erase(KEPT),
    ClientBound::moving("client_address", "client_id", twin(ADDRESS_TWIN)).on_erase(KEPT),
    ClientBound::moving("client_date", "client_id", twin(DATE_TWIN)),
    ClientBound::moves("client_consent", "client_id").on_erase(OnErase::Kept(Ground::Consent)),
    ClientBound::moves("consent_proof", "client_id").on_erase(OnErase::Kept(Ground::Consent)),
    ClientBound::moving("client_link", "from_id", twin(link_stays!("from_id", "to_id"))),
    ClientBound::moving("client_link", "to_id", twin(link_stays!("to_id", "from_id"))),
    ClientBound::moves("client_file", "client_id").on_erase(KEPT),
    ClientBound::moving(
        "client_seen",
        "client_id",
        Moving {
            id: Some("staff_id"),
            stays: Some(
                "exists (select 1 from client_seen s where s.client_id = $3 \
                 and s.staff_id = m.staff_id)",
            ),
            ..Moving::ALL
        },
    ),
    ClientBound::moving(
        "account_role",
        "client_id",
        Moving {
            id: Some("account_id"),
            word: Some("m.role"),
            stays: Some(
                "exists (select 1 from account_role s where s.client_id = $3 \
                 and s.account_id = m.account_id and s.role = m.role)",
            ),
            ..Moving::ALL
        },
    )
    .on_erase(KEPT),
    ClientBound::moves("read_log", "client_id")
        .on_erase(OnErase::Stays("who looked at a card is told without a word of the client")),
    ClientBound::stays("client_secrecy", "client_id", "the merge itself keeps the higher level"),
    ClientBound::moves("card", "client_id").on_erase(KEPT),
    ClientBound::moves("loan", "client_id").on_erase(KEPT),
    ClientBound::stays("circle_main", "circle_id", CIRCLES),
    ClientBound::moving(
        "circle_main",
        "member_id",
        Moving { id: Some("circle_id"), ..Moving::ALL },
    ),
    ClientBound::stays("client_merge", "survivor_id", RECORD).on_erase(OnErase::By(blank_merges)),
    ClientBound::stays("client_merge", "loser_id", RECORD).on_erase(OnErase::By(blank_merges)),
    ClientBound::stays("client_erasure", "client_id", "an erased client is merged with nobody")
        .on_erase(OnErase::Stays("it is the act itself")),
    ClientBound::derived("client_token", "client_id", rebuild).on_erase(OnErase::By(forget_words)),
    ClientBound::stays("match_key", "client_id", "worked out together with client_token"),
    ClientBound::stays("client_pair", "a_id", "what was said of two records stays said of them"),
    ClientBound::stays("client_pair", "b_id", "what was said of two records stays said of them"),
    ClientBound::stays("client_key", "client_id", "worked out together with client_token"),
];
