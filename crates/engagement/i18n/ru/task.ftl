# Tasks, promises and next steps.
permission-task-read = Видеть задачи
permission-task-write = Ставить и закрывать задачи
permission-task-supervise = Распределять задачи подчинённых
entity-task = Задача
field-due-on = Срок
field-due-at = Время
field-assignee-id = Исполнитель
field-escalation-level = Уровень эскалации
field-needs-owner = Без исполнителя
nav-tasks = Задачи
column-next-step = Следующий шаг

# Words
task-new = Новая задача
task-add = Задача
task-save = Добавить задачу
task-client = Клиент
task-title = Что сделать
task-title-example = Позвонить с условиями вклада
task-kind = Вид
task-due = Срок
task-due-hint = Можно словами: завтра, пятница, +3
task-time = Время
task-assignee = Исполнитель
task-priority = Важность
task-kind-task = Задача
task-kind-call = Звонок
task-kind-meeting = Встреча
task-kind-promise = Обещание
task-state = Состояние
task-state-open = Открыта
task-state-done = Выполнена
task-state-cancelled = Отменена
task-priority-1 = Срочно
task-priority-2 = Обычная
task-priority-3 = Когда будет время
task-created = Поставлена
task-closed = Закрыта
task-result = Итог
task-postponed = Переносы
task-postponed-times = { $n ->
    [one] { $n } раз
    [few] { $n } раза
   *[many] { $n } раз
 }

# Actions
task-done = Выполнено
task-postpone = Перенести
task-reassign = Передать
task-cancel = Отменить задачу
task-reopen = Вернуть в работу
task-done-title = Задача выполнена
task-done-save = Закрыть задачу
task-postpone-title = Перенести задачу
task-postpone-save = Перенести
task-reassign-title = Передать задачу
task-reassign-save = Передать
task-cancel-title = Отменить задачу
task-cancel-save = Отменить задачу
task-reopen-title = Вернуть задачу в работу
task-reopen-save = Вернуть
task-reopen-words = Задача снова станет открытой, её итог будет стёрт; в журнале он останется.
task-result-vip-hint = Задачу VIP-клиента нельзя закрыть без итога.
task-postpone-reason = Почему переносим
task-cancel-reason = Почему отменяем
task-reason-vip-hint = Для VIP-клиента причина обязательна.
flash-task-added = Задача добавлена
flash-task-done = Задача закрыта
flash-task-postponed = Задача перенесена
flash-task-reassigned = Задача передана
flash-task-cancelled = Задача отменена
flash-task-reopened = Задача снова открыта
refusal-task-not-open = Задача уже закрыта
refusal-task-not-closed = Задача открыта
refusal-task-vip-result = Напишите итог: задача VIP-клиента не закрывается без него
refusal-task-vip-reason = Напишите причину: это задача VIP-клиента
refusal-task-vip-cancel = Отменить задачу VIP-клиента может только руководитель
refusal-task-assignee-gone = Этот сотрудник не работает. Выберите другого.
refusal-task-due-past = Новый срок уже прошёл
refusal-task-not-a-time = Напишите время так: 10:30

# The list
task-mine = Мои
task-team = Команды
task-which = Какие задачи
task-which-open = Открытые
task-which-overdue = Просроченные
task-which-today = На сегодня
task-which-vip = VIP
task-which-promises = Обещания
task-which-ownerless = Без исполнителя
task-which-closed = Закрытые
task-rows = { $n ->
    [one] { $n } строка
    [few] { $n } строки
   *[many] { $n } строк
 }
task-list-empty = Таких задач нет
task-list-empty-words = Задачи появляются здесь, когда их ставят в карточке клиента или по итогам разговора.

# The card
task-panel = Задачи и обещания
task-panel-empty = Открытых задач нет
task-panel-empty-words = Договоритесь о следующем шаге, чтобы клиент не остался без внимания.
task-next-step = Следующий шаг:
task-no-next-step = Нет следующего шага
task-last-contact = Последний контакт:

# Clients without a next step
task-gaps = Клиенты без следующего шага
task-gaps-at = Подсчитано { $at }.
task-gaps-words = Действующие клиенты, с которыми ничего не запланировано. Строка открывает их список.
task-gaps-empty = У всех клиентов есть следующий шаг
task-gaps-empty-words = Так и должно быть: у каждого действующего клиента есть задача с датой.
task-gap-manager = Менеджер
task-gap-branch = Отделение
task-gap-clients = Действующих
task-gap-without = Без шага
task-gap-share = Доля
task-gap-vip = Из них VIP
task-gap-nobody = Без менеджера

# Notices
notice-task-assigned = { $who }: вам задача «{ $title }»
notice-task-late-vip = Просрочена задача VIP-клиента { $client }: «{ $title }», { $hours } ч
notice-tasks-handed-over = { $n ->
    [one] Вам передана { $n } задача ушедшего сотрудника
    [few] Вам переданы { $n } задачи ушедшего сотрудника
   *[many] Вам передано { $n } задач ушедшего сотрудника
 }
job-engagement-escalate = Эскалация просроченных задач
