# Duplicates: cards that look the same, reasons and decisions.
nav-duplicates = Duplicates
entity-client-pair = Cards that look the same
field-other-id = Other card
field-probability-ppm = Probability, millionths
field-found-by = Found by
field-state = Decision
field-why = Why
field-despite-duplicates = Registered although somebody looks the same
job-parties-find-duplicates = Search for duplicates
job-result-found = Found
refusal-duplicate-probable = This client seems to be here already. Open the card or say why this is another one.
refusal-pair-decided = This pair has been decided already. Reload the page.

duplicates = Duplicates
duplicates-lead = Cards that may be of one client. The likeliest first.
duplicates-states = Decision
duplicates-state-open = To decide
duplicates-state-not-same = Not the same
duplicates-chance = Probability
duplicates-any = any
duplicates-from = from { $percent }%
duplicates-one = One card
duplicates-other = Other card
duplicates-reasons = Why they look the same
duplicates-reasons-masked = Shown to those who may see both cards
duplicates-found = When
duplicates-likeliest-first = The likeliest first
duplicates-none = No cards look the same
duplicates-none-words = Pairs appear when somebody registers or imports a client like one that is here.
duplicates-none-decided = No pair has been turned down
duplicates-none-decided-words = Pairs that somebody called different clients will stand here.
duplicates-search = Search the whole bank
duplicates-search-start = Search
duplicates-search-never = The whole bank has not been searched yet.
duplicates-search-runs = Looking for cards that look the same
duplicates-search-failed = The search stopped with an error
duplicates-search-found = { $n ->
    [0] No new pairs
    [one] { $n } new pair
   *[other] { $n } new pairs
 }
flash-duplicates-started = The search for duplicates has begun
flash-duplicates-run = A search for duplicates is running already
flash-duplicates-not-same = Noted: they are different clients
flash-duplicates-reopened = The pair waits for a decision again

duplicate-pair = One client?
duplicate-side-by-side = Side by side
duplicate-what = What
duplicate-card = Card
duplicate-how = How it compares
duplicate-weight = Weight
duplicate-weight-words = Weights are bits: each doubles the odds of one client, each below zero halves them.
duplicate-certain = A document or number agrees: there is hardly a doubt.
duplicate-review = A person decides: namesakes born on one day exist.
duplicate-merge = Merge…
duplicate-not-same = They are different clients
duplicate-not-same-hint = The pair will not come back unless somebody reopens it
duplicate-reopen = Reopen the pair
duplicate-reopen-hint = Why the decision deserves another look
duplicate-why = Why
duplicate-decided = Decided: they are different clients
duplicate-typed = { $n ->
    [one] This client seems to be here already
   *[other] This client seems to be here already: { $n } cards
 }
duplicate-despite = Create all the same: why this is another client
duplicate-despite-hint = The reason is kept in the journal
duplicate-masked-both = A client of another branch looks the same: { $branch }. Ask { $manager }
duplicate-masked-branch = A client of another branch looks the same: { $branch }. Ask there
duplicate-masked-manager = A client you may not see looks the same. Ask { $manager }
duplicate-masked-nobody = A client you may not see looks the same. Ask the head office

duplicate-field-surname = Surname
duplicate-field-given-name = Given name
duplicate-field-patronymic = Patronymic
duplicate-field-birth-date = Date of birth
duplicate-field-registration-date = Date of registration
duplicate-field-identity-document = Identity document
duplicate-field-phone = Phone
duplicate-field-tax-number = Tax number
duplicate-field-insurance-number = Insurance number
duplicate-field-registration-number = Number in the register
duplicate-field-company-name = Name
duplicate-field-email = E-mail
duplicate-level-agrees = the same
duplicate-level-near = nearly the same
duplicate-level-differs = different
duplicate-way-latin = the same in Latin letters
duplicate-way-swapped = parts of the name stand in other places
duplicate-way-former = the same as a former surname
duplicate-way-old = the same as a former number
