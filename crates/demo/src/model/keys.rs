//! Closed vocabularies of the demo bank. Every value has a stable key; pages translate the key.

/// Declares an enum whose variants carry a stable text key.
macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $key:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The stable key: stored, translated on pages, never shown as it is.
            pub const fn key(self) -> &'static str {
                match self { $($name::$variant => $key),+ }
            }
        }
    )+};
}

keys! {
    /// What a client is.
    PartyKind {
        /// A natural person.
        Person = "person",
        /// A natural person registered as a sole trader (ИП).
        SoleTrader = "sole_trader",
        /// A legal entity.
        Company = "company",
        /// A family that shares its money.
        Household = "household",
        /// A group of companies.
        Group = "group",
    }
    /// Service segment.
    Segment {
        /// Personal service by a named manager; a task cannot be dropped.
        Vip = "vip",
        /// Premium retail.
        Premium = "premium",
        /// Mass retail.
        Mass = "mass",
        /// Small and medium business.
        Sme = "sme",
        /// Large business.
        Corporate = "corporate",
    }
    /// State of the relationship.
    Status {
        /// Is served now.
        Active = "active",
        /// Not a client yet.
        Prospect = "prospect",
        /// The relationship has ended.
        Closed = "closed",
    }
    /// Sex as written in the document.
    Sex {
        /// Male.
        Male = "male",
        /// Female.
        Female = "female",
    }
    /// Marital state of a person.
    Marital {
        /// Never married.
        Single = "single",
        /// Married.
        Married = "married",
        /// Divorced.
        Divorced = "divorced",
        /// Widow or widower.
        Widowed = "widowed",
    }
    /// Legal form of a company.
    LegalForm {
        /// Limited liability company.
        Ooo = "ooo",
        /// Joint-stock company.
        Ao = "ao",
        /// Public joint-stock company.
        Pao = "pao",
        /// Production co-operative.
        Pk = "pk",
        /// Autonomous non-commercial organisation.
        Ano = "ano",
    }
    /// Kind of official number or document.
    IdentifierKind {
        /// Tax number of a person (12 digits) or a company (10 digits).
        Inn = "inn",
        /// Pension insurance number, 11 digits, written `NNN-NNN-NNN KK`.
        Snils = "snils",
        /// Passport of a citizen: series and number, `NN NN NNNNNN`.
        PassportRu = "passport_ru",
        /// Passport of a foreigner.
        PassportForeign = "passport_foreign",
        /// State registration number of a company, 13 digits.
        Ogrn = "ogrn",
        /// State registration number of a sole trader, 15 digits.
        Ogrnip = "ogrnip",
        /// Tax registration reason code of a company, 9 places.
        Kpp = "kpp",
        /// Number in the core banking system the client was imported from.
        External = "external",
    }
    /// Kind of contact point.
    ContactKind {
        /// Telephone in E.164.
        Phone = "phone",
        /// E-mail address.
        Email = "email",
        /// Telegram name.
        Telegram = "telegram",
        /// Web site.
        Site = "site",
    }
    /// What an address is for.
    AddressKind {
        /// Registration (a person) or legal seat (a company).
        Registration = "registration",
        /// Where the client really lives or works.
        Actual = "actual",
    }
    /// Channel of contact.
    Channel {
        /// Telephone call.
        Call = "call",
        /// Visit to a branch.
        Visit = "visit",
        /// Meeting outside the branch.
        Meeting = "meeting",
        /// E-mail.
        Email = "email",
        /// Text message.
        Sms = "sms",
        /// Chat in the application or a messenger.
        Chat = "chat",
        /// Letter on paper.
        Letter = "letter",
    }
    /// Who began the contact.
    Direction {
        /// The client.
        Incoming = "incoming",
        /// The bank.
        Outgoing = "outgoing",
    }
    /// What a consent covers.
    ConsentPurpose {
        /// Processing of personal data (152-ФЗ).
        PersonalData = "personal_data",
        /// Advertising over a channel (38-ФЗ art. 18).
        Advertising = "advertising",
        /// Request to a credit bureau (218-ФЗ).
        CreditBureau = "credit_bureau",
    }
    /// Kind of account.
    AccountKind {
        /// Current account: salary, payments, settlements.
        Current = "current",
        /// Savings account: interest, money at any time.
        Savings = "savings",
        /// Term deposit.
        Deposit = "deposit",
    }
    /// Kind of loan.
    LoanKind {
        /// Consumer loan.
        Consumer = "consumer",
        /// Car loan.
        Car = "car",
        /// Mortgage.
        Mortgage = "mortgage",
        /// Credit card: a revolving limit.
        CreditCard = "credit_card",
        /// Loan to a business.
        Sme = "sme",
        /// Overdraft or credit line of a business: a revolving limit.
        Overdraft = "overdraft",
    }
    /// What a card draws on.
    CardKind {
        /// Own money of an account.
        Debit = "debit",
        /// Limit of a credit card.
        Credit = "credit",
        /// Company money in the hands of its staff.
        Business = "business",
    }
    /// State of a card.
    CardState {
        /// Works.
        Active = "active",
        /// Blocked by the client or by the bank.
        Blocked = "blocked",
        /// Past its month of expiry.
        Expired = "expired",
    }
    /// Purpose of one transaction.
    Purpose {
        /// Salary.
        Salary = "salary",
        /// Advance part of salary.
        Advance = "advance",
        /// Pension.
        Pension = "pension",
        /// Student grant.
        Grant = "grant",
        /// Dividends or bonus.
        Bonus = "bonus",
        /// Cash put on the account.
        CashIn = "cash_in",
        /// Cash taken from the account.
        CashOut = "cash_out",
        /// Rent of a flat or an office.
        Rent = "rent",
        /// Utility bills.
        Utility = "utility",
        /// Food shops.
        Groceries = "groceries",
        /// Restaurants, transport, pharmacy, clothes and the rest of card payments.
        Shopping = "shopping",
        /// Mobile phone and internet.
        Telecom = "telecom",
        /// Transfer to a person.
        TransferOut = "transfer_out",
        /// Transfer from a person or another bank.
        TransferIn = "transfer_in",
        /// Between own accounts.
        OwnTransfer = "own_transfer",
        /// Interest paid by the bank.
        Interest = "interest",
        /// Money of a new loan.
        LoanIssued = "loan_issued",
        /// What the loan was taken for.
        LoanUse = "loan_use",
        /// Monthly payment of a loan.
        LoanPayment = "loan_payment",
        /// Standing order.
        StandingOrder = "standing_order",
        /// Receipts of a business from its customers.
        Receipts = "receipts",
        /// Payment of a business to a supplier.
        Supplier = "supplier",
        /// Salaries paid by a business.
        Payroll = "payroll",
        /// Taxes and contributions.
        Tax = "tax",
        /// Fee of the bank.
        Fee = "fee",
    }
    /// Kind of a dated link: the client that holds the link is this to the other one.
    LinkKind {
        /// Husband or wife (held by one of the two, means both).
        Spouse = "spouse",
        /// Parent of the other.
        Parent = "parent",
        /// Works at the other (a company).
        Employee = "employee",
        /// Sole executive of the other.
        Director = "director",
        /// Owner of a share of the other.
        Owner = "owner",
        /// Answers for a loan of the other.
        Guarantor = "guarantor",
        /// Member of a household.
        HouseholdMember = "household_member",
        /// Member of a group of companies.
        GroupMember = "group_member",
    }
    /// Topic of a contact.
    Topic {
        /// Opening an account or a product.
        Opening = "opening",
        /// Deposit: terms, renewal.
        Deposit = "deposit",
        /// Card: issue, reissue, limits, block.
        Card = "card",
        /// Loan: terms, application, early payment.
        Loan = "loan",
        /// Overdue payment.
        Overdue = "overdue",
        /// Mortgage.
        Mortgage = "mortgage",
        /// Transfers and payments.
        Payment = "payment",
        /// The mobile application and online bank.
        Online = "online",
        /// Complaint.
        Complaint = "complaint",
        /// New documents, changed data.
        Documents = "documents",
        /// Congratulation.
        Greeting = "greeting",
        /// Offer of a product.
        Offer = "offer",
        /// Payroll project of a business.
        Payroll = "payroll",
        /// Acquiring.
        Acquiring = "acquiring",
        /// Foreign trade and currency control.
        Trade = "trade",
        /// Financing of a business.
        Financing = "financing",
    }
    /// How a contact ended.
    Outcome {
        /// The question is settled.
        Resolved = "resolved",
        /// Agreed to come back later.
        CallBack = "call_back",
        /// The client is interested.
        Interested = "interested",
        /// The client refused.
        Refused = "refused",
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// The message was delivered.
        Delivered = "delivered",
        /// Passed to another unit.
        Passed = "passed",
    }
    /// Kind of work item.
    TaskKind {
        /// Agreed next step with the client.
        NextStep = "next_step",
        /// Something promised to the client.
        Promise = "promise",
        /// Work for the bank's own sake.
        Task = "task",
    }
    /// State of a work item; overdue is open with a past date.
    TaskState {
        /// To be done.
        Open = "open",
        /// Done, with a result.
        Done = "done",
    }
    /// Kind of an important date; a birthday is derived from the person, not listed.
    DateKind {
        /// Wedding anniversary.
        Wedding = "wedding",
        /// A child was born.
        ChildBorn = "child_born",
        /// A flat or a house was bought.
        HomeBought = "home_bought",
        /// A car was bought.
        CarBought = "car_bought",
        /// A contract ends.
        ContractEnd = "contract_end",
        /// Anniversary of the company.
        Founded = "founded",
        /// Professional holiday.
        Holiday = "holiday",
        /// Retirement.
        Retirement = "retirement",
    }
    /// Role of a member of staff.
    Role {
        /// Runs the system.
        Administrator = "administrator",
        /// Watches access and the journal.
        SecurityOfficer = "security_officer",
        /// Head office.
        HeadOffice = "head_office",
        /// Head of a region.
        RegionalHead = "regional_head",
        /// Head of a branch.
        BranchHead = "branch_head",
        /// Relationship manager.
        Manager = "manager",
        /// Front office.
        Clerk = "clerk",
        /// Call centre.
        Operator = "operator",
        /// Underwriter.
        Underwriter = "underwriter",
        /// Methodologist.
        Methodologist = "methodologist",
        /// Auditor.
        Auditor = "auditor",
        /// Partner of the bank (car dealer, developer).
        Partner = "partner",
    }
    /// Why a member of staff is away.
    AbsenceReason {
        /// Annual leave.
        Leave = "leave",
        /// Illness.
        Illness = "illness",
        /// Business trip.
        Trip = "trip",
    }
}
