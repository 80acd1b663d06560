# Contacts, documents and numbers, addresses, important dates, consents and files of a client.
entity-address = Address
entity-date = Important date
entity-consent = Consent
entity-file = File
field-messenger = Messenger
field-social = Social network
field-site = Web site
field-value = Value
field-label = Label
field-is-main = Main
field-issued-on = Issued on
field-issued-by = Issued by
field-issuer-code = Issuer code
field-valid-until = Valid until
field-country = Country
field-region = Region
field-city = City or village
field-street = Street, house, flat
field-postal-code = Postal code
field-registration = Registered address
field-residence = Residence
field-legal = Registered office
field-actual = Place of business
field-postal = Postal address
field-title = Title
field-on-date = Date
field-yearly = Every year
field-confirmed = Confirmed
field-personal-data = Processing of personal data
field-advertising = Advertising
field-credit-history = Credit history request
field-partners = Passing on to partners
field-channel = Channel
field-text-version = Version of the text
field-evidence = Evidence
field-name = Name
field-size = Size
field-sha256 = SHA-256
field-passport-rf = { id-kind-passport_rf }
field-passport-rf-international = { id-kind-passport_rf_international }
field-birth-certificate-rf = { id-kind-birth_certificate_rf }
field-driving-licence-rf = { id-kind-driving_licence_rf }
field-passport-foreign = { id-kind-passport_foreign }
field-passport-kz = { id-kind-passport_kz }
field-id-card-kz = { id-kind-id_card_kz }
field-inn = { id-kind-inn }
field-snils = { id-kind-snils }
field-ogrn = { id-kind-ogrn }
field-ogrnip = { id-kind-ogrnip }
field-kpp = { id-kind-kpp }
field-okved2 = { id-kind-okved2 }
field-bik = { id-kind-bik }
field-bic = { id-kind-bic }
field-lei = { id-kind-lei }
field-iban = { id-kind-iban }
field-iin = { id-kind-iin }
field-bin = { id-kind-bin }
source-document = Document
source-call = Phone call
source-visit = Visit
source-registry = Public register

contacts-title = Contacts
contacts-none = No way to reach this client yet: no phone, e-mail or address.
contacts-add = Add a contact
contacts-kind-phone = Phone
contacts-kind-email = E-mail
contacts-kind-messenger = Messenger
contacts-kind-social = Social network
contacts-kind-site = Web site
contacts-label = Label
contacts-label-mobile = Mobile
contacts-label-work = Work
contacts-label-home = Home
contacts-label-accounting = Accounting
contacts-label-reception = Reception
contacts-hint-phone = Any way you like: with or without the country code; extension as “ext. 12”
contacts-hint-email = For example, ivanov@mail.ru
contacts-hint-messenger = A name such as @ivanov, or a phone number
contacts-hint-social = Link to the page
contacts-hint-site = For example, company.com
contacts-main = main
contacts-is-main = Try this one first
contacts-shared = also: { $name }
contacts-shared-words = Another client has the same contact
contacts-new = New contact: { $what }
contacts-edit = Edit: { $what }
contacts-save = Save
contacts-archive = Archive
contacts-source = Where it comes from
contacts-somebody = another person
contacts-address = Address
contacts-address-new = New address
contacts-address-edit = Edit address
contacts-address-kind = Kind of address
contacts-address-registration = Registered
contacts-address-residence = Residence
contacts-address-legal = Registered office
contacts-address-actual = Place of business
contacts-address-postal = Postal
contacts-country-hint = Two-letter code: RU, KZ
contacts-street-hint = For example, Lenina St 5, flat 12

contacts-consents = Consents
contacts-consents-history = All entries
contacts-consents-none = No consent on record
contacts-consents-none-words = Write down what the client allows and forbids. A refusal always wins.
contacts-consent-purpose = Purpose
contacts-consent-channel = Channel
contacts-consent-state = Decision
contacts-consent-when = When it was said
contacts-consent-evidence = Evidence
contacts-consent-evidence-hint = Number of the paper, request or call
contacts-consent-version = Version of the text
contacts-consent-given = Given
contacts-consent-withdrawn = Withdrawn
contacts-consent-refused = refused
contacts-consent-give = Record consent
contacts-consent-withdraw = Record refusal
contacts-purpose-personal_data = Personal data
contacts-purpose-advertising = Advertising
contacts-purpose-credit_history = Credit history
contacts-purpose-partners = Partners
contacts-channel-any = any channel
contacts-channel-phone = calls
contacts-channel-sms = text messages
contacts-channel-email = e-mail
contacts-channel-messenger = messengers
contacts-channel-post = letters

