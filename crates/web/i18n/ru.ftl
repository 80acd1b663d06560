# Тексты компонентов интерфейса. Ключи начинаются с ui-.

ui-product = Tessera
ui-language-name = Русский
ui-skip = К содержанию
ui-menu = Меню
ui-more = Ещё
ui-nav = Разделы
ui-nav-main = Главные разделы
ui-nav-elsewhere = Только в центре: { $list }. Этот узел обслуживает одно отделение и не меняет того, что общее для банка.
ui-nav-fold = Свернуть или развернуть разделы
ui-rail = Рядом с главным
ui-breadcrumbs = Путь к странице
ui-demo = Демонстрационный банк
ui-demo-words = Все клиенты и суммы вымышлены.

# Верхняя полоса
ui-search = Поиск
ui-create = Создать
ui-online = На связи с центром
ui-offline-since = Нет связи с { $since }
ui-offline-words = Карточки, записи и поиск работают как обычно. Сделанное сохранено на узле и уйдёт в центр, когда связь вернётся.
ui-syncing = { $n ->
    [one] Отправляется { $n } запись
    [few] Отправляются { $n } записи
   *[many] Отправляются { $n } записей
 }
ui-syncing-copy = Получаем копию из центра
ui-line-refused = Центр не принимает этот узел
ui-line-failed = Ответ центра не удалось принять
ui-line-carried = { $n ->
    [0] Обмен файлами
    [one] Обмен файлами: ещё не передана { $n } запись
    [few] Обмен файлами: ещё не переданы { $n } записи
   *[many] Обмен файлами: ещё не передано { $n } записей
 }
ui-line-lost = Нет связи с узлом, пробуем снова
ui-notices = { $n ->
    [0] Новых уведомлений нет
    [one] { $n } новое уведомление
    [few] { $n } новых уведомления
   *[many] { $n } новых уведомлений
 }
ui-person-menu = Вы и настройки
ui-theme = Тема
ui-theme-auto = Как в системе
ui-theme-light = Светлая
ui-theme-dark = Тёмная
ui-density = Строки
ui-density-compact = Плотные
ui-density-roomy = Свободные
ui-sessions = Мои сеансы
ui-security = Вход и безопасность
ui-sign-out = Выйти
ui-sign-in = Войти
ui-signed-out = Сеанс закончился. Войдите в соседней вкладке и сохраните ещё раз: ввод остался здесь.

# Общие слова
ui-close = Закрыть
ui-cancel = Отменить
ui-apply = Применить
ui-reset = Сбросить
ui-actions = Действия
ui-none = Нет
ui-new = Новое
ui-total = Итого
ui-next = Дальше
ui-previous = Назад
ui-pages = Страницы списка
ui-earlier = Показать раньше
ui-copy = Скопировать: { $what }
ui-copied = Скопировано
ui-edit-what = Изменить: { $what }
ui-not-given = Не указано

# Таблица
ui-choose-all = Отметить все строки на странице
ui-choose-row = Отметить строку
ui-choose-rows = Отметьте строки
ui-choose-none = Снять отметки
ui-chosen = Отмечено: %n
ui-chosen-actions = Действия с отмеченными строками
ui-columns = Столбцы
ui-columns-hint = Отметьте столбцы, которые нужны в этом списке.

# Отбор и виды
ui-filter = Отбор
ui-filter-add = Добавить условие
ui-filter-remove = Убрать условие
ui-filter-field = Поле
ui-filter-operator = Условие
ui-filter-value = Значение
ui-filter-all = Все условия сразу
ui-filter-none = Без отбора
ui-views = Виды списка
ui-view-save = Сохранить вид
ui-view-shared = Общий вид

# Поля
ui-required = Обязательное поле
ui-pick-date = Выбрать в календаре
ui-date-example = дд.мм.гггг
ui-form-errors = Проверьте поля: сохранить пока нельзя
ui-unsaved = Есть несохранённые изменения
ui-send-again = Отправить ещё раз
ui-draft-restored = Восстановлен несохранённый ввод
ui-draft-discard = Убрать черновик

