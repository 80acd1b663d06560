# Контакты, документы и номера, адреса, важные даты, согласия и файлы клиента.
entity-address = Адрес
entity-date = Важная дата
entity-consent = Согласие
entity-file = Файл
field-messenger = Мессенджер
field-social = Соцсеть
field-site = Сайт
field-value = Значение
field-label = Пометка
field-is-main = Основной
field-issued-on = Дата выдачи
field-issued-by = Кем выдан
field-issuer-code = Код подразделения
field-valid-until = Действует до
field-country = Страна
field-region = Регион
field-city = Город, населённый пункт
field-street = Улица, дом, квартира
field-postal-code = Индекс
field-registration = Адрес регистрации
field-residence = Адрес проживания
field-legal = Юридический адрес
field-actual = Фактический адрес
field-postal = Почтовый адрес
field-title = Название
field-on-date = Дата
field-yearly = Каждый год
field-confirmed = Подтверждено
field-personal-data = Обработка персональных данных
field-advertising = Реклама
field-credit-history = Запрос кредитной истории
field-partners = Передача партнёрам
field-channel = Канал
field-text-version = Редакция текста
field-evidence = Подтверждение
field-name = Имя
field-size = Размер
field-sha256 = SHA-256
field-passport-rf = { id-kind-passport_rf }
field-passport-rf-international = { id-kind-passport_rf_international }
field-birth-certificate-rf = { id-kind-birth_certificate_rf }
field-driving-licence-rf = { id-kind-driving_licence_rf }
field-passport-foreign = { id-kind-passport_foreign }
field-passport-kz = { id-kind-passport_kz }
field-id-card-kz = { id-kind-id_card_kz }
field-inn = { id-kind-inn }
field-snils = { id-kind-snils }
field-ogrn = { id-kind-ogrn }
field-ogrnip = { id-kind-ogrnip }
field-kpp = { id-kind-kpp }
field-okved2 = { id-kind-okved2 }
field-bik = { id-kind-bik }
field-bic = { id-kind-bic }
field-lei = { id-kind-lei }
field-iban = { id-kind-iban }
field-iin = { id-kind-iin }
field-bin = { id-kind-bin }
source-document = Документ
source-call = Звонок
source-visit = Визит
source-registry = Открытый реестр

contacts-title = Контакты
contacts-none = Телефона, почты и адреса пока нет: связаться с клиентом нельзя.
contacts-add = Добавить контакт
contacts-kind-phone = Телефон
contacts-kind-email = Эл. почта
contacts-kind-messenger = Мессенджер
contacts-kind-social = Соцсеть
contacts-kind-site = Сайт
contacts-label = Пометка
contacts-label-mobile = Мобильный
contacts-label-work = Рабочий
contacts-label-home = Домашний
contacts-label-accounting = Бухгалтерия
contacts-label-reception = Приёмная
contacts-hint-phone = Как удобно: +7, 8 или без кода; добавочный — «доб. 12»
contacts-hint-email = Например, ivanov@mail.ru
contacts-hint-messenger = Имя, например @ivanov, или номер телефона
contacts-hint-social = Ссылка на страницу
contacts-hint-site = Например, company.ru
contacts-main = основной
contacts-is-main = Пробовать первым
contacts-shared = ещё у: { $name }
contacts-shared-words = Этот же контакт записан у другого клиента
contacts-new = Новый контакт: { $what }
contacts-edit = Изменить: { $what }
contacts-save = Сохранить
contacts-archive = Убрать в архив
contacts-source = Откуда данные
contacts-somebody = другой сотрудник
contacts-address = Адрес
contacts-address-new = Новый адрес
contacts-address-edit = Изменить адрес
contacts-address-kind = Какой адрес
contacts-address-registration = Регистрация
contacts-address-residence = Проживание
contacts-address-legal = Юридический
contacts-address-actual = Фактический
contacts-address-postal = Почтовый
contacts-country-hint = Код из двух букв: RU, KZ
contacts-street-hint = Например, ул. Ленина, д. 5, кв. 12

contacts-consents = Согласия клиента
contacts-consents-history = Все записи
contacts-consents-none = Согласий не записано
contacts-consents-none-words = Запишите, что клиент разрешил и что запретил. Отказ всегда сильнее согласия.
contacts-consent-purpose = На что
contacts-consent-channel = Канал
contacts-consent-state = Решение
contacts-consent-when = Когда сказано
contacts-consent-evidence = Чем подтверждено
contacts-consent-evidence-hint = Номер бумаги, обращения или звонка
contacts-consent-version = Редакция текста
contacts-consent-given = Дано
contacts-consent-withdrawn = Отозвано
contacts-consent-refused = отказ
contacts-consent-give = Записать согласие
contacts-consent-withdraw = Записать отказ
contacts-purpose-personal_data = Персональные данные
contacts-purpose-advertising = Реклама
contacts-purpose-credit_history = Кредитная история
contacts-purpose-partners = Передача партнёрам
contacts-channel-any = любой канал
contacts-channel-phone = звонки
contacts-channel-sms = СМС
contacts-channel-email = эл. почта
contacts-channel-messenger = мессенджеры
contacts-channel-post = письма

