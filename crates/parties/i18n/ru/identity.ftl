# Двойники: похожие карточки, причины и решения.
nav-duplicates = Двойники
entity-client-pair = Похожие карточки
field-other-id = Другая карточка
field-probability-ppm = Вероятность, миллионные доли
field-found-by = Как найдены
field-state = Решение
field-why = Почему
field-despite-duplicates = Заведён, хотя есть похожий
job-parties-find-duplicates = Поиск двойников
job-result-found = Найдено
refusal-duplicate-probable = Похоже, такой клиент уже есть. Откройте его карточку или объясните, почему это другой.
refusal-pair-decided = По этой паре уже решили. Обновите страницу.

duplicates = Двойники
duplicates-lead = Карточки, за которыми, возможно, стоит один клиент. Самые вероятные сверху.
duplicates-states = Решение
duplicates-state-open = Не разобраны
duplicates-state-not-same = Не один клиент
duplicates-chance = Вероятность
duplicates-any = любая
duplicates-from = от { $percent } %
duplicates-one = Одна карточка
duplicates-other = Другая карточка
duplicates-reasons = Почему похожи
duplicates-reasons-masked = Видно тому, кому доступны обе карточки
duplicates-found = Когда
duplicates-likeliest-first = Самые вероятные сверху
duplicates-none = Похожих карточек нет
duplicates-none-words = Новые пары появятся, когда заведут или загрузят похожего клиента.
duplicates-none-decided = Ни одной пары не отклонили
duplicates-none-decided-words = Здесь будут пары, о которых решили: это разные клиенты.
duplicates-search = Поиск по всему банку
duplicates-search-start = Искать
duplicates-search-never = Весь банк ещё не просматривали.
duplicates-search-runs = Ищем похожие карточки
duplicates-search-failed = Поиск остановился с ошибкой
duplicates-search-found = { $n ->
    [0] Новых пар нет
    [one] Найдена { $n } новая пара
    [few] Найдены { $n } новые пары
   *[many] Найдено { $n } новых пар
 }
flash-duplicates-started = Поиск двойников начат
flash-duplicates-run = Поиск двойников уже идёт
flash-duplicates-not-same = Записано: это разные клиенты
flash-duplicates-reopened = Пара снова ждёт решения

duplicate-pair = Один клиент?
duplicate-side-by-side = Рядом
duplicate-what = Что
duplicate-card = Карточка
duplicate-how = Как соотносится
duplicate-weight = Вес
duplicate-weight-words = Вес — в битах: каждый бит удваивает шансы, что клиент один, минус — уменьшает вдвое.
duplicate-certain = Документ или номер совпадает: сомнений почти нет.
duplicate-review = Решает человек: однофамильцы, родившиеся в один день, бывают.
duplicate-merge = Объединить…
duplicate-not-same = Это разные клиенты
duplicate-not-same-hint = Пара больше не появится, пока её не вернут
duplicate-reopen = Вернуть пару
duplicate-reopen-hint = Почему решение стоит пересмотреть
duplicate-why = Почему
duplicate-decided = Решено: это разные клиенты
duplicate-typed = { $n ->
    [one] Похоже, такой клиент уже есть
   *[other] Похоже, такой клиент уже есть: { $n } карточки
 }
duplicate-despite = Всё равно завести: почему это другой клиент
duplicate-despite-hint = Причина останется в журнале
duplicate-masked-both = Похож клиент другого отделения: { $branch }. Спросите: { $manager }
duplicate-masked-branch = Похож клиент другого отделения: { $branch }. Спросите там
duplicate-masked-manager = Похож клиент, которого вы не видите. Спросите: { $manager }
duplicate-masked-nobody = Похож клиент, которого вы не видите. Спросите головной офис

duplicate-field-surname = Фамилия
duplicate-field-given-name = Имя
duplicate-field-patronymic = Отчество
duplicate-field-birth-date = Дата рождения
duplicate-field-registration-date = Дата регистрации
duplicate-field-identity-document = Документ
duplicate-field-phone = Телефон
duplicate-field-tax-number = Налоговый номер
duplicate-field-insurance-number = СНИЛС
duplicate-field-registration-number = Номер в реестре
duplicate-field-company-name = Название
duplicate-field-email = Почта
duplicate-level-agrees = совпадает
duplicate-level-near = почти совпадает
duplicate-level-differs = расходится
duplicate-way-latin = совпадает в латинице
duplicate-way-swapped = части имени переставлены
duplicate-way-former = совпадает с прежней фамилией
duplicate-way-old = совпадает с прежним номером