# Откуда значение
ui-source = Источник
ui-source-of = Откуда значение «{ $what }»
ui-source-author = Кто внёс
ui-source-when = Когда
ui-source-stale = Значение давно не подтверждали. Уточните при разговоре.

# Состояния
ui-empty = Здесь пока пусто
ui-empty-words = По этим условиям ничего не нашлось.
ui-loading = Загружается
ui-failure = Не получилось
ui-operation = Номер операции для поддержки:
ui-retry = Повторить
ui-not-found = Такой страницы нет
ui-not-found-words = Возможно, адрес неверен, запись удалена или у вас нет к ней доступа.
ui-to-start = На главную
ui-no-right = Нет доступа
ui-no-right-ask = Доступ даёт { $who }.
ui-request-failed = Запрос не выполнен. Проверьте связь и повторите.
ui-dialog-failed = Окно не открылось. Проверьте связь и повторите.

# Лента
ui-next-step = Дальше:

# Палитра и клавиши
ui-palette-hint = Клиент, телефон, документ, счёт, действие…
ui-palette-results = Найденное
ui-palette-none = Ничего не нашлось. Попробуйте часть имени, телефон или номер документа.
ui-palette-recent = Недавнее
ui-palette-go = Перейти
ui-palette-walk = выбрать
ui-palette-open = открыть
ui-keys = Клавиши
ui-keys-all = Везде
ui-keys-lists = Списки и карточки
ui-keys-forms = Формы и окна
ui-key-search = Поиск
ui-key-palette = Поиск и действия
ui-key-edit = Изменить открытую запись
ui-key-help = Этот список
ui-key-save = Сохранить
ui-key-cancel = Закрыть без сохранения
ui-key-rows = Строка выше, строка ниже
ui-key-open = Открыть строку
ui-key-choose = Отметить строку
ui-key-before = Предыдущая запись списка
ui-key-after = Следующая запись списка
ui-key-tab = Следующая вкладка
ui-key-create = Создать

# Доска
ui-board-days = { $n ->
    [one] { $n } день на этапе
    [few] { $n } дня на этапе
   *[many] { $n } дней на этапе
 }
ui-board-stale = Застоялось
ui-board-empty = Пусто
ui-board-move = Перенести на этап
ui-board-weighted = с учётом вероятности

# Диаграммы
ui-chart-table = Показать числами
ui-chart-income = Приход
ui-chart-outgo = Расход
ui-chart-month = Месяц
ui-graph-list = Показать списком
ui-graph-crowded = Не все подписи поместились: наведите на линию или откройте список.
ui-graph-from = От кого
ui-graph-link = Связь
ui-graph-to = С кем

# Ход работы
ui-progress = Готово { $done } из { $total }
ui-progress-unknown = Выполняется
ui-step-done = пройден
ui-step-current = сейчас
ui-step-next = впереди

# Одновременная правка
ui-conflict-title = Запись изменил кто-то ещё
ui-conflict-words = { $who }, { $when }. Ваш ввод сохранён. Выберите для каждого поля, что оставить.
ui-conflict-mine = Моё
ui-conflict-theirs = Их
ui-conflict-original = Было
ui-conflict-field = Поле
ui-conflict-save = Сохранить выбранное

# Время
ui-day-today = Сегодня
ui-day-yesterday = Вчера
ui-day-tomorrow = Завтра
ui-rel-now = только что
ui-rel-today = сегодня
ui-rel-yesterday = вчера
ui-rel-tomorrow = завтра
ui-rel-minutes-ago = { $n } мин назад
ui-rel-minutes-in = через { $n } мин
ui-rel-hours-ago = { $n } ч назад
ui-rel-hours-in = через { $n } ч
ui-rel-days-ago = { $n ->
    [one] { $n } день назад
    [few] { $n } дня назад
   *[many] { $n } дней назад
 }
ui-rel-days-in = { $n ->
    [one] через { $n } день
    [few] через { $n } дня
   *[many] через { $n } дней
 }
