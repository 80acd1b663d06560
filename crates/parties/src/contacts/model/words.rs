//! The words this slice stores. Their names on screen are text keys made of the slice and the word.

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// By what a client is reached.
    ContactKind {
        /// Telephone, stored as E.164.
        Phone = "phone",
        /// E-mail address.
        Email = "email",
        /// Messenger: a handle or a number; the label names the service.
        Messenger = "messenger",
        /// Page in a social network.
        Social = "social",
        /// Web site.
        Site = "site",
    }
    /// What an address is to a client.
    AddressKind {
        /// Registered place of residence of a person.
        Registration = "registration",
        /// Where a person lives.
        Residence = "residence",
        /// Registered office of a company.
        Legal = "legal",
        /// Where a company works.
        Actual = "actual",
        /// Where letters go.
        Postal = "postal",
    }
    /// What an important date is about.
    DateKind {
        /// Wedding.
        Wedding = "wedding",
        /// A child was or will be born.
        ChildBorn = "child_born",
        /// A flat or house was bought.
        FlatBought = "flat_bought",
        /// A car was bought.
        CarBought = "car_bought",
        /// New work.
        JobChange = "job_change",
        /// Retirement.
        Retirement = "retirement",
        /// A contract (here or with another bank) ends.
        ContractEnd = "contract_end",
        /// A company was founded.
        Founded = "founded",
        /// Anniversary of a person or company.
        Anniversary = "anniversary",
        /// Professional or religious holiday the client keeps.
        Holiday = "holiday",
        /// Anything else; the title says what.
        Other = "other",
    }
    /// What a client allows.
    Purpose {
        /// Processing of personal data (152-FZ art. 9).
        PersonalData = "personal_data",
        /// Advertising over communication networks (38-FZ art. 18).
        Advertising = "advertising",
        /// Request of the credit history (218-FZ art. 6).
        CreditHistory = "credit_history",
        /// Passing data on to partners of the bank.
        Partners = "partners",
    }
    /// For which channel a consent holds.
    ConsentChannel {
        /// Whatever the channel.
        Any = "any",
        /// Calls.
        Phone = "phone",
        /// Text messages.
        Sms = "sms",
        /// E-mail.
        Email = "email",
        /// Messengers.
        Messenger = "messenger",
        /// Letters.
        Post = "post",
    }
    /// What proves a word about a consent.
    EvidenceKind {
        /// A signed paper.
        Paper = "paper",
        /// A recorded call.
        Call = "call",
        /// A code sent by text message and named by the client.
        Sms = "sms",
        /// A form on a site or in an application.
        Form = "form",
        /// An e-mail from the client.
        Email = "email",
        /// Said in person to a member of staff.
        InPerson = "in_person",
    }
    /// Why something is not allowed.
    Lack {
        /// Nothing was ever given.
        NeverGiven = "never_given",
        /// The client took it back, or refused.
        Withdrawn = "withdrawn",
        /// The term of what was given is over.
        Expired = "expired",
    }
    /// What a file is.
    FileKind {
        /// Scan of an identity document.
        Identity = "identity",
        /// Contract or agreement.
        Contract = "contract",
        /// Application or request of the client.
        Application = "application",
        /// Proof of income, statement, report.
        Statement = "statement",
        /// Power of attorney, charter, resolution.
        Authority = "authority",
        /// Signed consent.
        Consent = "consent",
        /// Anything else.
        Other = "other",
    }
}

impl AddressKind {
    /// The kinds that make sense for natural persons, or for everybody else.
    pub const fn for_client(is_natural: bool) -> &'static [AddressKind] {
        if is_natural {
            &[AddressKind::Registration, AddressKind::Residence, AddressKind::Postal]
        } else {
            &[AddressKind::Legal, AddressKind::Actual, AddressKind::Postal]
        }
    }
}

impl ContactKind {
    /// Icon.
    pub const fn icon(self) -> &'static str {
        match self {
            ContactKind::Phone => "phone",
            ContactKind::Email => "mail",
            ContactKind::Messenger => "message-circle",
            ContactKind::Social => "at-sign",
            ContactKind::Site => "globe",
        }
    }
}

impl DateKind {
    /// Icon.
    pub const fn icon(self) -> &'static str {
        match self {
            DateKind::Wedding => "heart",
            DateKind::ChildBorn => "baby",
            DateKind::FlatBought => "house",
            DateKind::CarBought => "car",
            DateKind::JobChange => "briefcase",
            DateKind::Retirement => "sun",
            DateKind::ContractEnd => "file-text",
            DateKind::Founded => "factory",
            DateKind::Anniversary => "party-popper",
            DateKind::Holiday => "gift",
            DateKind::Other => "calendar",
        }
    }
}

impl Purpose {
    /// The channels a consent to this purpose is asked for.
    pub const fn channels(self) -> &'static [ConsentChannel] {
        match self {
            Purpose::Advertising => ConsentChannel::ALL,
            Purpose::PersonalData | Purpose::CreditHistory | Purpose::Partners => {
                &[ConsentChannel::Any]
            }
        }
    }
}

/// Where a value a member of staff types may come from. Feeds bring words of their own.
pub const SOURCES: &[&str] = &["client", "document", "call", "visit", "registry", "partner"];
