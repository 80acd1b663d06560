# Texts of consents, what proves a client's word, what holds now.
nav-consent-texts = Consent texts
permission-admin-consents = Keep the texts of consents
entity-consent-text = Consent text

consent-texts = Consent texts
consent-texts-lead = Each purpose has its own text and its own document. A client agrees to a version that is in force on that day.
consent-text-add = New version
consent-text-save = Put in force
consent-text-never-changes = Once saved a version never changes: clients agree to these very words. It can only be closed and followed by the next one.
consent-text-version-hint = Letters, digits, dot, hyphen: 2026-11
consent-text-from = In force from
consent-text-ru = Text in Russian
consent-text-en = Text in English
consent-text-title = { $purpose }: version { $version }
consent-text-force = In force
consent-text-state = State
consent-text-by = Entered by
consent-text-since = since { $from }
consent-text-between = { $from } – { $until }
consent-text-in-force = in force
consent-text-to-come = not yet in force
consent-text-closed = closed
consent-text-sample = sample
consent-text-close-title = Close this version
consent-text-until = Last day
consent-text-close = Close
consent-text-close-hint = Nobody can agree to this version any more. Consents given before stay valid.
flash-consent-text-saved = Version saved
flash-consent-text-closed = Version closed

contacts-consent-held = given
contacts-consent-over = expired
contacts-consent-until = valid until { $day }
contacts-consent-soon = expires soon
contacts-consent-channel-refused = { $channel }: refused
contacts-consent-channel-over = { $channel }: expired
contacts-consent-recorded = recorded { $at }
contacts-consent-said-on = When it was said
contacts-consent-evidence-kind = Kind of evidence
contacts-consent-evidence-words = Number or description
contacts-consent-file = Client’s file
contacts-consent-file-none = No file
contacts-consent-file-gone = file archived
contacts-consent-text-of = Read version { $version }
contacts-consent-text-unknown = unknown text
contacts-consent-no-text = No version is in force. One is added under Administration → Consent texts.
contacts-consent-how = A consent needs a version and evidence. A refusal needs neither, and always wins.
contacts-evidence-none = Not stated
contacts-evidence-paper = Signed paper
contacts-evidence-call = Recorded call
contacts-evidence-sms = Code by text message
contacts-evidence-form = Web form
contacts-evidence-email = E-mail
contacts-evidence-in_person = In person

field-evidence-kind = Kind of evidence
field-file-id = File
field-said-at = When it was said
field-version = Version
field-from-on = In force from
field-until-on = Last day
field-text-ru = Text in Russian
field-text-en = Text in English

refusal-consent-text-unknown = No such version was in force on that day
refusal-consent-withdrawn-meanwhile = The client withdrew this consent before the branch knew of it: a withdrawal counts
refusal-consent-file-unknown = The client has no such file
refusal-consent-said-later = That day is still to come
refusal-consent-said-long-ago = Only what was said at most { $days ->
    [one] { $days } day
   *[other] { $days } days
 } ago can be recorded
refusal-consent-version-name = Only letters, digits, dot, hyphen and underscore, at most 40 characters
refusal-consent-version-taken = This version exists already. Give the next one another name
refusal-consent-text-closed = This version is closed already
refusal-consent-close-past = Not before today and not before its first day