ui-weekday-1 = понедельник
ui-weekday-2 = вторник
ui-weekday-3 = среда
ui-weekday-4 = четверг
ui-weekday-5 = пятница
ui-weekday-6 = суббота
ui-weekday-7 = воскресенье
ui-month-of-1 = января
ui-month-of-2 = февраля
ui-month-of-3 = марта
ui-month-of-4 = апреля
ui-month-of-5 = мая
ui-month-of-6 = июня
ui-month-of-7 = июля
ui-month-of-8 = августа
ui-month-of-9 = сентября
ui-month-of-10 = октября
ui-month-of-11 = ноября
ui-month-of-12 = декабря
ui-month-short-1 = янв
ui-month-short-2 = фев
ui-month-short-3 = мар
ui-month-short-4 = апр
ui-month-short-5 = май
ui-month-short-6 = июн
ui-month-short-7 = июл
ui-month-short-8 = авг
ui-month-short-9 = сен
ui-month-short-10 = окт
ui-month-short-11 = ноя
ui-month-short-12 = дек
ui-scale-3 = тыс.
ui-scale-6 = млн
ui-scale-9 = млрд

# Страница компонентов (только в демонстрации): вымышленные данные
ui-g-title = Компоненты
ui-g-nav-day = Мой день
ui-g-nav-inbox = Входящие
ui-g-nav-clients = Клиенты
ui-g-nav-people = Люди
ui-g-nav-companies = Компании
ui-g-nav-groups = Группы и связи
ui-g-nav-imports = Загрузки
ui-g-nav-work = Работа
ui-g-nav-tasks = Задачи
ui-g-nav-calendar = Календарь
ui-g-nav-reports = Отчёты
ui-g-nav-admin = Управление
ui-g-nav-users = Сотрудники
ui-g-nav-settings = Настройки
ui-g-new-person = Новый клиент
ui-g-new-company = Новая компания
ui-g-new-task = Задача
ui-g-new-call = Звонок
ui-g-me = Ольга Смирнова
ui-g-my-role = Менеджер по работе с клиентами
ui-g-branch = Отделение «Арбат»
ui-g-role-manager = Менеджер
ui-g-role-head = Руководитель отделения
ui-g-name-1 = Иванова Анна Петровна
ui-g-name-2 = Каримов Тимур Маратович
ui-g-name-3 = ООО «Северный порт»
ui-g-name-4 = Ковальчук Дмитрий Олегович
ui-g-name-5 = Ли Екатерина Сергеевна
ui-g-client = Клиент №
ui-g-vip = VIP
ui-g-verified = Личность подтверждена
ui-g-prefers-phone = Удобнее по телефону
ui-g-manager = Ольга Смирнова
ui-g-birthday = День рождения
ui-g-edit = Изменить
ui-g-print = Печать карточки
ui-g-merge = Объединить с другой записью
ui-g-log-call = Записать звонок
ui-g-parts = Части карточки
ui-g-tab-overview = Обзор
ui-g-tab-money = Продукты
ui-g-tab-history = История
ui-g-tab-files = Документы
ui-g-deposits = На счетах
ui-g-credit = Доступный кредит
ui-g-owed = Задолженность
ui-g-no-account = Нет счёта
ui-g-no-card = Нет кредитной карты
ui-g-no-loan = Нет кредитов
ui-g-accounts-3 = 3 счёта
ui-g-loan-closed = Кредит закрыт в марте
ui-g-facts = Данные клиента
ui-g-phone = Телефон
ui-g-address = Адрес
ui-g-address-1 = Москва, ул. Новый Арбат, 15, кв. 42
ui-g-document = Паспорт
ui-g-income = Доход в месяц
ui-g-email = Эл. почта
ui-g-source-call = Звонок клиента
ui-g-source-core = Банковская система
ui-g-marks = Метки
ui-g-b-neutral = Черновик
ui-g-b-good = Действует
ui-g-b-attention = Истекает
ui-g-b-danger = Просрочен
ui-g-b-info = На проверке
ui-g-tag-1 = зарплатный проект
ui-g-tag-2 = ипотека
ui-g-s-clients = Клиенты
ui-g-s-up = +3,1 % за месяц
ui-g-s-overdue = Просроченные задачи
ui-g-s-today = 2 на сегодня
ui-g-s-sla = Ответ в срок
ui-g-s-down = −1,2 % за неделю
ui-g-s-plan = План квартала
ui-g-table = Таблица
ui-g-c-name = Имя
ui-g-c-segment = Сегмент
ui-g-c-status = Статус
ui-g-c-deposits = На счетах
ui-g-c-loans = Кредиты
ui-g-c-contact = Последний контакт
ui-g-c-step = Следующий шаг
ui-g-seg-1 = Премиальный
ui-g-seg-2 = Массовый
ui-g-seg-2-hint = Обслуживается любым менеджером отделения
ui-g-imported = Из загрузки
ui-g-bulk-assign = Назначить менеджера
ui-g-bulk-export = Выгрузить
ui-g-page-words = 1–6, по имени
ui-g-no-step = Нет следующего шага
ui-g-step-1 = Позвонить с условиями вклада и согласовать встречу
ui-g-loading = Загрузка
ui-g-empty = Пустой список
ui-g-empty-title = Клиентов пока нет
ui-g-empty-words = Здесь будут клиенты, которых вы ведёте. Заведите первого или загрузите файл.
ui-g-form = Форма
ui-g-buttons = Кнопки
ui-g-error-general = Клиент с таким документом уже есть: Иванова Анна Петровна.
ui-g-error-phone = В номере не хватает цифр. Пример: +7 916 123-45-67.
ui-g-f-due = Срок
ui-g-f-due-hint = Можно словами: завтра, +3
ui-g-f-sum = Сумма
ui-g-f-sum-typed = 1,5 млн
ui-g-f-city = Город
ui-g-f-result = Итог
ui-g-f-note = Что обсудили
ui-g-f-note-hint = Увидят все, кому доступна карточка.
ui-g-f-file = Файл
ui-g-f-check = Особо важный клиент
ui-g-f-check-hint = Задачи по нему нельзя закрыть без итога.
ui-g-save = Сохранить
ui-g-delete = Удалить
ui-g-approve = Утвердить
ui-g-approve-why = Утверждает другой сотрудник
ui-g-timeline = История
ui-g-toasts = Уведомления
ui-g-toast-good = Задача закрыта
ui-g-undo = Вернуть
ui-g-failure = Ошибка
ui-g-failure-words = Выписка не построена: хранилище не ответило. Ваши данные целы.
ui-g-offline = Без связи
ui-g-forbidden = Нет доступа
ui-g-forbidden-words = Остатки этого клиента видит только его менеджер.
ui-g-missing = Нет страницы
ui-g-h-call = Исходящий звонок: вклад «Надёжный»
ui-g-h-reached = Состоялся
ui-g-h-call-body = Рассказала о ставке на год и досрочном снятии. Просит прислать условия и готова приехать в четверг после 18:00.
ui-g-h-card = Карта •• 4417 истекает через 3 недели
ui-g-h-mail = Письмо: справка для визы
ui-g-h-mail-body = Нужна справка об остатке на английском до пятницы.
ui-g-h-visit = Визит в отделение
ui-g-r-next = Следующий шаг
ui-g-r-tasks = Задачи
ui-g-r-none = Открытых задач нет
ui-g-r-none-words = Поставьте задачу из карточки или из записи звонка.
ui-g-name-6 = АО «Балтика-Транс»
ui-g-turnover = Движение по счетам
ui-g-turnover-title = Приход и расход по месяцам
ui-g-shares = Структура остатков
ui-g-links = Связи
ui-g-funnel = Воронка
ui-g-bars = Сравнение и ход работы
ui-g-path = Путь заявки
ui-g-board = Доска
ui-g-conflict = Одновременная правка
ui-g-p-deposit = Вклады
ui-g-p-card = Карты
ui-g-p-savings = Накопительный счёт
ui-g-p-invest = Инвестиции
ui-g-k-centre = Клиент № 1 207
ui-g-k-person = Физическое лицо
ui-g-k-company = Компания
ui-g-k-late = Просрочка 12 дней
ui-g-e-owner = владелец 51 %
ui-g-e-spouse = супруг
ui-g-e-guarantor = поручитель
ui-g-e-director = директор
ui-g-e-parent = участник группы
ui-g-d-new = Новые
ui-g-d-talk = Переговоры
ui-g-d-offer = Предложение
ui-g-d-sign = Подписание
ui-g-d-won = Выдано
ui-g-spark = Обращения за 8 недель: рост с 12 до 27
ui-g-import = Загрузка клиентов
ui-g-deal = Кредит на пополнение оборота
ui-g-n-today = Звонок сегодня
ui-g-n-late = Встреча просрочена на 4 дня
ui-g-n-planned = Письмо 27.11.2026
ui-g-v-mine = Мои клиенты
ui-g-v-vip = VIP отделения
ui-g-v-none = Без следующего шага
ui-g-o-is = это
ui-g-o-not = кроме
ui-g-o-more = больше
ui-g-o-less = меньше
ui-g-o-before = раньше
ui-g-o-has = содержит
ui-g-o-empty = не указана
ui-g-find = Имя, телефон, документ

