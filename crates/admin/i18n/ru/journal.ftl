admin-journal = Журнал
admin-journal-lead = Каждое изменение: кто, когда и что было раньше.
admin-journal-pos = №
admin-journal-unsealed = Опечатывается
admin-journal-when = Когда
admin-journal-who = Кто
admin-journal-what = Что
admin-journal-changes = Было → стало
admin-journal-actor = Кто менял
admin-journal-client = Клиент
admin-journal-entity = Запись
admin-journal-card = карточка клиента
admin-journal-same-client = тот же клиент
admin-journal-hidden = Этого клиента вам читать нельзя: показаны только названия полей.
admin-journal-more = { $n ->
    [one] ещё { $n } поле
    [few] ещё { $n } поля
   *[many] ещё { $n } полей
 }
admin-journal-none = Записей нет
admin-journal-none-words = Под эти условия не подходит ни одно изменение.
admin-chain = Доказательство целостности
admin-chain-empty = Ещё ничего не опечатано.
admin-chain-entries = Записей
admin-chain-height = Блоков
admin-chain-sealed = Опечатан
admin-chain-hash = Последний хеш
admin-chain-verify = Проверить
admin-chain-runs = Проверяется каждая запись
admin-chain-whole = Цел
admin-chain-whole-words = Ничего не изменено, не удалено и не вставлено. Записей: { $entries }, блоков: { $blocks }.
admin-chain-broken = Нарушен
admin-chain-broken-words = Первое несоответствие: блок { $block }, запись { $pos }. Всё, что раньше, доказано.
admin-chain-failed = Проверку не удалось довести до конца
flash-admin-verify-started = Проверка началась
flash-admin-verify-runs = Проверка уже идёт
