# Texts of the interface components. Keys start with ui-.

ui-product = Tessera
ui-language-name = English
ui-skip = Skip to content
ui-menu = Menu
ui-more = More
ui-nav = Sections
ui-nav-main = Main sections
ui-nav-fold = Fold or unfold the sections
ui-rail = Beside the main part
ui-breadcrumbs = Path to this page
ui-demo = Demo bank
ui-demo-words = Every client and every sum is made up.

# Top bar
ui-search = Search
ui-create = New
ui-online = Connected to the centre
ui-offline-since = Offline since { $since }
ui-offline-words = Cards, notes and search work as usual. What you do is kept on this node and goes to the centre when the line is back.
ui-syncing = { $n ->
    [one] Sending { $n } entry
   *[other] Sending { $n } entries
 }
ui-line-lost = No line to the node, trying again
ui-notices = { $n ->
    [0] No new notifications
    [one] { $n } new notification
   *[other] { $n } new notifications
 }
ui-person-menu = You and your settings
ui-theme = Theme
ui-theme-auto = As the system
ui-theme-light = Light
ui-theme-dark = Dark
ui-density = Rows
ui-density-compact = Compact
ui-density-roomy = Roomy
ui-sessions = My sessions
ui-sign-out = Sign out
ui-sign-in = Sign in
ui-signed-out = Your session has ended. Sign in in another tab and save again: your input is still here.

# Common words
ui-close = Close
ui-cancel = Cancel
ui-apply = Apply
ui-reset = Reset
ui-actions = Actions
ui-none = None
ui-new = New
ui-total = Total
ui-next = Next
ui-previous = Previous
ui-pages = Pages of the list
ui-earlier = Show earlier
ui-copy = Copy { $what }
ui-copied = Copied
ui-edit-what = Edit { $what }
ui-not-given = Not given

# Table
ui-choose-all = Select all rows on this page
ui-choose-row = Select row
ui-choose-rows = Select rows
ui-choose-none = Clear selection
ui-chosen = %n selected
ui-chosen-actions = Actions on selected rows
ui-columns = Columns
ui-columns-hint = Tick the columns this list should show.

# Filter and views
ui-filter = Filter
ui-filter-add = Add condition
ui-filter-remove = Remove condition
ui-filter-field = Field
ui-filter-operator = Condition
ui-filter-value = Value
ui-filter-all = All of these
ui-filter-none = No filter
ui-views = Views of the list
ui-view-save = Save view
ui-view-shared = Shared view

# Fields
ui-required = Required
ui-pick-date = Pick from calendar
ui-date-example = dd.mm.yyyy
ui-form-errors = This cannot be saved yet: check the fields
ui-unsaved = There are unsaved changes
ui-draft-restored = Your unsaved input is back
ui-draft-discard = Discard draft

# Where a value comes from
ui-source = Source
ui-source-of = Where “{ $what }” comes from
ui-source-author = Entered by
ui-source-when = When
ui-source-stale = This has not been confirmed for a long time. Check it when you talk.

# States
ui-empty = Nothing here yet
ui-empty-words = Nothing matches these conditions.
ui-loading = Loading
ui-failure = Something went wrong
ui-operation = Operation number for support:
ui-retry = Try again
ui-not-found = Page not found
ui-not-found-words = The address may be wrong, the record may be gone, or you may have no access to it.
ui-to-start = Go to the start page
ui-no-right = No access
ui-no-right-ask = Access is granted by { $who }.
ui-request-failed = The request did not get through. Check the connection and try again.
ui-dialog-failed = The window did not open. Check the connection and try again.

# Timeline
ui-next-step = Next:

# Palette and keys
ui-palette-hint = Client, phone, document, account, action…
ui-palette-results = Results
ui-palette-none = Nothing found. Try part of a name, a phone or a document number.
ui-palette-recent = Recent
ui-palette-go = Go to
ui-palette-walk = choose
ui-palette-open = open
ui-keys = Keys
ui-keys-all = Everywhere
ui-keys-lists = Lists and records
ui-keys-forms = Forms and windows
ui-key-search = Search
ui-key-palette = Search and actions
ui-key-edit = Edit the open record
ui-key-help = This list
ui-key-save = Save
ui-key-cancel = Close without saving
ui-key-rows = Row above, row below
ui-key-open = Open the row
ui-key-choose = Select the row
ui-key-before = Previous record of the list
ui-key-after = Next record of the list
ui-key-tab = Next tab
ui-key-create = New

# Board
ui-board-days = { $n ->
    [one] { $n } day in this stage
   *[other] { $n } days in this stage
 }
ui-board-stale = Stale
ui-board-empty = Empty
ui-board-move = Move to stage
ui-board-weighted = weighted

