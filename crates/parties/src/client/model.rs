//! Kinds, segments and states of clients, and how a client is called.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::words::words;

words! {
    /// What a client is.
    ClientKind {
        /// A natural person.
        Person = "person",
        /// A legal entity.
        Company = "company",
        /// A natural person in business (ИП).
        SoleTrader = "sole_trader",
        /// People who keep house together.
        Household = "household",
        /// Companies under one control.
        Group = "group",
    }
}

words! {
    /// How much a client matters and which service he gets.
    Segment {
        /// Top clients, personal service.
        Vip = "vip",
        /// Affluent people.
        Premium = "premium",
        /// Everyone else.
        Mass = "mass",
        /// Small and medium business.
        Sme = "sme",
        /// Large business.
        Corporate = "corporate",
    }
}

words! {
    /// Where a client stands with the bank.
    Status {
        /// No product yet.
        Prospect = "prospect",
        /// Holds products.
        Active = "active",
        /// Left.
        Closed = "closed",
    }
}

words! {
    /// By what a client likes to be reached.
    PreferredChannel {
        /// Telephone.
        Phone = "phone",
        /// E-mail.
        Email = "email",
        /// Text message.
        Sms = "sms",
        /// A messenger.
        Messenger = "messenger",
        /// In the branch.
        Branch = "branch",
        /// Letter.
        Post = "post",
    }
}

words! {
    /// In which part a client deals with the bank; one client may hold several.
    Role {
        /// Buys from the bank.
        Client = "client",
        /// May become a client.
        Prospect = "prospect",
        /// Sells to the bank.
        Supplier = "supplier",
        /// Brings clients.
        Partner = "partner",
        /// Works for the bank.
        Employee = "employee",
        /// Acts for others.
        Agent = "agent",
    }
}

impl ClientKind {
    /// Whether names of a natural person apply.
    pub const fn is_natural(self) -> bool {
        matches!(self, ClientKind::Person | ClientKind::SoleTrader)
    }
    /// Icon of a client without a picture.
    pub const fn icon(self) -> &'static str {
        match self {
            ClientKind::Person => "user",
            ClientKind::Company => "building-2",
            ClientKind::SoleTrader => "briefcase",
            ClientKind::Household => "house",
            ClientKind::Group => "network",
        }
    }
    /// As the jurisdiction pack sees it; groups and households hold no numbers.
    pub const fn subject(self) -> Option<jurisdiction::Subject> {
        match self {
            ClientKind::Person => Some(jurisdiction::Subject::Person),
            ClientKind::Company => Some(jurisdiction::Subject::Company),
            ClientKind::SoleTrader => Some(jurisdiction::Subject::SoleTrader),
            ClientKind::Household | ClientKind::Group => None,
        }
    }
}

/// The number people read to each other, from the id: two groups of four digits and one of two. Not
/// guaranteed unique; the search shows all that share it.
pub fn client_number(id: Uuid) -> String {
    let tail = id.as_u128() & 0xFFFF_FFFF_FFFF;
    let n = tail % 10_000_000_000;
    let digits = format!("{n:010}");
    let (a, rest) = digits.split_at(4);
    let (b, c) = rest.split_at(4);
    format!("{a}-{b}-{c}")
}

/// The names a client is called by, from its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Family name.
    pub last_name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Patronymic.
    pub patronymic: Option<String>,
    /// Full name of a company, name of a household or group.
    pub full_name: Option<String>,
    /// Short name of a company.
    pub short_name: Option<String>,
}

impl Names {
    /// What the client is called everywhere; empty for a client without a name (then his number is shown).
    pub fn display(&self, kind: ClientKind) -> String {
        let join = |parts: [&Option<String>; 3]| {
            let words: Vec<&str> =
                parts.into_iter().flatten().map(|s| s.trim()).filter(|s| !s.is_empty()).collect();
            words.join(" ")
        };
        if kind.is_natural() {
            let name = join([&self.last_name, &self.first_name, &self.patronymic]);
            match (kind, name.is_empty()) {
                (ClientKind::SoleTrader, false) => format!("ИП {name}"),
                _ => name,
            }
        } else {
            self.short_name
                .clone()
                .filter(|s| !s.is_empty())
                .or_else(|| self.full_name.clone())
                .unwrap_or_default()
        }
    }
    /// The key lists are sorted by; a client without a name comes last.
    pub fn sort_key(&self, kind: ClientKind) -> String {
        let name = match kind {
            ClientKind::SoleTrader => self.display(ClientKind::Person),
            _ => self.display(kind),
        };
        let letters: String = jurisdiction::normalise_name(&name)
            .chars()
            .filter(|c| !matches!(c, '«' | '»' | '"'))
            .collect();
        if letters.is_empty() { "\u{10FFFF}".to_owned() } else { letters }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn clients_are_called_by_their_names() {
        let person =
            Names {
                last_name: some("Иванов"), first_name: some("Пётр"), ..Names::default()
            };
        assert_eq!(person.display(ClientKind::Person), "Иванов Пётр");
        assert_eq!(person.display(ClientKind::SoleTrader), "ИП Иванов Пётр");
        assert_eq!(person.sort_key(ClientKind::SoleTrader), "ИВАНОВ ПЕТР");
        let company =
            Names { full_name: some("Общество «Ромашка»"), ..Names::default() };
        assert_eq!(company.display(ClientKind::Company), "Общество «Ромашка»");
        assert_eq!(company.sort_key(ClientKind::Company), "ОБЩЕСТВО РОМАШКА");
        assert!(Names::default().display(ClientKind::Person).is_empty());
        assert!(
            Names::default().sort_key(ClientKind::Person) > person.sort_key(ClientKind::Person)
        );
    }

    #[test]
    fn numbers_have_one_shape() {
        let number = client_number(Uuid::from_u128(7));
        assert_eq!(number, "0000-0000-07");
    }
}
