# Список клиентов: отбор, виды, действия над выбранными, выгрузка.
list-new = Новый клиент
list-filter-title = Отбор клиентов
list-import = Загрузить из файла
list-search = Имя, телефон, документ, счёт…
list-scope-own = Клиенты, которых ведёте вы
list-scope-team = Клиенты вашей команды
list-scope-branch = Отделение «{ $name }» и клиенты, которых ведёте вы
list-scope-region = Регион «{ $name }» и клиенты, которых ведёте вы
list-scope-bank = Все клиенты банка
list-column-name = Клиент
list-column-created = Заведён
list-column-updated = Изменён
list-field-product = Продукт
list-field-role = Роль
list-field-birth-month = Месяц рождения
list-field-age = Возраст
list-field-city = Город

list-op-is = =
list-op-is-not = кроме
list-op-has = есть
list-op-has-not = нет
list-op-contains = содержит
list-op-at-least = не меньше
list-op-at-most = не больше
list-op-before = раньше
list-op-from = начиная с
list-op-empty = не указано
list-op-filled = указано

list-me = я
list-nobody = никто
list-no-branch = без отделения
list-unchanged = — не менять —

list-product-account = текущий счёт
list-product-deposit = вклад
list-product-loan = кредит
list-product-overdue = просроченный кредит
list-product-card = карта

list-role-client = клиент
list-role-prospect = потенциальный клиент
list-role-supplier = поставщик
list-role-partner = партнёр
list-role-employee = сотрудник банка
list-role-agent = агент

list-month-1 = январь
list-month-2 = февраль
list-month-3 = март
list-month-4 = апрель
list-month-5 = май
list-month-6 = июнь
list-month-7 = июль
list-month-8 = август
list-month-9 = сентябрь
list-month-10 = октябрь
list-month-11 = ноябрь
list-month-12 = декабрь

list-view-all = Все
list-view-mine = Мои клиенты
list-view-vip = Мои VIP
list-view-no-step = Без следующего шага
list-view-new = Сохранить вид
list-view-title = Название
list-view-title-hint = Сохранятся отбор, порядок и столбцы. Ваш вид с таким же названием будет заменён.
list-view-shared = Показывать всем
list-view-save = Сохранить
list-view-menu = Действия с видом
list-view-share = Показывать всем
list-view-unshare = Только для меня
list-view-delete = Удалить вид
flash-view-saved = Вид сохранён
flash-view-deleted = Вид удалён
flash-view-shared = Вид видят все
flash-view-unshared = Вид видите только вы

list-rows = { $n ->
    [one] { $n } клиент на странице
    [few] { $n } клиента на странице
   *[many] { $n } клиентов на странице
 }
list-best-matches = Показаны { $n } лучших совпадений: уточните запрос
list-page-size = По { $n }
list-none = Клиентов пока нет
list-none-words = Заведите первого клиента или загрузите всех сразу из файла.
list-none-fit = Никто не подошёл
list-none-fit-words = Ослабьте условия или уберите часть слов.
list-unclear = Условие не понято
list-clear-filter = Сбросить отбор

list-bulk-assign = Назначить менеджера
list-bulk-segment = Сменить сегмент
list-bulk-export = Выгрузить
list-bulk-cards = Карточки контактов
list-assign = Назначить
list-set-segment = Сменить
list-chosen = { $n ->
    [one] Выбран { $n } клиент.
    [few] Выбраны { $n } клиента.
   *[many] Выбрано { $n } клиентов.
 }
list-nobody-chosen = Никто не выбран
list-nobody-chosen-words = Отметьте клиентов в списке и повторите.
flash-clients-assigned = Клиенты переданы
flash-segment-set = Сегмент изменён

list-export = Выгрузить
list-export-words = До { $max } клиентов, которых вам можно выгружать
list-export-xlsx = Таблица XLSX
list-export-csv = Текст CSV
list-export-cards = Карточки контактов (vCard)

column-next-step-none = Нет шага
column-next-step-past = был { $when }

refusal-too-many-views = Больше { $max } видов хранить нельзя: удалите лишние
refusal-list-too-many-conditions = Условий может быть не больше { $max }.
refusal-list-field-unknown = Нет такого поля для отбора.
refusal-list-operator-unknown = Это поле так не сравнивается.
refusal-list-value-unclear = Не понято значение «{ $value }».

entity-client-export = Выгрузка клиентов
entity-saved-view = Вид списка
field-format = Формат
field-filter = Отбор
field-columns = Столбцы
field-rows = Строк
field-page = Список
field-query = Запрос
field-shared = Видят все
