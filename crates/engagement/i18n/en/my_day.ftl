# My day: the ordered queue.
my-day-date = Today is { $weekday }, { $day } { $month }
nav-my-day = My day
my-day-for = You stand in for { $who }
my-day-for-until = You stand in for { $who } until { $day }
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
    [one] { $n } more row of lesser weight: choose a figure above
   *[other] { $n } more rows of lesser weight: choose a figure above
 }
my-day-none = Nothing with this filter
my-day-none-words = The other things of the day are still there.
my-day-show-all = Show the whole day
my-day-done = Everything for today is done
my-day-done-words = New things come here by themselves, the weightiest on top.
my-day-done-next = Next: “{ $title }”, { $day }.
my-day-to-clients = To the clients
my-day-congratulate = Wish a happy birthday
my-day-plan-step = Agree on a next step
my-day-never-spoken = Never spoken
my-day-ahead = Later this week
my-day-all-tasks = All tasks

# Reasons
reason-vip = VIP
reason-overdue = { $n ->
    [one] { $n } day late
   *[other] { $n } days late
 }
reason-time-passed = Time has passed
reason-promise = Promised
reason-today = Today
reason-soon = { $n ->
    [one] In { $n } day
   *[other] In { $n } days
 }
reason-urgent = Urgent
reason-escalated = Supervisor was told
reason-needs-owner = Without an owner
reason-birthday-today = Birthday today
reason-birthday = { $n ->
    [one] Birthday in { $n } day
   *[other] Birthday in { $n } days
 }
reason-no-step = No next step
reason-stand-in = For { $who }
