# Связи между клиентами, граф и группа связанных клиентов.
entity-link = Связь
field-share-bp = Доля, сотые процента
field-since = С
field-until = По
field-to-id = С кем
field-from-id = С кем
field-archived = Убрано

links-title = Связи
links-none = Связей пока нет.
links-none-words = Запишите семью, работодателя, владельцев и поручителей: по связям видно, кто за кем стоит.
links-add = Добавить связь
links-add-submit = Связать
links-end = Закончить связь
links-graph = Граф связей
links-graph-of = Связи: { $name }
links-of = Связи: { $name }
links-more = и ещё { $n }
links-since = с { $date }
links-depth = Шагов:
links-all = Все связи
links-over = закончена
links-party = Клиент
links-party-hint = Имя, телефон, документ, ИНН или номер клиента
links-find = Найти
links-kind = Кем приходится
links-share = Доля, %
links-share-hint = Только для владельцев
links-from = С какого дня
links-until = По какой день
links-note = Примечание
links-author = Кто записал
links-new-relation = Кем другой клиент приходится этому: { $name }
links-pick-none = Никого не нашлось. Попробуйте номер телефона или документа.
links-by-mistake = Связи не было, её записали по ошибке
links-by-mistake-hint = Она исчезнет из списка связей; в журнале запись останется.
links-hidden-words = Клиенты за пределами вашего доступа
links-first-only = Показаны последние { $n } с каждой стороны.
links-group = Группа связанных клиентов
links-group-owed = Долг группы
links-group-overdue = Просрочено
links-group-no-overdue = Нет просрочки
links-group-deposits = Остатки и вклады
links-group-nothing = Счетов и кредитов у группы нет.
links-group-who = Участник
links-group-owes = Долг
links-group-rule = В группу входят участники семьи или группы компаний и те, кто владеет больше чем половиной. Совместный счёт считается один раз.

links-kind-spouse = Супруг(а)
links-kind-parent = Родитель
links-kind-parent-of = Ребёнок
links-kind-sibling = Брат или сестра
links-kind-employee = Сотрудник
links-kind-employee-of = Работодатель
links-kind-director = Руководитель
links-kind-director-of = Руководит
links-kind-owner = Владелец
links-kind-owner-of = Владеет
links-kind-beneficial_owner = Бенефициарный владелец
links-kind-beneficial_owner-of = Бенефициар в
links-kind-guarantor = Поручитель
links-kind-guarantor-of = Поручился за
links-kind-household_member = Член семьи
links-kind-household_member-of = Семья
links-kind-group_member = Участник группы
links-kind-group_member-of = Группа
links-kind-partner = Партнёр
links-kind-other = Другая связь

flash-link-added = Связь записана
flash-link-ended = Связь закончена

refusal-link-to-itself = Клиента нельзя связать с ним самим
refusal-link-kinds = Такая связь между этими клиентами невозможна. Например, человеком нельзя владеть, а в семью входят только люди.
refusal-link-twin = Такая связь уже есть
refusal-link-second-spouse = У одного из них уже есть супруг. Сначала закончите ту связь.
refusal-link-own-ancestor = Получается, что каждый из них — родитель другого
refusal-link-group-circle = Группа вошла бы сама в себя через другие группы
refusal-link-no-share = Доля бывает только у владельцев. Очистите поле.
refusal-link-share-range = Доля — от 0,01 до 100 %, не больше двух знаков после запятой
refusal-link-share-sum = Вместе с другими владельцами получается больше 100 %. Свободно { $free } %.
refusal-link-nobody-chosen = Найдите и выберите клиента

links-hidden = { $n ->
    [one] Скрыт { $n } клиент
    [few] Скрыты { $n } клиента
   *[many] Скрыто { $n } клиентов
 }
links-left-out = { $n ->
    [one] Не поместился { $n } клиент
    [few] Не поместились { $n } клиента
   *[many] Не поместилось { $n } клиентов
 }. Перейдите ближе к нему по графу.
links-group-hidden = { $n ->
    [one] Не учтён { $n } клиент, чьи счета
    [few] Не учтены { $n } клиента, чьи счета
   *[many] Не учтено { $n } клиентов, чьи счета
 } вам не видны.
links-group-unknown = { $n ->
    [one] по { $n } кредиту долг неизвестен
   *[other] по { $n } кредитам долг неизвестен
 }

# Семья или группа и её основной участник.
entity-circle = Семья или группа
field-main-member-id = Основной участник
field-is-main-member = Основной участник
circle-main = Основной участник
circle-main-none = не выбран
circle-main-hidden = вне вашего доступа
circle-main-hint = С ним банк говорит в первую очередь; остальные показаны по тому, кем они ему приходятся.
circle-choose = Выбрать основного участника
circle-nobody = Никто
circle-save = Сохранить
circle-members = Участники
circle-income = Доход за год
circle-income-none = неизвестен
circle-assets = Всего активов
circle-liabilities = Всего обязательств
circle-sums-hidden = Остатки здесь вне вашего доступа.
circle-has-more = Показаны и учтены только первые { $n } участников.
circle-role-main = Основной участник
circle-role-spouse = Супруг(а)
circle-role-child = Ребёнок
circle-role-parent = Родитель
circle-role-sibling = Брат или сестра
circle-role-owner = Владелец
circle-role-subsidiary = Дочерняя компания
circle-role-director = Руководитель
circle-role-member = Участник
circle-warning-no-main = Не выбран основной участник
circle-warning-main-holds-nothing = У основного участника нет продуктов банка
circle-warning-nobody-holds = Ни у кого из участников нет продуктов банка
circle-income-unknown = { $n ->
    [one] Доход { $n } участника неизвестен.
   *[other] Доход { $n } участников неизвестен.
 }
flash-main-member-set = Основной участник сохранён
refusal-main-member-no-circle = Основной участник бывает только у семьи или группы
refusal-main-member-not-member = Выберите того, кто сегодня в неё входит
refusal-main-member-changed = Тем временем кто-то выбрал другого основного участника. Посмотрите ещё раз.
refusal-main-member-hidden = Нынешний основной участник вне вашего доступа, поэтому заменить его нельзя
