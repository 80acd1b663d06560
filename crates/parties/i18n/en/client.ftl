# The client: card, details, registration, search.
nav-clients = Clients
action-new-person = New client: person
action-new-company = New client: company
permission-client-read = See clients
permission-client-create = Register clients
permission-client-edit = Change client data
permission-client-assign = Assign manager and branch
permission-client-merge = Merge cards of one client
permission-client-export = Export client lists
permission-holding-read = See accounts and balances
entity-client = Client
entity-identifier = Document or number
entity-contact = Contact

client-nameless = Client No. { $number }
client-number = Client number
client-no-manager = no manager yet
client-since = with the bank since { $date }
client-age = { $age ->
    [one] { $age } year
   *[other] { $age } years
 }
client-birthday-today = Birthday today
client-birthday-in = { $days ->
    [one] Birthday tomorrow
   *[other] Birthday in { $days } days
 }
client-prefers-phone = prefers phone
client-prefers-email = prefers e-mail
client-prefers-sms = prefers text messages
client-prefers-messenger = prefers a messenger
client-prefers-branch = prefers the branch
client-prefers-post = prefers post
client-consents-none = no consents
client-consents-ads = advertising allowed
client-consents-no-ads = no advertising
client-consents-count = { $n ->
    [one] { $n } consent in force
   *[other] { $n } consents in force
 }
client-verified = Identity verified
client-public-person = Politically exposed person
client-role-supplier = Supplier
client-role-partner = Partner
client-role-employee = Bank employee
client-role-agent = Agent
client-rail = Contacts and tasks
client-tabs = Sections of the card
client-tab-overview = Overview
client-tab-details = Details
client-tab-links = Links
client-edit = Edit
client-card-file = Contact card
client-edit-of = Edit: { $name }
client-save = Save
client-register = Register client
client-new = New client
client-new-kind = What kind of client
client-not-chosen = — not given —
client-phone = Phone
client-email = E-mail
client-yes = yes
client-no = no
client-changes-since = Changed since you last looked ({ $when })
client-changes-system = System
client-changes-hidden = a client outside your access
client-changes-more = and { $n } more
flash-client-saved = Saved
flash-client-registered = Client registered

client-kind-person = Person
client-kind-company = Company
client-kind-sole-trader = Sole trader
client-kind-household = Household
client-kind-group = Group

group-name = Name
group-personal = Personal
group-work = Work and income
group-business = Business
group-service = Service
group-identity = Contacts and documents
group-owner = Looked after by

field-last-name = Last name
field-first-name = First name
field-patronymic = Patronymic
field-former-name = Former name
field-short-name = Short name
field-full-name = Full name
field-foreign-name = Name in Latin script
field-sex = Sex
field-birth-date = Date of birth
field-birth-place = Place of birth
field-citizenship = Citizenship (country code)
field-marital = Marital status
field-dependants = Dependants
field-public-person = Politically exposed person
field-employer = Employer
field-job-title = Position
field-income-minor = Monthly income
field-legal-form = Legal form
field-registered-on = Registered on
field-okved = OKVED code
field-capital-minor = Share capital
field-employees = Employees
field-segment = Segment
field-status = Status
field-preferred-channel = Preferred channel
field-client-since = Client since
field-verified-on = Identity verified on
field-note = Note
field-branch-id = Branch
field-manager-id = Manager
field-kind = Kind
field-external-id = Number in the source
field-source = Source
field-currency = Currency
field-phone = Phone
field-email = E-mail

choice-sex-f = Female
choice-sex-m = Male
choice-marital-single = Single
choice-marital-married = Married
choice-marital-divorced = Divorced
choice-marital-widowed = Widowed
choice-segment-vip = VIP
choice-segment-premium = Premium
choice-segment-mass = Mass market
choice-segment-sme = Small business
choice-segment-corporate = Corporate
choice-status-prospect = Prospect
choice-status-active = Active
choice-status-closed = Closed
choice-preferred-channel-phone = Phone
choice-preferred-channel-email = E-mail
choice-preferred-channel-sms = Text message
choice-preferred-channel-messenger = Messenger
choice-preferred-channel-branch = Branch
choice-preferred-channel-post = Post

source-clerk = Staff
source-client = Client
source-abs = Core banking
source-partner = Partner
source-demo = Demo bank
source-import = Feed “{ $feed }”

search-title = Search
search-go = Search
search-nothing = Nothing found
search-nothing-words = Try the surname alone, the last digits of a phone, a document, tax or account number.
search-recent = Recent
search-actions = Actions
search-page = page
search-kind-client = Clients
search-kind-task = Tasks
search-kind-project = Projects
search-kind-event = Events

refusal-not-a-count = Enter a whole number from 0 to { $max }
refusal-not-a-country = Enter a two-letter country code such as RU
refusal-not-an-okved = Enter a code such as 64.19 or 64.19.1
refusal-date-in-future = This date has not come yet
refusal-field-unknown = A client of this kind has no such field
refusal-identifier-taken = Another client already has this number
refusal-nothing-selected = Nothing is selected
refusal-too-many-selected = Select at most { $max } at a time
refusal-import-twice = This number occurs twice in the file
refusal-import-kept = A person corrected this field, so their value stays; the feed says otherwise
refusal-import-unknown-ref = Refers to a record that does not exist
