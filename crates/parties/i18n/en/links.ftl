# Links between clients, the graph and the group of connected clients.
entity-link = Link
field-share-bp = Share, basis points
field-since = Since
field-until = Until
field-to-id = With
field-from-id = With
field-archived = Removed

links-title = Links
links-none = No links yet.
links-none-words = Record family, employer, owners and guarantors: links show who stands behind whom.
links-add = Add a link
links-add-submit = Link
links-end = End the link
links-graph = Link graph
links-graph-of = Links of { $name }
links-of = Links of { $name }
links-more = and { $n } more
links-since = since { $date }
links-depth = Steps:
links-all = All links
links-over = ended
links-party = Client
links-party-hint = Name, phone, document, tax number or client number
links-find = Find
links-kind = Relation
links-share = Share, %
links-share-hint = For owners only
links-from = First day
links-until = Last day
links-note = Note
links-author = Recorded by
links-new-relation = What the other client is to { $name }
links-pick-none = Nobody found. Try a phone or document number.
links-by-mistake = There was no such link, it was entered by mistake
links-by-mistake-hint = It will leave the list of links; the journal keeps the entry.
links-hidden-words = Clients outside your access
links-first-only = The latest { $n } of each side are shown.
links-group = Group of connected clients
links-group-owed = Owed by the group
links-group-overdue = Overdue
links-group-no-overdue = None overdue
links-group-deposits = Balances and deposits
links-group-nothing = The group has no accounts or loans.
links-group-who = Member
links-group-owes = Owes
links-group-rule = The group takes in members of the household or group and owners of more than half. A joint account counts once.

links-kind-spouse = Spouse
links-kind-parent = Parent
links-kind-parent-of = Child
links-kind-sibling = Brother or sister
links-kind-employee = Employee
links-kind-employee-of = Employer
links-kind-director = Director
links-kind-director-of = Directs
links-kind-owner = Owner
links-kind-owner-of = Owns
links-kind-beneficial_owner = Beneficial owner
links-kind-beneficial_owner-of = Beneficial owner of
links-kind-guarantor = Guarantor
links-kind-guarantor-of = Guarantees
links-kind-household_member = Household member
links-kind-household_member-of = Household
links-kind-group_member = Group member
links-kind-group_member-of = Group
links-kind-partner = Partner
links-kind-other = Other link

flash-link-added = Link added
flash-link-ended = Link ended

refusal-link-to-itself = A client cannot be linked to itself
refusal-link-kinds = These clients cannot be linked like this. A person cannot be owned, for example, and only people belong to a household.
refusal-link-twin = This link already exists
refusal-link-second-spouse = One of them already has a spouse. End that link first.
refusal-link-own-ancestor = Each of them would be a parent of the other
refusal-link-group-circle = The group would become a member of itself through other groups
refusal-link-no-share = Only owners have a share. Clear the field.
refusal-link-share-range = A share is from 0.01 to 100%, with at most two decimals
refusal-link-share-sum = With the other owners this exceeds 100%. { $free }% is free.
refusal-link-nobody-chosen = Find and choose a client

links-hidden = { $n ->
    [one] { $n } client hidden
   *[other] { $n } clients hidden
 }
links-left-out = { $n ->
    [one] { $n } client does
   *[other] { $n } clients do
 } not fit. Walk closer along the graph.
links-group-hidden = { $n ->
    [one] { $n } client is
   *[other] { $n } clients are
 } not counted: their accounts are outside your access.
links-group-unknown = { $n ->
    [one] debt of { $n } loan is unknown
   *[other] debt of { $n } loans is unknown
 }

# The household or group, and who stands for it.
entity-circle = Household or group
field-main-member-id = Main member
field-is-main-member = Main member
circle-main = Main member
circle-main-none = not chosen
circle-main-hidden = outside your access
circle-main-hint = The bank talks to them first; the others are shown by their relation to them.
circle-choose = Choose the main member
circle-nobody = Nobody
circle-save = Save
circle-members = Members
circle-income = Annual income
circle-income-none = not known
circle-assets = Total assets
circle-liabilities = Total liabilities
circle-sums-hidden = The balances here are outside your access.
circle-has-more = Only the first { $n } members are shown and counted.
circle-role-main = Main member
circle-role-spouse = Spouse
circle-role-child = Child
circle-role-parent = Parent
circle-role-sibling = Brother or sister
circle-role-owner = Owner
circle-role-subsidiary = Subsidiary
circle-role-director = Director
circle-role-member = Member
circle-warning-no-main = No main member
circle-warning-main-holds-nothing = The main member has no products with us
circle-warning-nobody-holds = No member has any product with us
circle-income-unknown = { $n ->
    [one] Income of { $n } member is not known.
   *[other] Income of { $n } members is not known.
 }
flash-main-member-set = Main member saved
refusal-main-member-no-circle = Only households and groups have a main member
refusal-main-member-not-member = Choose somebody who is a member today
refusal-main-member-changed = Somebody else has chosen another main member meanwhile. Look again.
refusal-main-member-hidden = The present main member is outside your access, so you cannot replace them
