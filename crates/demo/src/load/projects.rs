//! Events and projects of a stretch of demo clients.

use engagement::project::commands::{LoadProjects, LoadedParticipant, LoadedProject};

use super::Places;
use crate::model::Project;

/// `first` is the number of the first client of the stretch: ids follow from it.
pub(super) fn loaded(places: &Places, first: u64, projects: &[Project]) -> LoadProjects {
    let of = |(n, p): (u64, &Project)| LoadedProject {
        id: places.ids.of("project", first, n).into(),
        kind: p.kind.to_owned(),
        title: p.title.clone(),
        starts_on: p.starts,
        ends_on: p.ends,
        place: p.place.clone(),
        about: p.about.to_owned(),
        status: p.phase.key().to_owned(),
        owner_id: places.staff.get(&p.owner.0).copied(),
        branch_id: places.branches.get(&p.branch.0).copied(),
        created_at: p.announced,
        participants: p
            .guests
            .iter()
            .map(|guest| LoadedParticipant {
                client_id: places.ids.client(guest.client),
                role: guest.role.to_owned(),
                status: guest.presence.key().to_owned(),
            })
            .collect(),
    };
    LoadProjects { projects: (0_u64..).zip(projects).map(of).collect() }
}
