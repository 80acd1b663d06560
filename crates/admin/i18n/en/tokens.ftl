admin-tokens = API tokens
admin-tokens-lead = A program with a token acts in its role over the whole bank until the token ends.
admin-tokens-none = No tokens yet
admin-tokens-none-words = Other systems of the bank call the API with a token of their own.
admin-token = Token
admin-token-new = New token
admin-token-add = Create
admin-token-name = What it is for
admin-token-name-hint = For example: nightly load of balances
admin-token-role = Role
admin-token-role-hint = Give the narrowest role that does the work.
admin-token-owner = On behalf of
admin-token-owner-hint = The journal names this person; the token ends when they leave.
admin-token-nobody = The system itself
admin-token-last-day = Last day
admin-token-expires = Ends
admin-token-expires-hint = It works to the end of this day, at most { $days } days from now
admin-token-created = Created
admin-token-used = Last use
admin-token-state = State
admin-token-live = In force
admin-token-expired = Expired
admin-token-revoked = Revoked
admin-token-revoke = Revoke
admin-token-made = Token created
admin-token-made-words = This is the token “{ $name }”. Copy it now: it is shown this once and kept nowhere.
admin-token-how = Sent with every request as
admin-token-kept = I have copied it
flash-admin-token-revoked = Token revoked
admin-token-narrow = Only some of the role’s rights
admin-token-narrow-hint = Otherwise the token may do all that its role may.
admin-token-permissions = Which rights
admin-token-scope = Over at most
admin-token-scope-hint = A scope below the bank is measured from the place of the person it acts for.
admin-token-rights = { $n ->
    [one] only { $n } right
   *[other] only { $n } rights
}