contacts-papers = Документы и номера
contacts-papers-none = Документов и номеров пока нет.
contacts-papers-masked = Номера целиком видит тот, кто ведёт клиента.
contacts-papers-add = Добавить документ или номер
contacts-paper-kind = Вид
contacts-paper-number = Номер
contacts-paper-is-main = Основной документ
contacts-paper-until = до { $date }
contacts-paper-until-hint = Если срок указан в документе
contacts-paper-expired = истёк { $date }
contacts-paper-too-young = дата выдачи не сходится с возрастом
contacts-paper-unchecked = проверить нельзя
contacts-issued = выдан { $date }
contacts-open-client = Открыть: { $name }

contacts-dates = Важные даты
contacts-dates-none = Дат пока нет. Запишите то, с чем стоит поздравить и о чём напомнить.
contacts-dates-add = Добавить дату
contacts-date-birthday = День рождения
contacts-date-registration = Регистрация
contacts-date-client-since = Клиент банка
contacts-date-wedding = Свадьба
contacts-date-child_born = Рождение ребёнка
contacts-date-flat_bought = Покупка жилья
contacts-date-car_bought = Покупка машины
contacts-date-retirement = Выход на пенсию
contacts-date-founded = Основание компании
contacts-date-holiday = Праздник
contacts-date-job_change = Новая работа
contacts-date-contract_end = Конец договора
contacts-date-anniversary = Юбилей
contacts-date-other = Другое
contacts-date-kind = Событие
contacts-date-day = Когда
contacts-date-title = Своими словами
contacts-date-title-hint = Например: договор аренды с «Ромашкой»
contacts-date-yearly = Повторяется каждый год
contacts-date-ask = спросите, как прошло

contacts-files = Документы и файлы
contacts-files-none = Файлов пока нет
contacts-files-none-words = Сканы паспорта, договоры, доверенности — всё, что клиент принёс или прислал.
contacts-files-add = Добавить файлы
contacts-files-upload = Загрузить
contacts-file-choose = Файлы
contacts-file-hint = PDF, изображения, документы и таблицы, до { $max } МБ вместе
contacts-file-name = Файл
contacts-file-kind = Что это
contacts-file-size = Размер
contacts-file-author = Кто добавил
contacts-file-when = Когда
contacts-file-identity = Удостоверение личности
contacts-file-contract = Договор
contacts-file-application = Заявление
contacts-file-statement = Справка или отчётность
contacts-file-authority = Доверенность, устав
contacts-file-consent = Согласие
contacts-file-other = Другое
contacts-size-kb = { $n } КБ
contacts-size-mb = { $n } МБ

flash-contact-saved = Контакт сохранён
flash-contact-archived = Контакт убран в архив
flash-address-saved = Адрес сохранён
flash-address-archived = Адрес убран в архив
flash-consent-saved = Решение клиента записано
flash-paper-saved = Документ сохранён
flash-paper-archived = Документ убран в архив
flash-date-saved = Дата сохранена
flash-date-archived = Дата убрана в архив
flash-file-saved = Файлы загружены
flash-file-archived = Файл убран в архив

refusal-contact-handle = Нужно имя без пробелов, например @ivanov, или номер телефона
refusal-contact-web-address = Нужен адрес страницы, например vk.com/ivanov
refusal-contact-twin = Такой контакт у клиента уже есть
refusal-contacts-too-many = У одного клиента не больше { $max } таких записей. Уберите лишние в архив.
refusal-identifier-twin = Такой номер у клиента уже есть
refusal-identifier-taken-by = Этот номер уже записан за клиентом «{ $name }». Возможно, это он и есть.
refusal-issued-before-birth = Документ не мог быть выдан раньше рождения
refusal-until-before-since = Конец раньше начала
refusal-file-empty = Файл пуст. Проверьте, тот ли файл выбран.
refusal-file-infected = Проверка нашла в файле опасное содержимое. Файл не сохранён.
refusal-file-unscanned = Файл сейчас не удалось проверить, он не сохранён. Повторите немного позже.
refusal-file-program = Это программа, а не документ. Такие файлы не принимаются.
refusal-file-kind = Файлы вида «{ $ending }» не принимаются. Подойдут PDF, изображения, документы и таблицы без макросов.
refusal-file-content = Содержимое не похоже на «{ $ending }»: файл повреждён или переименован.
refusal-file-twin = Этот файл у клиента уже есть
refusal-file-hash = Файл дошёл не полностью. Отправьте его ещё раз.
refusal-file-of-several = { $name }: { $why }

contacts-weeks-in = через { $n ->
    [one] { $n } неделю
    [few] { $n } недели
   *[many] { $n } недель
 }
contacts-weeks-ago = { $n ->
    [one] { $n } неделю назад
    [few] { $n } недели назад
   *[many] { $n } недель назад
 }
contacts-months-in = через { $n } мес.
contacts-months-ago = { $n } мес. назад
contacts-years-in = через { $n ->
    [one] { $n } год
    [few] { $n } года
   *[many] { $n } лет
 }
contacts-years-ago = { $n ->
    [one] { $n } год назад
    [few] { $n } года назад
   *[many] { $n } лет назад
 }
contacts-turns = исполнится { $n }
contacts-years = { $n ->
    [one] { $n } год
    [few] { $n } года
   *[many] { $n } лет
 }
