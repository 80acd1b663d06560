# Что есть у клиента: деньги, счета, карты, кредиты, обороты

entity-account = Счёт
entity-card = Карта
entity-loan = Кредит
entity-standing-order = Постоянное поручение
entity-holdings = Продукты
entity-feed-batch = Пакет записей из источника

field-account-number = Номер счёта
field-account-kind = Вид счёта
field-account-currency = Валюта счёта
field-account-branch-id = Отделение счёта
field-account-opened-on = Счёт открыт
field-account-closed-on = Счёт закрыт
field-account-matures-on = Срок вклада
field-account-rate-bp = Ставка по счёту, б. п.
field-account-review-on = Пересмотр ставки по счёту
field-account-limit-minor = Лимит овердрафта
field-account-balance-minor = Остаток
field-account-balance-on = Остаток на дату
field-account-statement-frequency = Выписка
field-account-role = Роль по счёту
field-card-account-id = Счёт карты
field-card-client-id = Держатель карты
field-card-kind = Вид карты
field-card-pan-masked = Номер карты
field-card-issued-on = Карта выпущена
field-card-expires-on = Карта действует до
field-card-state = Состояние карты
field-loan-number = Номер договора
field-loan-account-id = Счёт погашения
field-loan-client-id = Заёмщик
field-loan-kind = Вид кредита
field-loan-currency = Валюта кредита
field-loan-amount-minor = Сумма кредита
field-loan-term-months = Срок кредита, мес.
field-loan-payment-minor = Ежемесячный платёж
field-loan-rate-bp = Ставка по кредиту, б. п.
field-loan-review-on = Пересмотр ставки по кредиту
field-loan-opened-on = Кредит выдан
field-loan-ends-on = Кредит до
field-loan-state = Состояние кредита
field-loan-owed-minor = Долг
field-loan-overdue-minor = Просрочено
field-loan-days-past-due = Дней просрочки
field-loan-next-payment-on = Следующий платёж
field-order-account-id = Счёт поручения
field-order-to-bank = Банк получателя
field-order-to-account = Счёт получателя
field-order-amount-minor = Сумма поручения
field-order-currency = Валюта поручения
field-order-purpose = Назначение поручения
field-order-state = Состояние поручения
field-holdings-accounts = Счетов
field-holdings-cards = Карт
field-holdings-loans = Кредитов
field-batch-source = Источник
field-batch-kind = Вид записей
field-batch-created = Новых
field-batch-changed = Изменённых
field-batch-sha256 = Контрольная сумма SHA-256

holdings-title = Продукты
holdings-money = Деньги клиента
holdings-deposits = Всего на счетах
holdings-credit = Доступный кредит
holdings-owed = Всего долг
holdings-no-accounts = Нет счёта
holdings-no-limits = Нет лимита
holdings-no-loans = Нет кредитов
holdings-n-accounts = { $n ->
    [one] { $n } счёт
    [few] { $n } счёта
   *[many] { $n } счетов
 }
holdings-n-loans = { $n ->
    [one] { $n } кредит
    [few] { $n } кредита
   *[many] { $n } кредитов
 }
holdings-n-unknown = { $n ->
    [one] по { $n } кредиту долг не известен
   *[other] по { $n } кредитам долг не известен
 }
holdings-overdue-sum = просрочено { $sum }
holdings-debt-unknown = Долг не известен
holdings-not-known = не известен
holdings-debt = Остаток долга

holdings-hidden = Остатки скрыты
holdings-hidden-words = Вы видите клиента, но не его счета: для этого нужно право «Видеть счета и остатки» по этому клиенту.
holdings-hidden-short = скрыт
holdings-hidden-amount = Остаток скрыт
holdings-empty = Продуктов пока нет
holdings-empty-words = Здесь появятся счета, вклады, карты и кредиты клиента, как только они придут из учётной системы банка.

holdings-tab-overview = Обзор
holdings-tab-assets = Активы
holdings-tab-liabilities = Обязательства
holdings-tab-closed = Закрытые
holdings-none-overview = Действующих продуктов нет
holdings-none-assets = Активов нет
holdings-none-liabilities = Обязательств нет
holdings-none-closed = Закрытых продуктов нет
holdings-column-name = Продукт
holdings-column-whose = Чей
holdings-column-terms = Условия
holdings-column-balance = Остаток
holdings-own = Свой
holdings-no-number = без номера

holdings-account-current = Текущий счёт
holdings-account-savings = Накопительный счёт
holdings-account-deposit = Вклад
holdings-account-card = Карточный счёт
holdings-account-loan = Ссудный счёт
holdings-card-debit = Дебетовая карта
holdings-card-credit = Кредитная карта
holdings-card-business = Бизнес-карта
holdings-card-junior = Юношеская карта
holdings-card-classic = Карта «Классик»
holdings-card-gold = Золотая карта
holdings-loan-consumer = Потребительский кредит
holdings-loan-car = Автокредит
holdings-loan-mortgage = Ипотека
holdings-loan-credit-card = Лимит кредитной карты
holdings-loan-sme = Кредит бизнесу
holdings-loan-overdraft = Кредитная линия
holdings-loan-other = Кредит
holdings-role-owner = Владелец
holdings-role-disponent = По доверенности
holdings-role-signatory = Право подписи
holdings-role-beneficiary = Выгодоприобретатель
holdings-role-guarantor = Поручитель

holdings-until = до { $day }
holdings-since = с { $day }
holdings-closed-on = закрыт { $day }
holdings-limit-of = лимит { $sum }
holdings-lent = { $sum } на { $term }
holdings-payment = платёж { $sum } в месяц
holdings-n-months = { $n } мес.
holdings-balance-on = остаток на { $day }