# Запрос: вход, ошибки, рамка страницы.
web-head-office = Головной офис
web-administrator = администратор банка
web-right-needed = Нужно право «{ $right }».
web-failure = Мы уже знаем об этой ошибке. Введённое вами не пропало: вернитесь назад и повторите.
web-full = Просматривать данные можно, но изменения сейчас не сохраняются: на сервере базы данных закончилось место. Введённое не сохранено, но и не пропало: отправьте его ещё раз, когда администраторы освободят место.
web-slow = База данных сейчас перегружена. Введённое не сохранено, но и не пропало: отправьте его ещё раз через минуту.
web-away = База данных сейчас не отвечает. Последнее действие могло не сохраниться: вернитесь назад и отправьте его ещё раз через минуту — дважды оно не выполнится.
web-moved = Клиента объединили с другим
web-moved-words = Пока вы писали, эту карточку объединили с другой. Введённое не сохранено, но и не пропало: проверьте карточку, с которой её объединили, и сохраните в неё.
web-moved-nothing = Эту карточку объединили с другой, и ничего не изменено. Откройте карточку, с которой её объединили, и сделайте это в ней.
web-moved-card = Открыть карточку
web-moved-send = Сохранить в объединённую карточку
web-sign-in = Вход
web-sign-in-button = Войти
web-login = Логин
web-password = Пароль
web-demo-title = Демо-банк: войти одним нажатием
web-demo-words = Все люди и компании здесь вымышлены. Выберите роль.
web-demo-switch = Сменить роль
web-sessions = Мои сеансы
web-session-browser = Браузер
web-session-address = Адрес
web-sessions-end-others = Выйти на остальных устройствах
flash-sessions-ended = На остальных устройствах вы вышли
web-session-since = Вход
web-session-seen = Активность
web-session-this = этот сеанс
web-session-end = Завершить
web-notices = Уведомления
web-notices-none = Уведомлений нет
web-notices-none-words = Здесь появятся просроченные задачи VIP-клиентов и другие важные события.
flash-session-ended = Сеанс завершён
refusal-required = Заполните это поле
refusal-too-long = Слишком длинно: не больше { $max } знаков
refusal-not-a-date = Это не дата: напишите, например, 23.11.2026 или «завтра»
refusal-not-an-amount = Это не сумма: напишите, например, 150 000 или «1,5 млн»
refusal-not-a-choice = Выберите значение из списка
refusal-file-too-large = Файл больше { $max } МБ
refusal-bad-request = Запрос повреждён или неполон
refusal-sign-in-wrong = Логин или пароль не подходят
refusal-sign-in-locked = Слишком много неверных попыток. Вход закрыт ещё на { $minutes } мин.
refusal-command-id-reused = Эта форма уже была отправлена с другими данными. Откройте её заново.
refusal-payload-shape = Данные не той формы: { $reason }
refusal-command-unknown = Команда { $name } неизвестна
refusal-form-without-id = Форма устарела. Откройте её заново.
refusal-role-unknown = Такой роли нет
web-gallery = Компоненты

