# My day: the ordered queue.
my-day-date = Сегодня { $weekday }, { $day } { $month }
nav-my-day = Мой день
my-day-for = Вы замещаете: { $who }
my-day-for-until = Вы замещаете: { $who } до { $day }
my-day-until = { $who }, до { $day }
my-day-overdue = Просрочено
my-day-today = На сегодня
my-day-promises = Обещания
my-day-vip = VIP
my-day-clients = Поводы позвонить
my-day-shown = показано ниже
my-day-worry = начните с них
my-day-queue = Сделать сейчас
my-day-what = Что сделать
my-day-why = Почему сейчас
my-day-hidden = { $n ->
    [one] Ещё { $n } строка ниже по важности: выберите плитку выше
    [few] Ещё { $n } строки ниже по важности: выберите плитку выше
   *[many] Ещё { $n } строк ниже по важности: выберите плитку выше
 }
my-day-none = По этому отбору пусто
my-day-none-words = Остальные дела дня на месте.
my-day-show-all = Показать весь день
my-day-done = На сегодня всё сделано
my-day-done-words = Новые дела появятся здесь сами, самое важное сверху.
my-day-done-next = Следующее: «{ $title }», { $day }.
my-day-to-clients = К клиентам
my-day-congratulate = Поздравить с днём рождения
my-day-plan-step = Договориться о следующем шаге
my-day-never-spoken = Ещё не говорили
my-day-ahead = Дальше на неделе
my-day-all-tasks = Все задачи

# Reasons
reason-vip = VIP
reason-overdue = { $n ->
    [one] Просрочено на { $n } день
    [few] Просрочено на { $n } дня
   *[many] Просрочено на { $n } дней
 }
reason-time-passed = Время прошло
reason-promise = Обещано
reason-today = Сегодня
reason-soon = { $n ->
    [one] Через { $n } день
    [few] Через { $n } дня
   *[many] Через { $n } дней
 }
reason-urgent = Срочно
reason-escalated = Доложено руководителю
reason-needs-owner = Без исполнителя
reason-birthday-today = День рождения сегодня
reason-birthday = { $n ->
    [one] День рождения через { $n } день
    [few] День рождения через { $n } дня
   *[many] День рождения через { $n } дней
 }
reason-no-step = Нет следующего шага
reason-stand-in = За коллегу: { $who }
