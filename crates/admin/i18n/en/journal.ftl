admin-journal = Journal
admin-journal-lead = Every change: who made it, when, and what was there before.
admin-journal-pos = No.
admin-journal-unsealed = Being sealed
admin-journal-when = When
admin-journal-who = Who
admin-journal-what = What
admin-journal-changes = Before → after
admin-journal-actor = Who changed
admin-journal-client = Client
admin-journal-entity = Record
admin-journal-card = client’s card
admin-journal-same-client = same client
admin-journal-hidden = You may not see this client: only the names of the fields are shown.
admin-journal-more = { $n ->
    [one] { $n } more field
   *[other] { $n } more fields
 }
admin-journal-none = No entries
admin-journal-none-words = Nothing was changed that matches these conditions.
admin-chain = Proof of integrity
admin-chain-empty = Nothing has been sealed yet.
admin-chain-entries = Entries
admin-chain-height = Blocks
admin-chain-sealed = Last sealed
admin-chain-hash = Last hash
admin-chain-verify = Verify
admin-chain-runs = Verifying every entry
admin-chain-whole = Intact
admin-chain-whole-words = Nothing was changed, removed or put in: { $entries } entries in { $blocks } blocks fit together.
admin-chain-broken = Broken
admin-chain-broken-words = Block { $block }, entry { $pos } is the first that does not fit. Everything before it is proven.
admin-chain-failed = The check could not be finished
flash-admin-verify-started = The check has started
flash-admin-verify-runs = A check is already running
