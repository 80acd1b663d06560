# Отказы
refusal-birth-number = Такого дня рождения не бывает
refusal-email-domain = У адреса нет правильного домена
refusal-email-shape = Это не адрес электронной почты
refusal-id-account-key = Контрольный ключ счёта не подходит к БИК банка
refusal-id-all-zero = Номер не может состоять из одних нулей
refusal-id-check-digit = Контрольная цифра не сходится: проверьте, нет ли опечатки
refusal-id-country = Код страны { $country } здесь не применяется
refusal-id-date = Номер содержит дату, которой не бывает
refusal-id-digits = Здесь могут быть только цифры
refusal-id-empty = Укажите номер
refusal-id-kind = Вид номера или документа «{ $kind }» неизвестен
refusal-id-length = Неверная длина: нужно знаков — { $expected }, введено — { $actual }
refusal-id-prefix = Неверное начало номера, допустимо: { $expected }
refusal-id-shape = Номер записан не по форме
refusal-id-subject = У такого клиента этого номера быть не может
refusal-phone-invalid = Такого телефонного номера не бывает
refusal-phone-region = Страна телефона «{ $region }» неизвестна

# Наборы правил
pack-ru = Россия
pack-kz = Казахстан

# Документы и номера
id-kind-bic = BIC (SWIFT)
id-kind-bik = БИК
id-kind-bin = БИН
id-kind-birth_certificate_rf = Свидетельство о рождении
id-kind-driving_licence_rf = Водительское удостоверение
id-kind-iban = IBAN
id-kind-id_card_kz = Удостоверение личности РК
id-kind-iin = ИИН
id-kind-inn = ИНН
id-kind-kpp = КПП
id-kind-lei = LEI
id-kind-ogrn = ОГРН
id-kind-ogrnip = ОГРНИП
id-kind-okved2 = ОКВЭД
id-kind-passport_foreign = Паспорт иностранного гражданина
id-kind-passport_kz = Паспорт РК
id-kind-passport_rf = Паспорт РФ
id-kind-passport_rf_international = Заграничный паспорт РФ
id-kind-snils = СНИЛС

# Подсказки под полем
id-hint-bic = 8 или 11 латинских букв и цифр
id-hint-bik = 9 цифр
id-hint-bin = 12 цифр
id-hint-birth_certificate_rf = Например, II-МЮ 123456
id-hint-driving_licence_rf = Серия и номер: 10 знаков
id-hint-iban = Код страны, две контрольные цифры и счёт
id-hint-id_card_kz = 9 цифр
id-hint-iin = 12 цифр
id-hint-inn = 10 цифр у организации, 12 — у человека и ИП
id-hint-kpp = 9 знаков
id-hint-lei = 20 латинских букв и цифр
id-hint-ogrn = 13 цифр
id-hint-ogrnip = 15 цифр
id-hint-okved2 = Например, 64.19
id-hint-passport_foreign = Как в документе
id-hint-passport_kz = Буква и 8 цифр
id-hint-passport_rf = Серия — 4 цифры, номер — 6
id-hint-passport_rf_international = Серия — 2 цифры, номер — 7
id-hint-snils = 11 цифр