# Ждёт второго лица
approval-waiting-here = Ждёт второго лица
approval-waits = ждёт: { $who }, с { $when }
approval-nobody = нет никого, кто может решить
approval-and-others = и других
approval-approve = Согласиться
approval-open = Открыть
approval-not-yours = ещё не выполнено
approval-state-waiting = Ждёт
flash-approval-sent = Пока не выполнено: нужно согласие второго лица
web-second-step = Второй шаг
web-code = Код
web-code-hint = Шесть цифр из приложения на вашем устройстве или один из кодов восстановления
web-second-step-lost = Нет ни того, ни другого? Администратор может сбросить второй фактор.
web-second-step-back = Войти под другим именем
web-security = Вход и безопасность
web-security-lead = Второй фактор не пустит посторонних, даже если они узнают ваш пароль.
web-security-stale = Менять что-либо здесь можно в течение { $minutes } минут после входа.
web-security-again = Войти заново
web-totp = Коды из приложения
web-totp-none = Второго фактора пока нет
web-totp-none-words = Приложение на телефоне показывает новый код каждые тридцать секунд. Он запрашивается после пароля.
web-totp-set-up = Подключить второй фактор
web-totp-required = Ваша роль требует второго фактора. До его подключения ничего другого не откроется.
web-totp-scan = 1. Отсканируйте картинку приложением для кодов на телефоне.
web-totp-picture = Картинка для приложения; тот же ключ записан ниже текстом
web-totp-type = Или введите в приложение этот ключ:
web-totp-code = 2. Код, который показывает приложение
web-totp-code-hint = Шесть цифр
web-totp-confirm = Подтвердить
web-totp-state = Состояние
web-totp-on = включён
web-totp-since = Подключён
web-totp-remove = Отключить
web-codes = Коды восстановления
web-codes-left = Осталось кодов восстановления
web-codes-renew = Новые коды восстановления
web-codes-words = Каждый из этих кодов один раз откроет второй шаг, если устройства нет под рукой. Распечатайте или запишите их сейчас: они показаны один раз.
web-codes-copy = Скопировать все
web-codes-kept = Сохранено
flash-totp-removed = Второй фактор отключён
refusal-code-wrong = Этот код не подходит или уже использован. Возьмите следующий.
refusal-factor-required = Ваша роль требует второго фактора: его можно заменить, но не отключить.
refusal-sign-in-stale = С вашего входа прошло слишком много времени. Войдите заново.
web-oidc-button = Войти через { $name }
web-oidc-not = Вход не выполнен
web-oidc-back = К странице входа
web-oidc-failed = Служба входа отвечает не так, как должна. Повторите через минуту или войдите по паролю.
web-oidc-operation = Для того, кто будет разбираться:
web-oidc-lost = Этот ответ не относится ко входу из этого браузера или пришёл слишком поздно. Начните заново.
web-oidc-denied = Служба входа вас не впустила.
web-oidc-other = Сотрудник с этим именем входа уже связан с другой учётной записью службы входа. Если её пересоздали, администратор может снять связь на странице сотрудника.
web-oidc-stranger = Служба входа вас знает, но среди работающих сотрудников банка вас здесь нет. Обратитесь к администратору.

