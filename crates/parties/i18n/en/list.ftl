# The client list: filter, views, actions on selected rows, export.
list-new = New client
list-filter-title = Filter clients
list-import = Import from a file
list-search = Name, phone, document, account…
list-scope-own = Clients you look after
list-scope-team = Clients of your team
list-scope-branch = { $name }, and clients you look after elsewhere
list-scope-region = { $name } region, and clients you look after elsewhere
list-scope-bank = All clients of the bank
list-column-name = Client
list-column-created = Added
list-column-updated = Updated
list-field-product = Product
list-field-role = Role
list-field-birth-month = Birth month
list-field-age = Age
list-field-city = City

list-op-is = is
list-op-is-not = is not
list-op-has = has
list-op-has-not = has no
list-op-contains = contains
list-op-at-least = at least
list-op-at-most = at most
list-op-before = before
list-op-from = from
list-op-empty = is empty
list-op-filled = is known

list-me = me
list-nobody = nobody
list-no-branch = no branch
list-unchanged = — keep as it is —

list-product-account = current account
list-product-deposit = deposit
list-product-loan = loan
list-product-overdue = overdue loan
list-product-card = card

list-role-client = client
list-role-prospect = prospect
list-role-supplier = supplier
list-role-partner = partner
list-role-employee = bank employee
list-role-agent = agent

list-month-1 = January
list-month-2 = February
list-month-3 = March
list-month-4 = April
list-month-5 = May
list-month-6 = June
list-month-7 = July
list-month-8 = August
list-month-9 = September
list-month-10 = October
list-month-11 = November
list-month-12 = December

list-view-all = All
list-view-mine = My clients
list-view-vip = My VIPs
list-view-no-step = No next step
list-view-new = Save view
list-view-title = Name
list-view-title-hint = Keeps the filter, the order and the columns. A view of yours with the same name is replaced.
list-view-shared = Show to everyone
list-view-save = Save
list-view-menu = What to do with this view
list-view-share = Show to everyone
list-view-unshare = Keep to myself
list-view-delete = Delete view
flash-view-saved = View saved
flash-view-deleted = View deleted
flash-view-shared = Everyone sees this view now
flash-view-unshared = Only you see this view now

list-rows = { $n ->
    [one] { $n } client on this page
   *[other] { $n } clients on this page
 }
list-best-matches = The best { $n } matches: add a word to find others
list-page-size = { $n } per page
list-none = No clients yet
list-none-words = Add the first one, or bring them all in from a file.
list-none-fit = Nobody fits
list-none-fit-words = Loosen a condition or drop a word.
list-unclear = A condition is not clear
list-clear-filter = Clear filter

list-bulk-assign = Assign manager
list-bulk-segment = Set segment
list-bulk-export = Export
list-bulk-cards = Contact cards
list-assign = Assign
list-set-segment = Set
list-chosen = { $n ->
    [one] { $n } client selected.
   *[other] { $n } clients selected.
 }
list-nobody-chosen = Nobody is selected
list-nobody-chosen-words = Tick clients in the list and try again.
flash-clients-assigned = Clients assigned
flash-segment-set = Segment set

list-export = Export
list-export-words = Up to { $max } clients you may export
list-export-xlsx = XLSX workbook
list-export-csv = CSV text
list-export-cards = Contact cards (vCard)

column-next-step-none = No step
column-next-step-past = was due { $when }

refusal-too-many-views = No more than { $max } views can be kept: delete some first
refusal-list-too-many-conditions = There can be at most { $max } conditions.
refusal-list-field-unknown = There is no such field to filter by.
refusal-list-operator-unknown = This field cannot be compared like that.
refusal-list-value-unclear = The value “{ $value }” is not clear.

entity-client-export = Export of clients
entity-saved-view = View of a list
field-format = Format
field-filter = Filter
field-columns = Columns
field-rows = Rows
field-page = List
field-query = Query
field-shared = Seen by everyone
