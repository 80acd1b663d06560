# Tasks, promises and next steps.
permission-task-read = See tasks
permission-task-write = Create and close tasks
permission-task-supervise = Assign the tasks of their team
entity-task = Task
field-due-on = Due
field-due-at = Time
field-assignee-id = Assignee
field-escalation-level = Escalation level
field-needs-owner = No assignee
nav-tasks = Tasks
column-next-step = Next step

# Words
task-new = New task
task-add = Add task
task-save = Add task
task-client = Client
task-title = What to do
task-title-example = Call with the deposit terms
task-kind = Kind
task-due = Due
task-due-hint = Words work too: tomorrow, Friday, +3
task-time = Time
task-assignee = Assignee
task-priority = Priority
task-kind-task = Task
task-kind-call = Call
task-kind-meeting = Meeting
task-kind-promise = Promise
task-state = State
task-state-open = Open
task-state-done = Done
task-state-cancelled = Cancelled
task-priority-1 = Urgent
task-priority-2 = Normal
task-priority-3 = When there is time
task-created = Created
task-closed = Closed
task-result = Result
task-postponed = Postponed
task-postponed-times = { $n ->
    [one] once
   *[other] { $n } times
 }

# Actions
task-done = Done
task-postpone = Postpone
task-reassign = Reassign
task-cancel = Cancel the task
task-reopen = Reopen
task-done-title = Task done
task-done-save = Close task
task-postpone-title = Postpone task
task-postpone-save = Postpone
task-reassign-title = Reassign task
task-reassign-save = Reassign
task-cancel-title = Cancel task
task-cancel-save = Cancel task
task-reopen-title = Reopen task
task-reopen-save = Reopen
task-reopen-words = The task becomes open again and its result is cleared; the journal keeps it.
task-result-vip-hint = A VIP client’s task cannot be closed without a result.
task-postpone-reason = Why postpone
task-cancel-reason = Why cancel
task-reason-vip-hint = For a VIP client the reason is required.
flash-task-added = Task added
flash-task-done = Task closed
flash-task-postponed = Task postponed
flash-task-reassigned = Task reassigned
flash-task-cancelled = Task cancelled
flash-task-reopened = Task is open again
refusal-task-not-open = The task is already closed
refusal-task-not-closed = The task is open
refusal-task-vip-result = Write the result: a VIP client’s task is not closed without it
refusal-task-vip-reason = Write the reason: this is a VIP client’s task
refusal-task-vip-cancel = Only a supervisor may cancel a VIP client’s task
refusal-task-assignee-gone = This person no longer works here. Choose somebody else.
refusal-task-due-past = The new due date has already passed
refusal-task-not-a-time = Write the time like 10:30

# The list
task-mine = Mine
task-team = Team
task-which = Which tasks
task-which-open = Open
task-which-overdue = Overdue
task-which-today = Today
task-which-vip = VIP
task-which-promises = Promises
task-which-ownerless = No assignee
task-which-closed = Closed
task-rows = { $n ->
    [one] { $n } row
   *[other] { $n } rows
 }
task-list-empty = No such tasks
task-list-empty-words = Tasks appear here when they are added on a client card or as the next step of a contact.

# The card
task-panel = Tasks and promises
task-panel-empty = No open tasks
task-panel-empty-words = Agree on a next step, so that the client is not forgotten.
task-next-step = Next step:
task-no-next-step = No next step
task-last-contact = Last contact:

# Clients without a next step
task-gaps = Clients without a next step
task-gaps-at = Counted { $at }.
task-gaps-words = Active clients with nothing planned. Open a row to see who they are.
task-gaps-empty = Every client has a next step
task-gaps-empty-words = As it should be: every active client has a dated task.
task-gap-manager = Manager
task-gap-branch = Branch
task-gap-clients = Active
task-gap-without = Without step
task-gap-share = Share
task-gap-vip = Of them VIP
task-gap-nobody = No manager

# Notices
notice-task-assigned = { $who } gave you the task “{ $title }”
notice-task-late-vip = Overdue task for the VIP client { $client }: “{ $title }”, { $hours } h
notice-tasks-handed-over = { $n ->
    [one] { $n } task of a colleague who left is now yours
   *[other] { $n } tasks of a colleague who left are now yours
 }
job-engagement-escalate = Escalation of overdue tasks
