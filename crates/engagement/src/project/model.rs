//! Kinds and life cycles of projects and of participation; pure.

use kernel::Refusal;

/// Kinds; texts under `project-kind-` + the word.
pub const KINDS: [&str; 2] = ["event", "project"];
/// Roles of a participant; texts under `project-role-` + the word.
pub const ROLES: [&str; 5] = ["participant", "speaker", "partner", "supplier", "customer"];

/// Where a project stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProjectStatus {
    /// It will be.
    Planned,
    /// It is going on.
    Running,
    /// It is over.
    Finished,
    /// It will not be.
    Cancelled,
}

impl ProjectStatus {
    /// All.
    pub const ALL: [ProjectStatus; 4] = [
        ProjectStatus::Planned,
        ProjectStatus::Running,
        ProjectStatus::Finished,
        ProjectStatus::Cancelled,
    ];
    /// Stable word, as stored; texts under `project-status-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            ProjectStatus::Planned => "planned",
            ProjectStatus::Running => "running",
            ProjectStatus::Finished => "finished",
            ProjectStatus::Cancelled => "cancelled",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.key() == key)
    }
    /// Where it may go from here.
    pub const fn following(self) -> &'static [ProjectStatus] {
        match self {
            ProjectStatus::Planned => &[ProjectStatus::Running, ProjectStatus::Cancelled],
            ProjectStatus::Running => &[ProjectStatus::Finished, ProjectStatus::Cancelled],
            ProjectStatus::Finished | ProjectStatus::Cancelled => &[],
        }
    }
    /// The step to another status.
    ///
    /// # Errors
    /// `project-status-step` when it does not follow.
    pub fn to(self, wanted: ProjectStatus) -> Result<ProjectStatus, Refusal> {
        if self.following().contains(&wanted) {
            Ok(wanted)
        } else {
            Err(Refusal::field("project-status-step", "status"))
        }
    }
    /// Whether people can still be invited.
    pub const fn is_open(self) -> bool {
        matches!(self, ProjectStatus::Planned | ProjectStatus::Running)
    }
}

/// How far a participant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Participation {
    /// Was asked.
    Invited,
    /// Will come.
    Registered,
    /// Came.
    Attended,
    /// Will not come, or did not.
    Declined,
}

impl Participation {
    /// All.
    pub const ALL: [Participation; 4] = [
        Participation::Invited,
        Participation::Registered,
        Participation::Attended,
        Participation::Declined,
    ];
    /// Stable word, as stored; texts under `project-participation-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            Participation::Invited => "invited",
            Participation::Registered => "registered",
            Participation::Attended => "attended",
            Participation::Declined => "declined",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_or_cancelled_project_stays_so() {
        let table: Vec<String> = ProjectStatus::ALL
            .into_iter()
            .map(|from| {
                let to: Vec<&str> = ProjectStatus::ALL
                    .into_iter()
                    .filter(|to| from.to(*to).is_ok())
                    .map(ProjectStatus::key)
                    .collect();
                format!("{}: {}", from.key(), to.join(" "))
            })
            .collect();
        assert_eq!(
            table,
            [
                "planned: running cancelled",
                "running: finished cancelled",
                "finished: ",
                "cancelled: "
            ]
        );
    }
}
