admin-tokens = Токены API
admin-tokens-lead = Программа с токеном действует в его роли по всему банку, пока токен в силе.
admin-tokens-none = Токенов пока нет
admin-tokens-none-words = Другие системы банка обращаются к API каждая со своим токеном.
admin-token = Токен
admin-token-new = Новый токен
admin-token-add = Создать
admin-token-name = Для чего
admin-token-name-hint = Например: ночная загрузка остатков
admin-token-role = Роль
admin-token-role-hint = Выберите самую узкую роль, которой хватит для работы.
admin-token-owner = От чьего имени
admin-token-owner-hint = Этот сотрудник будет указан в журнале; с его увольнением токен теряет силу.
admin-token-nobody = От имени системы
admin-token-last-day = Последний день
admin-token-expires = Действует до
admin-token-expires-hint = Работает до конца этого дня, не дольше { $days } дней
admin-token-created = Создан
admin-token-used = Последнее обращение
admin-token-state = Состояние
admin-token-live = Действует
admin-token-expired = Истёк
admin-token-revoked = Отозван
admin-token-revoke = Отозвать
admin-token-made = Токен создан
admin-token-made-words = Это токен «{ $name }». Скопируйте его сейчас: он показан один раз и нигде не хранится.
admin-token-how = Передаётся с каждым запросом в заголовке
admin-token-kept = Скопировано
flash-admin-token-revoked = Токен отозван
admin-token-narrow = Только часть прав роли
admin-token-narrow-hint = Иначе токену доступно всё, что доступно роли.
admin-token-permissions = Какие права
admin-token-scope = Не шире, чем
admin-token-scope-hint = Охват уже банка отсчитывается от места сотрудника, от имени которого действует токен.
admin-token-rights = { $n ->
    [one] только { $n } право
    [few] только { $n } права
   *[other] только { $n } прав
}
