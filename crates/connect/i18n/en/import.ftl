# Bringing data in.
nav-imports = Import
nav-group-admin = Administration
action-import = Import data from a file
permission-import-run = Import data from files
entity-import = Import
import-title = Import
import-new = New import
import-none = Nothing imported yet
import-none-words = Here data of other systems becomes clients, accounts and transactions. You first see what it would look like and only then run it.
import-intro = Delimited files, XLSX workbooks or vCard contacts (.vcf) in any common encoding. Nothing changes until you press “Import”.
import-name = Title
import-name-hint = The file's name if left empty
import-files = Files
import-files-hint = Several files of one feed may be chosen, 32 MB in all
import-mapping = How to read the columns
import-mapping-guess = Find out from the content (a table of contacts or vCards)
import-mapping-own = My own mapping (TOML)
import-mapping-text = Mapping
import-mapping-hint = Only for your own mapping; the format is in the documentation
import-preview-button = Show what it will look like
import-run-button = Import
import-dry-button = Dry run
import-run-words = A dry run does all the same and leaves nothing behind.
import-dry = dry run
import-progress = Progress of the import
import-summary = What came of it
import-file = File
import-kind = Holds
import-row = Row
import-rows = Rows
import-field = Field
import-reason = Why it was not taken
import-value = Value
import-created = New
import-changed = Changed
import-unchanged = Unchanged
import-rejected = Rejected
import-kept = Kept by hand
import-rejects = Rejected rows
import-rejects-count = { $n ->
    [one] { $n } row rejected
   *[other] { $n } rows rejected
 }
import-kept-count = { $n ->
    [one] { $n } field kept as a person wrote it
   *[other] { $n } fields kept as people wrote them
 }
import-rejects-download = Download all with reasons
import-preview-reject = Row { $row } ({ $column }) will be rejected: { $reason } — “{ $value }”
import-card-place = card { $card }, line { $row }
import-preview-card-reject = Card { $card }, line { $row } ({ $column }) will not be taken: { $reason } — “{ $value }”
import-column-title = Import
import-column-state = State
import-column-by = By
import-column-at = When
import-state-draft = Ready to run
import-state-waiting = Waiting
import-state-running = Running
import-state-done = Done
import-state-failed = Failed
import-kind-client = clients
import-kind-account = accounts
import-kind-account-role = account roles
import-kind-card = cards
import-kind-loan = loans
import-kind-order = standing orders
import-kind-transaction = transactions
import-kind-branch = branches
import-kind-contact = contacts
import-kind-unknown = File { $file }: nobody takes records of kind “{ $kind }”
import-refused = The import was stopped: { $why }
flash-import-ready = The files are read: check what it will look like
flash-import-started = The import is in the queue
refusal-import-already-running = This import is already running
refusal-import-file-twice = File { $name } was chosen twice
refusal-import-file-bad = The file cannot be read: { $reason }
refusal-import-mapping-bad = The mapping does not work: { $reason }
