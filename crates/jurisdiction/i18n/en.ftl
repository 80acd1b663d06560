# Refusals
refusal-birth-number = There is no such date of birth
refusal-email-domain = The address has no valid domain
refusal-email-shape = This is not an e-mail address
refusal-id-account-key = The account's control key does not match the bank's BIK
refusal-id-all-zero = A number cannot consist of zeros only
refusal-id-check-digit = The check digit does not match: look for a typing error
refusal-id-country = Country code { $country } is not used here
refusal-id-date = The number contains a date that does not exist
refusal-id-digits = Only digits are allowed here
refusal-id-empty = Enter a number
refusal-id-kind = Unknown kind of number or document: “{ $kind }”
refusal-id-length = Wrong length: { $expected } characters are needed, { $actual } were entered
refusal-id-prefix = The number starts wrongly; allowed: { $expected }
refusal-id-shape = The number is not written in the required form
refusal-id-subject = A client of this type cannot have this number
refusal-phone-invalid = There is no such phone number
refusal-phone-region = Unknown phone country: “{ $region }”

# Rule packs
pack-ru = Russia
pack-kz = Kazakhstan

# Documents and numbers
id-kind-bic = BIC (SWIFT)
id-kind-bik = BIK (bank code)
id-kind-bin = BIN (business number)
id-kind-birth_certificate_rf = Birth certificate
id-kind-driving_licence_rf = Driving licence
id-kind-iban = IBAN
id-kind-id_card_kz = Kazakhstan identity card
id-kind-iin = IIN (personal number)
id-kind-inn = INN (tax number)
id-kind-kpp = KPP (tax registration code)
id-kind-lei = LEI
id-kind-ogrn = OGRN (company registration number)
id-kind-ogrnip = OGRNIP (sole trader registration number)
id-kind-okved2 = OKVED (activity code)
id-kind-passport_foreign = Foreign citizen's passport
id-kind-passport_kz = Kazakhstan passport
id-kind-passport_rf = Russian passport
id-kind-passport_rf_international = Russian passport for travel abroad
id-kind-snils = SNILS (insurance number)

# Hints under the field
id-hint-bic = 8 or 11 Latin letters and digits
id-hint-bik = 9 digits
id-hint-bin = 12 digits
id-hint-birth_certificate_rf = For example, II-МЮ 123456
id-hint-driving_licence_rf = Series and number: 10 characters
id-hint-iban = Country code, two check digits and the account
id-hint-id_card_kz = 9 digits
id-hint-iin = 12 digits
id-hint-inn = 10 digits for a company, 12 for a person or sole trader
id-hint-kpp = 9 characters
id-hint-lei = 20 Latin letters and digits
id-hint-ogrn = 13 digits
id-hint-ogrnip = 15 digits
id-hint-okved2 = For example, 64.19
id-hint-passport_foreign = As in the document
id-hint-passport_kz = A letter and 8 digits
id-hint-passport_rf = Series of 4 digits, number of 6
id-hint-passport_rf_international = Series of 2 digits, number of 7
id-hint-snils = 11 digits