# Charts
ui-chart-table = Show the numbers
ui-chart-income = Money in
ui-chart-outgo = Money out
ui-chart-month = Month
ui-graph-list = Show as a list
ui-graph-crowded = Some labels have no room: point at a line or open the list.
ui-graph-from = From
ui-graph-link = Link
ui-graph-to = To

# Progress
ui-progress = { $done } of { $total } done
ui-progress-unknown = In progress
ui-step-done = done
ui-step-current = now
ui-step-next = ahead

# Concurrent edit
ui-conflict-title = Somebody else changed this record
ui-conflict-words = { $who }, { $when }. Your input is kept. Choose for each field what should stay.
ui-conflict-mine = Mine
ui-conflict-theirs = Theirs
ui-conflict-original = Original
ui-conflict-field = Field
ui-conflict-save = Save this choice

# Time
ui-day-today = Today
ui-day-yesterday = Yesterday
ui-day-tomorrow = Tomorrow
ui-rel-now = just now
ui-rel-today = today
ui-rel-yesterday = yesterday
ui-rel-tomorrow = tomorrow
ui-rel-minutes-ago = { $n } min ago
ui-rel-minutes-in = in { $n } min
ui-rel-hours-ago = { $n } h ago
ui-rel-hours-in = in { $n } h
ui-rel-days-ago = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
 }
ui-rel-days-in = { $n ->
    [one] in { $n } day
   *[other] in { $n } days
 }
ui-weekday-1 = Monday
ui-weekday-2 = Tuesday
ui-weekday-3 = Wednesday
ui-weekday-4 = Thursday
ui-weekday-5 = Friday
ui-weekday-6 = Saturday
ui-weekday-7 = Sunday
ui-month-of-1 = January
ui-month-of-2 = February
ui-month-of-3 = March
ui-month-of-4 = April
ui-month-of-5 = May
ui-month-of-6 = June
ui-month-of-7 = July
ui-month-of-8 = August
ui-month-of-9 = September
ui-month-of-10 = October
ui-month-of-11 = November
ui-month-of-12 = December
ui-month-short-1 = Jan
ui-month-short-2 = Feb
ui-month-short-3 = Mar
ui-month-short-4 = Apr
ui-month-short-5 = May
ui-month-short-6 = Jun
ui-month-short-7 = Jul
ui-month-short-8 = Aug
ui-month-short-9 = Sep
ui-month-short-10 = Oct
ui-month-short-11 = Nov
ui-month-short-12 = Dec
ui-scale-3 = k
ui-scale-6 = m
ui-scale-9 = bn

