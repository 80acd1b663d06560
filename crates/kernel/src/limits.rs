//! Every limit of the product, named, in one place.

/// Longest single-line text a user may type (characters).
pub const TEXT_CHARS_MAX: usize = 400;
/// Longest note or letter body (characters).
pub const BODY_CHARS_MAX: usize = 20_000;
/// Rows on one page of a list.
pub const PAGE_ROWS: usize = 50;
/// Largest page a caller may ask for.
pub const PAGE_ROWS_MAX: usize = 200;
/// Spreadsheets made at the same time; each is held in memory as a whole.
pub const SPREADSHEETS_AT_ONCE: usize = 3;
/// Rows in one export.
pub const EXPORT_ROWS_MAX: usize = 100_000;
/// Entries loaded at once on a timeline.
pub const TIMELINE_ROWS: usize = 30;
/// Largest uploaded file (bytes).
pub const UPLOAD_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Largest form body that carries no file (bytes).
pub const FORM_BYTES_MAX: usize = 1024 * 1024;
/// Clients touched by one bulk action.
pub const BULK_CLIENTS_MAX: usize = 500;
/// Search results shown at once.
pub const SEARCH_HITS: usize = 20;
/// Attempts before a job becomes a dead letter.
pub const JOB_ATTEMPTS_MAX: i64 = 8;
/// Failed sign-ins before an account is locked.
pub const SIGN_IN_FAILURES_MAX: i64 = 5;
/// Failed sign-ins from one network address, whatever the logins, before it has to wait as long as a
/// locked account. A branch may share one address.
pub const SIGN_IN_ADDRESS_FAILURES_MAX: i64 = 50;
/// Addresses, and logins that nobody has, whose failures are remembered at once.
pub const SIGN_IN_KEYS_MAX: usize = 10_000;
/// Passwords checked at the same time; each takes 19 MiB.
pub const PASSWORD_CHECKS_AT_ONCE: usize = 4;
/// Longest life of an API token that a person makes (days).
pub const TOKEN_DAYS_MAX: i64 = 366;
/// How long a locked account stays locked (minutes).
pub const SIGN_IN_LOCK_MINUTES: i64 = 15;
/// A session without activity ends after this long (minutes).
pub const SESSION_IDLE_MINUTES: i64 = 60;
/// A session ends at the latest after this long (hours): one signs in once a working day.
pub const SESSION_TOTAL_HOURS: i64 = 12;
/// Live streams of one person on one node.
pub const LIVE_STREAMS_MAX: usize = 40;
/// Topics of one live stream.
pub const LIVE_TOPICS_MAX: usize = 200;
/// How often it is looked whether who listens to a live stream is still signed in (seconds).
pub const LIVE_CHECK_SECONDS: i64 = 30;
/// How long after signing in one may change how one signs in (minutes).
pub const SECURITY_FRESH_MINUTES: i64 = 30;
/// Passkeys of one person.
pub const PASSKEYS_MAX: usize = 10;
/// The longest name of a passkey (characters).
pub const PASSKEY_NAME_CHARS_MAX: usize = 60;
/// How long a page may wait for a passkey (minutes).
pub const PASSKEY_MINUTES: i64 = 5;
/// Shortest password (characters).
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password (characters): hashing must not become a way to keep the processor busy.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Rows one import command carries.
pub const IMPORT_BATCH_ROWS: usize = 500;
/// Clients on one relationship graph.
pub const GRAPH_NODES_MAX: usize = 60;
/// Entries one seal pass takes.
pub const SEAL_BATCH: i64 = 2_000;
/// Deepest chain of links followed when exposure is summed over a group.
pub const GROUP_DEPTH_MAX: usize = 6;
/// Requests of one API token in a second, over a longer time.
pub const API_REQUESTS_PER_SECOND: i64 = 200;
/// Requests of one API token that may come at once.
pub const API_BURST: i64 = 2_000;
/// API tokens whose rate is remembered at once.
pub const API_CALLERS_MAX: usize = 10_000;
/// Longest idempotency key (characters).
pub const API_KEY_CHARS_MAX: usize = 128;
/// Operations in one bulk request.
pub const API_BULK_MAX: usize = 500;
/// Largest JSON body of an operation that carries files (bytes): an upload in base64, and its names.
pub const API_FILES_BYTES_MAX: usize = UPLOAD_BYTES_MAX / 3 * 4 + FORM_BYTES_MAX;
/// Tries before a webhook's message is given up.
pub const WEBHOOK_ATTEMPTS_MAX: i64 = 12;
/// Longest pause between two tries of a webhook's message (seconds), before chance spreads it.
pub const WEBHOOK_PAUSE_SECONDS_MAX: i64 = 6 * 3_600;
/// Messages of webhooks sent at the same time.
pub const WEBHOOK_BATCH: i64 = 20;
/// How long a message that is being sent is left alone by others (seconds).
pub const WEBHOOK_LEASE_SECONDS: i64 = 60;
/// Words a webhook's subscription may name.
pub const WEBHOOK_EVENTS_MAX: usize = 50;
/// Messages one replay sends again.
pub const WEBHOOK_REPLAY_MAX: u64 = 50_000;
/// How long a webhook's message that was received or given up stays on its page (days).
pub const WEBHOOK_KEPT_DAYS: i64 = 30;
/// How long the files of an import stay after it has ended, or was not begun (days).
pub const IMPORT_KEPT_DAYS: i64 = 30;
/// Imports whose files are deleted by one command.
pub const IMPORT_FORGET_BATCH: i64 = 20;
/// Messages forgotten by one command.
pub const WEBHOOK_FORGET_BATCH: i64 = 1_000;
