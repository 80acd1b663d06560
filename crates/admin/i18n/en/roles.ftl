admin-roles = Roles and rights
admin-roles-lead = A role is a set of rights, each over a scope. A person has the widest of all their roles.
admin-role-name = Role
admin-role-origin = Origin
admin-role-built-in = Built in
admin-role-own = Made by the bank
admin-role-grants = Rights
admin-role-holders = People
admin-role-people = { $n ->
    [0] Nobody has this role
    [one] { $n } person has this role
   *[other] { $n } people have this role
 }
admin-role-new = New role
admin-role-add = Create
admin-role-copy = New role from this one
admin-role-from = Copy rights of
admin-role-from-nothing = No rights at first
admin-role-from-hint = You can change them before anybody gets the role.
admin-role-delete = Delete role
admin-role-matrix = Rights of the role
admin-role-permission = Right
admin-role-hint = Each scope includes the ones to its left. A change works at once, also for people who are signed in.
scope-none = No
scope-own = Own
scope-team = Team
scope-branch = Branch
scope-region = Region
scope-bank = Bank
permission-group-app = The program
permission-group-admin = Administration
permission-group-journal = Journal
permission-group-view = Saved views
permission-group-client = Clients
permission-group-holding = Accounts, cards, loans
permission-group-interaction = Contacts with clients
permission-group-task = Tasks
permission-group-project = Projects and events
permission-group-feed = Imports
permission-group-import = Imports
flash-admin-role-added = Role created: now set its rights
flash-admin-role-deleted = Role deleted
admin-role-factor = Second factor required
admin-role-factor-hint = Whoever has the role sets one up at the next sign-in, before anything else opens.