# The page of components (demo only): made-up data
ui-g-title = Components
ui-g-nav-day = My day
ui-g-nav-inbox = Inbox
ui-g-nav-clients = Clients
ui-g-nav-people = People
ui-g-nav-companies = Companies
ui-g-nav-groups = Groups and links
ui-g-nav-imports = Imports
ui-g-nav-work = Work
ui-g-nav-tasks = Tasks
ui-g-nav-calendar = Calendar
ui-g-nav-reports = Reports
ui-g-nav-admin = Administration
ui-g-nav-users = Staff
ui-g-nav-settings = Settings
ui-g-new-person = New client
ui-g-new-company = New company
ui-g-new-task = Task
ui-g-new-call = Call
ui-g-me = Olga Smirnova
ui-g-my-role = Relationship manager
ui-g-branch = Arbat branch
ui-g-role-manager = Manager
ui-g-role-head = Head of branch
ui-g-name-1 = Anna Ivanova
ui-g-name-2 = Timur Karimov
ui-g-name-3 = North Port LLC
ui-g-name-4 = Dmitry Kovalchuk
ui-g-name-5 = Katherine Lee
ui-g-client = Client no.
ui-g-vip = VIP
ui-g-verified = Identity verified
ui-g-prefers-phone = Prefers the phone
ui-g-manager = Olga Smirnova
ui-g-birthday = Birthday
ui-g-edit = Edit
ui-g-print = Print the card
ui-g-merge = Merge with another record
ui-g-log-call = Log a call
ui-g-parts = Parts of the card
ui-g-tab-overview = Overview
ui-g-tab-money = Products
ui-g-tab-history = History
ui-g-tab-files = Documents
ui-g-deposits = Total deposits
ui-g-credit = Available credit
ui-g-owed = Total owed
ui-g-no-account = No account
ui-g-no-card = No credit card
ui-g-no-loan = No loans
ui-g-accounts-3 = 3 accounts
ui-g-loan-closed = Loan closed in March
ui-g-facts = Client data
ui-g-phone = Phone
ui-g-address = Address
ui-g-address-1 = 15 Novy Arbat St, apt. 42, Moscow
ui-g-document = Passport
ui-g-income = Monthly income
ui-g-email = E-mail
ui-g-source-call = Call with the client
ui-g-source-core = Core banking
ui-g-marks = Marks
ui-g-b-neutral = Draft
ui-g-b-good = Active
ui-g-b-attention = Expires soon
ui-g-b-danger = Overdue
ui-g-b-info = In review
ui-g-tag-1 = salary project
ui-g-tag-2 = mortgage
ui-g-s-clients = Clients
ui-g-s-up = +3.1% this month
ui-g-s-overdue = Overdue tasks
ui-g-s-today = 2 due today
ui-g-s-sla = Answered in time
ui-g-s-down = −1.2% this week
ui-g-s-plan = Plan of the quarter
ui-g-table = Table
ui-g-c-name = Name
ui-g-c-segment = Segment
ui-g-c-status = Status
ui-g-c-deposits = Deposits
ui-g-c-loans = Loans
ui-g-c-contact = Last contact
ui-g-c-step = Next step
ui-g-seg-1 = Premium
ui-g-seg-2 = Retail
ui-g-seg-2-hint = Served by any manager of the branch
ui-g-imported = Imported
ui-g-bulk-assign = Assign a manager
ui-g-bulk-export = Export
ui-g-page-words = 1–6, by name
ui-g-no-step = No next step
ui-g-step-1 = Call with the deposit terms and agree on a meeting
ui-g-loading = Loading
ui-g-empty = Empty list
ui-g-empty-title = No clients yet
ui-g-empty-words = The clients you look after will stand here. Add the first one or import a file.
ui-g-form = Form
ui-g-buttons = Buttons
ui-g-error-general = A client with this document already exists: Anna Ivanova.
ui-g-error-phone = The number is too short. Example: +7 916 123-45-67.
ui-g-f-due = Due
ui-g-f-due-hint = Words work too: tomorrow, +3
ui-g-f-sum = Amount
ui-g-f-sum-typed = 1.5m
ui-g-f-city = City
ui-g-f-result = Result
ui-g-f-note = What was discussed
ui-g-f-note-hint = Everybody who may open the card will see it.
ui-g-f-file = File
ui-g-f-check = Very important client
ui-g-f-check-hint = Tasks of this client cannot be closed without a result.
ui-g-save = Save
ui-g-delete = Delete
ui-g-approve = Approve
ui-g-approve-why = Somebody else approves this
ui-g-timeline = History
ui-g-toasts = Toasts
ui-g-toast-good = Task closed
ui-g-undo = Undo
ui-g-failure = Failure
ui-g-failure-words = The statement was not built: the store did not answer. Your data is safe.
ui-g-offline = Offline
ui-g-forbidden = No access
ui-g-forbidden-words = Only the client's manager sees these balances.
ui-g-missing = No page
ui-g-h-call = Outgoing call: Reliable deposit
ui-g-h-reached = Reached
ui-g-h-call-body = Explained the one-year rate and early withdrawal. She wants the terms in writing and can come on Thursday after 18:00.
ui-g-h-card = Card •• 4417 expires in 3 weeks
ui-g-h-mail = E-mail: letter for a visa
ui-g-h-mail-body = Needs a balance letter in English by Friday.
ui-g-h-visit = Visit to the branch
ui-g-r-next = Next step
ui-g-r-tasks = Tasks
ui-g-r-none = No open tasks
ui-g-r-none-words = Add one from the card or from a call note.
ui-g-name-6 = Baltic Trans JSC
ui-g-turnover = Account turnover
ui-g-turnover-title = Money in and out by month
ui-g-shares = Balances by product
ui-g-links = Links
ui-g-funnel = Funnel
ui-g-bars = Comparison and progress
ui-g-path = Path of an application
ui-g-board = Board
ui-g-conflict = Concurrent edit
ui-g-p-deposit = Deposits
ui-g-p-card = Cards
ui-g-p-savings = Savings account
ui-g-p-invest = Investments
ui-g-k-centre = Client no. 1,207
ui-g-k-person = Person
ui-g-k-company = Company
ui-g-k-late = 12 days past due
ui-g-e-owner = owner 51%
ui-g-e-spouse = spouse
ui-g-e-guarantor = guarantor
ui-g-e-director = director
ui-g-e-parent = group member
ui-g-d-new = New
ui-g-d-talk = Talks
ui-g-d-offer = Offer
ui-g-d-sign = Signing
ui-g-d-won = Disbursed
ui-g-spark = Enquiries over 8 weeks: up from 12 to 27
ui-g-import = Client import
ui-g-deal = Working capital loan
ui-g-n-today = Call today
ui-g-n-late = Meeting 4 days late
ui-g-n-planned = E-mail on 27 Nov 2026
ui-g-v-mine = My clients
ui-g-v-vip = VIP of the branch
ui-g-v-none = No next step
ui-g-o-is = is
ui-g-o-not = is not
ui-g-o-more = over
ui-g-o-less = under
ui-g-o-before = before
ui-g-o-has = contains
ui-g-o-empty = is empty
ui-g-find = Name, phone, document