contacts-papers = Documents and numbers
contacts-papers-none = No documents or numbers yet.
contacts-papers-masked = Whole numbers are shown to those who serve the client.
contacts-papers-add = Add a document or number
contacts-paper-kind = Kind
contacts-paper-number = Number
contacts-paper-is-main = Main identity document
contacts-paper-until = until { $date }
contacts-paper-until-hint = If the document says so
contacts-paper-expired = expired { $date }
contacts-paper-too-young = issue date does not fit the age
contacts-paper-unchecked = cannot be checked
contacts-issued = issued { $date }
contacts-open-client = Open { $name }

contacts-dates = Important dates
contacts-dates-none = No dates yet. Write down what deserves a greeting or a reminder.
contacts-dates-add = Add a date
contacts-date-birthday = Birthday
contacts-date-registration = Registered
contacts-date-client-since = Client since
contacts-date-wedding = Wedding
contacts-date-child_born = Birth of a child
contacts-date-flat_bought = New home
contacts-date-car_bought = New car
contacts-date-retirement = Retirement
contacts-date-founded = Company founded
contacts-date-holiday = Holiday
contacts-date-job_change = New job
contacts-date-contract_end = End of a contract
contacts-date-anniversary = Anniversary
contacts-date-other = Other
contacts-date-kind = Event
contacts-date-day = When
contacts-date-title = In your words
contacts-date-title-hint = For example: lease with Daisy Ltd
contacts-date-yearly = Comes round every year
contacts-date-ask = ask how it went

contacts-files = Documents and files
contacts-files-none = No files yet
contacts-files-none-words = Scans, contracts, powers of attorney: whatever the client brought or sent.
contacts-files-add = Add files
contacts-files-upload = Upload
contacts-file-choose = Files
contacts-file-hint = PDF, images, documents and spreadsheets, up to { $max } MB together
contacts-file-name = File
contacts-file-kind = Kind
contacts-file-size = Size
contacts-file-author = Added by
contacts-file-when = When
contacts-file-identity = Identity document
contacts-file-contract = Contract
contacts-file-application = Application
contacts-file-statement = Statement or report
contacts-file-authority = Authority, charter
contacts-file-consent = Consent
contacts-file-other = Other
contacts-size-kb = { $n } KB
contacts-size-mb = { $n } MB

flash-contact-saved = Contact saved
flash-contact-archived = Contact archived
flash-address-saved = Address saved
flash-address-archived = Address archived
flash-consent-saved = The client’s decision is recorded
flash-paper-saved = Document saved
flash-paper-archived = Document archived
flash-date-saved = Date saved
flash-date-archived = Date archived
flash-file-saved = Files uploaded
flash-file-archived = File archived

refusal-contact-handle = A name without spaces such as @ivanov, or a phone number is needed
refusal-contact-web-address = The address of a page is needed, for example vk.com/ivanov
refusal-contact-twin = The client already has this contact
refusal-contacts-too-many = A client can have { $max } such entries. Archive those no longer needed.
refusal-identifier-twin = The client already has this number
refusal-identifier-taken-by = This number is on record for { $name }. It may be the same client.
refusal-issued-before-birth = A document cannot be issued before birth
refusal-until-before-since = The end is before the beginning
refusal-file-empty = The file is empty. Check that it is the right one.
refusal-file-infected = The scanner of files found something dangerous in this one. It was not kept.
refusal-file-unscanned = The file could not be examined just now and was not kept. Try again a little later.
refusal-file-program = This is a program, not a document. Such files are not accepted.
refusal-file-kind = Files of the kind “{ $ending }” are not accepted. Use PDF, images, documents and spreadsheets without macros.
refusal-file-content = The content is not “{ $ending }”: the file is damaged or renamed.
refusal-file-twin = The client already has this file
refusal-file-hash = The file did not arrive whole. Send it again.
refusal-file-of-several = { $name }: { $why }

contacts-weeks-in = in { $n ->
    [one] { $n } week
   *[other] { $n } weeks
 }
contacts-weeks-ago = { $n ->
    [one] { $n } week ago
   *[other] { $n } weeks ago
 }
contacts-months-in = in { $n ->
    [one] { $n } month
   *[other] { $n } months
 }
contacts-months-ago = { $n ->
    [one] { $n } month ago
   *[other] { $n } months ago
 }
contacts-years-in = in { $n ->
    [one] { $n } year
   *[other] { $n } years
 }
contacts-years-ago = { $n ->
    [one] { $n } year ago
   *[other] { $n } years ago
 }
contacts-turns = turns { $n }
contacts-years = { $n ->
    [one] { $n } year
   *[other] { $n } years
 }