# что отвечает API, когда что-то не получилось
problem-bad-request = Запрос составлен неверно
problem-bad-request-detail = Запрос не удалось прочитать.
problem-unauthorized = Нет действующего токена
problem-unauthorized-detail = Передайте действующий токен API: Authorization: Bearer …
problem-forbidden = Недостаточно прав
problem-forbidden-detail = У роли этого токена нет права «{ $right }».
problem-not-found = Не найдено
problem-not-found-detail = Такой записи нет, или этому токену о ней знать не положено.
problem-method-not-allowed = Этот адрес не принимает такой метод
problem-method-not-allowed-detail = Какие методы он принимает, сказано в заголовке Allow.
problem-conflict = Тем временем изменил кто-то другой
problem-conflict-detail = Ничего не записано. Спорные поля перечислены со всеми тремя значениями.
problem-precondition-failed = Уже не то, что вы видели
problem-precondition-failed-detail = Запись изменили после того, как вы её прочитали. Прочитайте её заново и повторите с новым ETag.
problem-too-large = Слишком большой запрос
problem-too-large-detail = Тело запроса больше, чем принимает эта операция.
problem-unsupported-media-type = Неподходящий тип содержимого
problem-unsupported-media-type-detail = Такой Content-Type эта операция не принимает.
problem-refused = Отказано
problem-refused-detail = Запрос понят, но выполнить его нельзя.
problem-precondition-required = Нет заголовка If-Match
problem-precondition-required-detail = Передайте в If-Match тот ETag, с которым запись была прочитана, или * для любого состояния.
problem-too-many-requests = Слишком частые запросы
problem-too-many-requests-detail = Подождите столько, сколько сказано в Retry-After.
problem-away = База данных не отвечает
problem-away-detail = Повторите тот же запрос через несколько секунд с тем же Idempotency-Key: он выполнится один раз.
problem-full = База данных не принимает изменений: закончилось место на диске
problem-full-detail = Чтение работает. Ничего не изменено; повторите тот же запрос позже с тем же Idempotency-Key.
problem-slow = База данных перегружена
problem-slow-detail = Ничего не изменено. Повторите тот же запрос через несколько секунд с тем же Idempotency-Key.
problem-failure = На нашей стороне произошёл сбой
problem-failure-detail = Сбой записан. Сообщите номер операции тем, кто обслуживает систему.
refusal-api-wrong-type = Значение другого типа.
refusal-api-wrong-form = Значение не того вида, что описан в документе.
refusal-api-text-not-allowed = В тексте не может быть нулевых символов.
refusal-api-field-unknown = Такого поля здесь нет.
refusal-api-too-many = Не больше { $max } элементов.
refusal-api-out-of-range = Число вне допустимых границ.
refusal-api-parameter-unknown = Такого параметра нет.
refusal-api-parameter-twice = Параметр указан дважды.
refusal-api-parameter-unclear = Параметры не удалось прочитать.
refusal-api-json-malformed = Тело запроса — не JSON (место { $place }).
refusal-api-key-unclear = Ключ — от 1 до 128 видимых символов ASCII.
refusal-api-operation-unknown = Такой операции нет, или в пакетный запрос она не входит.
refusal-cursor-unknown = Такого курсора этот список не выдавал.
refusal-api-filter-unclear = Условие пишется так: ПОЛЕ:ОПЕРАТОР:ЗНАЧЕНИЕ.
refusal-api-tag-unclear = Это не метка ETag.
secrecy-hidden = Скрыто: { $what }
secrecy-hidden-words = Банковская тайна: этот раздел карточки вам не открыт.
secrecy-hidden-cell = Скрыто
secrecy-why = Почему
secrecy-group-identity = Личные данные
secrecy-group-contacts = Контакты
secrecy-group-documents = Документы
secrecy-group-holdings = Счета и остатки
secrecy-group-history = История
secrecy-group-service = Обслуживание
secrecy-group-links = Связи
secrecy-level-open = Открытая
secrecy-level-restricted = Ограниченная
secrecy-level-secret = Секретная
secrecy-relation-own = ваш клиент
secrecy-relation-team = клиент вашей команды
secrecy-relation-branch = клиент вашего отделения
secrecy-relation-region = клиент вашего региона
secrecy-relation-elsewhere = чужой клиент
permission-secrecy-identity = Видеть личные данные этого клиента
permission-secrecy-contacts = Видеть контакты этого клиента
permission-secrecy-documents = Видеть документы этого клиента
permission-secrecy-holdings = Видеть счета и остатки этого клиента
permission-secrecy-history = Видеть историю этого клиента
permission-secrecy-service = Видеть, как обслуживать этого клиента
permission-secrecy-links = Видеть связи этого клиента
web-passkeys = Ключи доступа
web-passkey-none = Ключей доступа пока нет
web-passkey-none-words = С ключом доступа входят без пароля: телефон, ноутбук или токен проверяет отпечаток, лицо или свой код. Подделать страницу входа для него нельзя.
web-passkey-add = Добавить ключ доступа
web-passkey-words = Устройство создаст ключ только для этой программы и попросит отпечаток, лицо или свой код. Банк получит лишь открытую половину ключа.
web-passkey-unsupported = Этот браузер не умеет работать с ключами доступа, или в нём отключены сценарии. Остаются коды из приложения.
web-passkey-name = Название ключа
web-passkey-name-hint = Чтобы узнать его потом: «Рабочий ноутбук», «Токен в сейфе»
web-passkey-make = Создать ключ
web-passkey-added = Добавлен
web-passkey-used = Вход:
web-passkey-unused = Ещё не использован
web-passkey-rename = Переименовать
web-passkey-remove = Удалить
web-passkey-instead = Добавить ключ доступа вместо кодов
web-totp-instead = Коды из приложения вместо ключа
web-passkey-enter = Войти с ключом доступа
web-passkey-use = Подтвердить ключом доступа
web-passkey-cancelled = Устройство не подтвердило вход: действие отменено или истекло время. Повторите или войдите иначе.
web-passkey-elsewhere = Ключи доступа работают только по адресу { $address }. Откройте программу по нему.
web-passkey-failed = Не получилось: браузер или устройство не справились с ключом. Обновите страницу и повторите или войдите иначе.
flash-passkey-added = Ключ доступа добавлен
flash-passkey-renamed = Ключ доступа переименован
flash-passkey-removed = Ключ доступа удалён. Удалите его и на самом устройстве.
refusal-passkey-none-here = Ключи доступа здесь не настроены: администратор должен указать адрес программы с TLS (public_url).
refusal-passkey-unknown = Этого ключа здесь не знают: его удалили или он от другой учётной записи. Войдите иначе.
refusal-passkey-known = Этот ключ уже добавлен
refusal-passkey-many = Ключей доступа может быть не больше { $max }. Сначала удалите лишний.
refusal-passkey-late = Запрос к ключу устарел. Повторите.
refusal-passkey-spent = Этот ответ ключа уже использован. Повторите вход.
refusal-passkey-owner = Это ключ другого сотрудника
refusal-passkey-counter = Счётчик ключа пошёл назад: возможно, где-то есть его копия. Войдите иначе, удалите этот ключ и сообщите в службу безопасности.
refusal-passkey-malformed = Ответ ключа не читается. Повторите.
refusal-passkey-kind = Ключ ответил на другой запрос. Повторите.
refusal-passkey-challenge = Ключ ответил на чужой или старый запрос. Повторите.
refusal-passkey-origin = Ключ ответил странице с другого адреса. Проверьте адрес в строке браузера.
refusal-passkey-party = Ключ создан для другой программы
refusal-passkey-absent = Устройство не заметило человека. Повторите и коснитесь ключа.
refusal-passkey-unverified = Устройство не проверило, кто вы: нужен отпечаток, лицо или код устройства.
refusal-passkey-algorithm = Ключи такого вида не принимаются
refusal-passkey-signature = Подпись ключа не подходит
ui-line-copy = Копия данных центра: { $when }
ui-line-no-copy = Копии данных центра ещё нет
ui-line-waiting = { $n ->
    [one] ждёт отправки { $n } запись
    [few] ждут отправки { $n } записи
   *[many] ждут отправки { $n } записей
 }
web-supervisor = Руководитель
web-supervisor-words = Это сверх лимита. Руководитель отделения подписывает здесь логином и ПИН.
web-supervisor-login = Логин
web-supervisor-pin = ПИН
web-approved = Центр одобрил заранее: до { $sum }, до { $until }. Это покрывает сумму сверх лимита, один раз.
