# Тексты согласий, чем подтверждено слово клиента, что действует сейчас.
nav-consent-texts = Тексты согласий
permission-admin-consents = Вести тексты согласий
entity-consent-text = Текст согласия

consent-texts = Тексты согласий
consent-texts-lead = На каждую цель — свой текст и свой документ. Клиент соглашается с редакцией, действующей в этот день.
consent-text-add = Новая редакция
consent-text-save = Ввести в действие
consent-text-never-changes = После сохранения редакция не меняется: клиенты соглашаются именно с этими словами. Её можно только закрыть и ввести следующую.
consent-text-version-hint = Буквы, цифры, точка, дефис: 2026-11
consent-text-from = Действует с
consent-text-ru = Текст на русском языке
consent-text-en = Текст на английском языке
consent-text-title = { $purpose }: редакция { $version }
consent-text-force = Срок действия
consent-text-state = Состояние
consent-text-by = Кто и когда внёс
consent-text-since = с { $from }
consent-text-between = { $from } – { $until }
consent-text-in-force = действует
consent-text-to-come = ещё не действует
consent-text-closed = закрыта
consent-text-sample = образец
consent-text-close-title = Закрыть редакцию
consent-text-until = Последний день
consent-text-close = Закрыть
consent-text-close-hint = С этой редакцией больше нельзя будет согласиться. Данные раньше согласия остаются в силе.
flash-consent-text-saved = Редакция сохранена
flash-consent-text-closed = Редакция закрыта

contacts-consent-held = дано
contacts-consent-over = срок истёк
contacts-consent-until = действует до { $day }
contacts-consent-soon = скоро истекает
contacts-consent-channel-refused = { $channel }: отказ
contacts-consent-channel-over = { $channel }: срок истёк
contacts-consent-recorded = записано { $at }
contacts-consent-said-on = Когда сказано
contacts-consent-evidence-kind = Вид подтверждения
contacts-consent-evidence-words = Номер, приметы
contacts-consent-file = Файл клиента
contacts-consent-file-none = Без файла
contacts-consent-file-gone = файл убран
contacts-consent-text-of = Прочитать редакцию { $version }
contacts-consent-text-unknown = текст неизвестен
contacts-consent-no-text = Действующей редакции нет. Её вводят в разделе «Администрирование → Тексты согласий».
contacts-consent-how = Для согласия нужны редакция и подтверждение. Отказ записывается и без них и всегда сильнее согласия.
contacts-evidence-none = Не указано
contacts-evidence-paper = Подписанный документ
contacts-evidence-call = Запись разговора
contacts-evidence-sms = Код из СМС
contacts-evidence-form = Форма на сайте
contacts-evidence-email = Письмо по электронной почте
contacts-evidence-in_person = Лично сотруднику

field-evidence-kind = Вид подтверждения
field-file-id = Файл
field-said-at = Когда сказано
field-version = Редакция
field-from-on = Действует с
field-until-on = Последний день
field-text-ru = Текст на русском языке
field-text-en = Текст на английском языке

refusal-consent-text-unknown = Такой редакции нет среди действовавших в этот день
refusal-consent-withdrawn-meanwhile = Клиент отозвал это согласие, когда отделение об этом ещё не знало: отзыв сильнее
refusal-consent-file-unknown = Такого файла у клиента нет
refusal-consent-said-later = Этот день ещё не наступил
refusal-consent-said-long-ago = Записать можно сказанное не раньше чем { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[many] { $days } дней
 } назад
refusal-consent-version-name = Только буквы, цифры, точка, дефис и подчёркивание, не длиннее 40 знаков
refusal-consent-version-taken = Такая редакция уже есть. Введите следующую под другим именем
refusal-consent-text-closed = Редакция уже закрыта
refusal-consent-close-past = Не раньше сегодняшнего дня и не раньше начала действия