holdings-sign-matures-today = Вклад заканчивается сегодня
holdings-sign-matures-days = { $n ->
    [one] Срок через { $n } день
    [few] Срок через { $n } дня
   *[many] Срок через { $n } дней
 }
holdings-sign-matures-weeks = { $n ->
    [one] Срок через { $n } неделю
    [few] Срок через { $n } недели
   *[many] Срок через { $n } недель
 }
holdings-sign-matured = { $n ->
    [one] Срок истёк { $n } день назад
    [few] Срок истёк { $n } дня назад
   *[many] Срок истёк { $n } дней назад
 }
holdings-sign-review-today = Сегодня пересмотр ставки
holdings-sign-review = { $n ->
    [one] Пересмотр ставки через { $n } день
    [few] Пересмотр ставки через { $n } дня
   *[many] Пересмотр ставки через { $n } дней
 }
holdings-sign-review-late = { $n ->
    [one] Пересмотр ставки просрочен на { $n } день
    [few] Пересмотр ставки просрочен на { $n } дня
   *[many] Пересмотр ставки просрочен на { $n } дней
 }
holdings-sign-below-average = { $n } % от среднего за { $months } мес.
holdings-sign-limit = Использовано { $n } % лимита
holdings-sign-limit-reached = Лимит исчерпан
holdings-sign-overdrawn = Минус на счёте
holdings-sign-dormant = { $n ->
    [one] Без движения { $n } месяц
    [few] Без движения { $n } месяца
   *[many] Без движения { $n } месяцев
 }
holdings-sign-dormant-years = { $n ->
    [one] Без движения { $n } год
    [few] Без движения { $n } года
   *[many] Без движения { $n } лет
 }
holdings-sign-never-used = Ни одной операции
holdings-sign-card-expires = { $n ->
    [0] Карта действует последний день
    [one] Карта истекает через { $n } день
    [few] Карта истекает через { $n } дня
   *[many] Карта истекает через { $n } дней
 }
holdings-sign-card-expired = Срок карты истёк
holdings-sign-card-blocked = Заблокирована
holdings-sign-past-due = { $n ->
    [one] Просрочка { $n } день, { $risk }
    [few] Просрочка { $n } дня, { $risk }
   *[many] Просрочка { $n } дней, { $risk }
 }
holdings-sign-late = Есть просрочка
holdings-sign-defaulted = Закрыт с долгом
holdings-sign-payment-today = Платёж сегодня
holdings-sign-payment = { $n ->
    [one] Платёж через { $n } день
    [few] Платёж через { $n } дня
   *[many] Платёж через { $n } дней
 }
holdings-sign-order-failing = Поручение не исполняется
holdings-risk-low = риск взыскания низкий
holdings-risk-medium = риск взыскания средний
holdings-risk-high = риск взыскания высокий

holdings-turnover = Приход и расход
holdings-turnover-months = По своим счетам за { $n } мес.
holdings-turnover-until = По своим счетам за { $n } мес. до { $month }

holdings-balance = Остаток
holdings-none = Нет
holdings-terms = Условия счёта
holdings-parties = Кто распоряжается
holdings-orders = Постоянные поручения
holdings-order = Перевод
holdings-number = Номер
holdings-kind = Вид
holdings-currency = Валюта
holdings-branch = Отделение
holdings-opened = Открыт
holdings-closed = Закрыт
holdings-matures = Срок до
holdings-rate = Ставка
holdings-review = Пересмотр ставки
holdings-statements = Выписка
holdings-statement-monthly = раз в месяц
holdings-statement-weekly = раз в неделю
holdings-statement-after-transaction = после каждой операции
holdings-movements = Движения по счёту
holdings-no-movements = Движений нет
holdings-no-movements-words = Операции появятся здесь, когда их передаст учётная система банка.
holdings-column-day = Дата
holdings-column-what = Операция
holdings-column-partner = Вторая сторона
holdings-column-amount = Сумма
holdings-column-after = Остаток после

holdings-purpose-cash-in = Внесение наличных
holdings-purpose-cash-out = Выдача наличных
holdings-purpose-card-cash-out = Наличные по карте
holdings-purpose-transfer-in = Перевод получен
holdings-purpose-transfer-out = Перевод отправлен
holdings-purpose-own-transfer = Между своими счетами
holdings-purpose-interest = Проценты
holdings-purpose-penalty-interest = Проценты за овердрафт
holdings-purpose-statement-fee = Плата за выписку
holdings-purpose-pension = Пенсия
holdings-purpose-household = Коммунальные платежи
holdings-purpose-insurance = Страхование
holdings-purpose-loan = Погашение кредита
holdings-purpose-leasing = Лизинг
holdings-purpose-salary = Зарплата
holdings-purpose-advance = Аванс
holdings-purpose-grant = Стипендия
holdings-purpose-bonus = Премия, дивиденды
holdings-purpose-rent = Аренда
holdings-purpose-utility = Коммунальные услуги
holdings-purpose-groceries = Продукты
holdings-purpose-shopping = Покупки
holdings-purpose-telecom = Связь
holdings-purpose-loan-issued = Выдача кредита
holdings-purpose-loan-use = Оплата за счёт кредита
holdings-purpose-loan-payment = Платёж по кредиту
holdings-purpose-standing-order = Постоянное поручение
holdings-purpose-receipts = Выручка
holdings-purpose-supplier = Поставщику
holdings-purpose-payroll = Выплата зарплаты
holdings-purpose-tax = Налоги и взносы
holdings-purpose-fee = Комиссия банка
