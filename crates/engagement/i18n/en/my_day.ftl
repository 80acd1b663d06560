# My day: the ordered queue.
my-day-date = Today is { $weekday }, { $day } { $month }
nav-my-day = My day
my-day-for = You are covering for { $who }
my-day-for-until = You are covering for { $who } until { $day }
my-day-until = { $who }, until { $day }
my-day-overdue = Overdue
my-day-today = Due today
my-day-promises = Promises
my-day-vip = VIP
my-day-clients = Reasons to call
my-day-shown = shown below
my-day-worry = start with these
my-day-queue = Do this now
my-day-what = What to do
my-day-why = Why now
my-day-hidden = { $n ->
    [one] { $n } less important row is not shown: pick a tile above
   *[other] { $n } less important rows are not shown: pick a tile above
 }
my-day-none = Nothing matches this filter
my-day-none-words = The rest of your day is still there.
my-day-show-all = Show the whole day
my-day-done = All done for today
my-day-done-words = New work shows up here on its own, most important first.
my-day-done-next = Next: “{ $title }”, { $day }.
my-day-to-clients = Go to clients
my-day-congratulate = Send birthday wishes
my-day-plan-step = Agree on a next step
my-day-never-spoken = Never contacted
my-day-ahead = Later this week
my-day-all-tasks = All tasks

# Reasons
reason-vip = VIP
reason-overdue = { $n ->
    [one] { $n } day late
   *[other] { $n } days late
 }
reason-time-passed = Past its time
reason-promise = Promised
reason-today = Today
reason-soon = { $n ->
    [one] In { $n } day
   *[other] In { $n } days
 }
reason-urgent = Urgent
reason-escalated = Escalated to the supervisor
reason-needs-owner = No assignee
reason-birthday-today = Birthday today
reason-birthday = { $n ->
    [one] Birthday in { $n } day
   *[other] Birthday in { $n } days
 }
reason-no-step = No next step
reason-stand-in = Covering for { $who }