# The request: sign-in, errors, frame of the page.
web-head-office = Head office
web-administrator = the bank’s administrator
web-right-needed = You need the right “{ $right }”.
web-failure = We know about this error. What you typed is not lost: go back and try again.
web-sign-in = Sign in
web-sign-in-button = Sign in
web-login = Login
web-password = Password
web-demo-title = Demo bank: sign in with one click
web-demo-words = All people and companies here are invented. Choose a role.
web-demo-switch = Change role
web-sessions = My sessions
web-session-browser = Browser
web-session-address = Address
web-sessions-end-others = Sign out everywhere else
flash-sessions-ended = Signed out everywhere else
web-session-since = Signed in
web-session-seen = Last active
web-session-this = this session
web-session-end = End
web-notices = Notifications
web-notices-none = No notifications
web-notices-none-words = Overdue tasks of VIP clients and other important events will appear here.
flash-session-ended = Session ended
refusal-required = Fill in this field
refusal-too-long = Too long: { $max } characters at most
refusal-not-a-date = Not a date: write, for example, 23.11.2026 or “tomorrow”
refusal-not-an-amount = Not an amount: write, for example, 150 000 or “1.5m”
refusal-not-a-choice = Choose a value from the list
refusal-file-too-large = The file is larger than { $max } MB
refusal-bad-request = The request is damaged or incomplete
refusal-sign-in-wrong = Wrong login or password
refusal-sign-in-locked = Too many wrong attempts. Sign-in is closed for another { $minutes } min.
refusal-command-id-reused = This form was already sent with other data. Open it again.
refusal-payload-shape = The data is not of the right shape: { $reason }
refusal-command-unknown = Unknown command { $name }
refusal-form-without-id = The form is out of date. Open it again.
refusal-role-unknown = There is no such role
web-gallery = Components

# Waiting for a second person
approval-waiting-here = Waits for a second person
approval-waits = waits for { $who } since { $when }
approval-nobody = nobody who may decide
approval-and-others = others
approval-approve = Agree
approval-open = Open
approval-not-yours = not carried out yet
approval-state-waiting = Waiting
flash-approval-sent = It is not carried out yet: a second person must agree

# what the API says when something did not go well
problem-bad-request = The request is not of the right shape
problem-bad-request-detail = The request cannot be read.
problem-unauthorized = No valid token
problem-unauthorized-detail = Send an API token that is in force: Authorization: Bearer …
problem-forbidden = Not allowed
problem-forbidden-detail = The token’s role lacks the right “{ $right }”.
problem-not-found = Not found
problem-not-found-detail = There is no such thing, or the token may not know of it.
problem-method-not-allowed = This address does not take that method
problem-method-not-allowed-detail = The Allow header names the methods it takes.
problem-conflict = Changed by somebody else meanwhile
problem-conflict-detail = Nothing was written. The fields in question are listed with all three values.
problem-precondition-failed = No longer what you saw
problem-precondition-failed-detail = The thing was changed after you read it. Read it again and repeat with the new ETag.
problem-too-large = Too large
problem-too-large-detail = The body is larger than this operation takes.
problem-unsupported-media-type = Wrong media type
problem-unsupported-media-type-detail = The Content-Type is not one this operation takes.
problem-refused = Refused
problem-refused-detail = The request was understood and refused.
problem-precondition-required = If-Match is missing
problem-precondition-required-detail = Send the ETag the thing was read with in If-Match, or * for any state.
problem-too-many-requests = Too many requests
problem-too-many-requests-detail = Wait as long as Retry-After says.
problem-failure = Something went wrong on our side
problem-failure-detail = It has been noted. Give the operation id to whoever looks after the system.
refusal-api-wrong-type = This value is of another type.
refusal-api-wrong-form = This value is not of the form the document describes.
refusal-api-text-not-allowed = A text may not hold zero characters.
refusal-api-field-unknown = There is no such field here.
refusal-api-too-many = No more than { $max } entries.
refusal-api-out-of-range = This number is out of range.
refusal-api-parameter-unknown = There is no such parameter.
refusal-api-parameter-twice = This parameter was given twice.
refusal-api-parameter-unclear = The parameters cannot be read.
refusal-api-json-malformed = The body is not JSON (at { $place }).
refusal-api-key-unclear = A key has 1 to 128 visible ASCII characters.
refusal-api-operation-unknown = There is no such operation, or it cannot be part of a bulk request.
refusal-cursor-unknown = This list has given no such cursor.
refusal-api-filter-unclear = A condition is FIELD:OPERATOR:VALUE.
refusal-api-tag-unclear = Not an entity tag.
