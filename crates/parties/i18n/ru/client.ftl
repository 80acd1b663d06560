# Клиент: карточка, реквизиты, регистрация, поиск.
nav-clients = Клиенты
action-new-person = Новый клиент — физлицо
action-new-company = Новый клиент — компания
permission-client-read = Видеть клиентов
permission-client-create = Заводить клиентов
permission-client-edit = Изменять данные клиентов
permission-client-assign = Назначать менеджера и отделение
permission-client-merge = Объединять карточки одного клиента
permission-client-export = Выгружать списки клиентов
permission-holding-read = Видеть счета и остатки
entity-client = Клиент
entity-identifier = Документ или номер
entity-contact = Контакт

client-nameless = Клиент № { $number }
client-number = Номер клиента
client-no-manager = менеджер не назначен
client-since = в банке с { $date }
client-age = { $age ->
    [one] { $age } год
    [few] { $age } года
   *[many] { $age } лет
 }
client-birthday-today = Сегодня день рождения
client-birthday-in = { $days ->
    [one] День рождения завтра
    [few] День рождения через { $days } дня
   *[many] День рождения через { $days } дней
 }
client-prefers-phone = удобнее звонок
client-prefers-email = удобнее эл. почта
client-prefers-sms = удобнее СМС
client-prefers-messenger = удобнее мессенджер
client-prefers-branch = удобнее в отделении
client-prefers-post = удобнее обычная почта
client-consents-none = согласий нет
client-consents-ads = реклама разрешена
client-consents-no-ads = без рекламы
client-consents-count = { $n ->
    [one] Действует { $n } согласие
    [few] Действуют { $n } согласия
   *[many] Действует { $n } согласий
 }
client-verified = Личность подтверждена
client-public-person = Публичное должностное лицо
client-role-supplier = Поставщик
client-role-partner = Партнёр
client-role-employee = Сотрудник банка
client-role-agent = Агент
client-rail = Связь и задачи
client-tabs = Разделы карточки
client-tab-overview = Обзор
client-tab-details = Данные
client-tab-links = Связи
client-edit = Изменить
client-card-file = Карточка контакта
client-edit-of = Изменить: { $name }
client-save = Сохранить
client-register = Завести клиента
client-new = Новый клиент
client-new-kind = Кого заводим
client-not-chosen = — не указано —
client-phone = Телефон
client-email = Электронная почта
client-yes = да
client-no = нет
client-changes-since = Изменилось, пока вы не заходили ({ $when })
client-changes-system = Система
client-changes-hidden = клиент вне вашего доступа
client-changes-more = и ещё { $n }
flash-client-saved = Сохранено
flash-client-registered = Клиент заведён

client-kind-person = Физлицо
client-kind-company = Компания
client-kind-sole-trader = Предприниматель
client-kind-household = Семья
client-kind-group = Группа компаний

group-name = Имя и название
group-personal = Личные сведения
group-work = Работа и доход
group-business = Бизнес
group-service = Обслуживание
group-identity = Связь и документы
group-owner = Кто ведёт

field-last-name = Фамилия
field-first-name = Имя
field-patronymic = Отчество
field-former-name = Прежняя фамилия
field-short-name = Краткое название
field-full-name = Полное название
field-foreign-name = Название латиницей
field-sex = Пол
field-birth-date = Дата рождения
field-birth-place = Место рождения
field-citizenship = Гражданство (код страны)
field-marital = Семейное положение
field-dependants = Иждивенцы
field-public-person = Публичное должностное лицо
field-employer = Место работы
field-job-title = Должность
field-income-minor = Доход в месяц
field-legal-form = Организационная форма
field-registered-on = Дата регистрации
field-okved = ОКВЭД
field-capital-minor = Уставный капитал
field-employees = Сотрудников
field-segment = Сегмент
field-status = Состояние
field-preferred-channel = Удобный канал
field-client-since = Клиент с
field-verified-on = Личность подтверждена
field-note = Примечание
field-branch-id = Отделение
field-manager-id = Менеджер
field-kind = Вид
field-external-id = Номер в источнике
field-source = Источник
field-currency = Валюта
field-phone = Телефон
field-email = Электронная почта

choice-sex-f = Женский
choice-sex-m = Мужской
choice-marital-single = Не в браке
choice-marital-married = В браке
choice-marital-divorced = В разводе
choice-marital-widowed = Вдова или вдовец
choice-segment-vip = VIP
choice-segment-premium = Премиум
choice-segment-mass = Массовый
choice-segment-sme = Малый бизнес
choice-segment-corporate = Крупный бизнес
choice-status-prospect = Потенциальный
choice-status-active = Действующий
choice-status-closed = Закрыт
choice-preferred-channel-phone = Телефон
choice-preferred-channel-email = Электронная почта
choice-preferred-channel-sms = СМС
choice-preferred-channel-messenger = Мессенджер
choice-preferred-channel-branch = Отделение
choice-preferred-channel-post = Обычная почта

source-clerk = Сотрудник
source-client = Клиент
source-abs = АБС
source-partner = Партнёр
source-demo = Демо-банк
source-import = Выгрузка «{ $feed }»

search-title = Поиск
search-go = Найти
search-nothing = Ничего не найдено
search-nothing-words = Попробуйте фамилию без окончания, последние цифры телефона, номер документа, ИНН или счёта.
search-recent = Недавние
search-actions = Действия
search-page = раздел
search-kind-client = Клиенты
search-kind-task = Задачи
search-kind-project = Проекты
search-kind-event = Мероприятия

refusal-not-a-count = Нужно целое число от 0 до { $max }
refusal-not-a-country = Нужен двухбуквенный код страны, например RU
refusal-not-an-okved = Нужен код вида 64.19 или 64.19.1
refusal-date-in-future = Эта дата ещё не наступила
refusal-field-unknown = У такого клиента этого поля нет
refusal-identifier-taken = Этот номер уже записан за другим клиентом
refusal-nothing-selected = Никто не выбран
refusal-too-many-selected = За один раз можно выбрать не больше { $max }
refusal-import-twice = Этот номер встречается в файле второй раз
refusal-import-kept = Это поле исправили вручную, поэтому его значение осталось; в выгрузке другое
refusal-import-unknown-ref = Ссылка на запись, которой нет
