admin-roles = Роли и права
admin-roles-lead = Роль — это набор прав, каждое в своей области. У сотрудника самая широкая область из всех его ролей.
admin-role-name = Роль
admin-role-origin = Происхождение
admin-role-built-in = Встроенная
admin-role-own = Своя
admin-role-grants = Прав
admin-role-holders = Людей
admin-role-people = { $n ->
    [0] Этой роли нет ни у кого
    [one] { $n } сотрудник с этой ролью
    [few] { $n } сотрудника с этой ролью
   *[many] { $n } сотрудников с этой ролью
 }
admin-role-new = Новая роль
admin-role-add = Создать
admin-role-copy = Новая роль по этой
admin-role-from = Взять права у роли
admin-role-from-nothing = Сначала без прав
admin-role-from-hint = Их можно изменить до того, как роль кто-нибудь получит.
admin-role-delete = Удалить роль
admin-role-matrix = Права роли
admin-role-permission = Право
admin-role-hint = Каждая область включает те, что левее. Изменение действует сразу, и для тех, кто уже вошёл.
scope-none = Нет
scope-own = Свои
scope-team = Команда
scope-branch = Отделение
scope-region = Регион
scope-bank = Банк
permission-group-app = Программа
permission-group-admin = Управление
permission-group-journal = Журнал
permission-group-view = Сохранённые виды
permission-group-client = Клиенты
permission-group-holding = Счета, карты, кредиты
permission-group-interaction = Общение с клиентами
permission-group-task = Задачи
permission-group-project = Проекты и мероприятия
permission-group-feed = Загрузка данных
permission-group-import = Загрузка данных
flash-admin-role-added = Роль создана: теперь задайте её права
flash-admin-role-deleted = Роль удалена
admin-role-factor = Обязателен второй фактор
admin-role-factor-hint = Обладатель роли подключит его при следующем входе: до этого ничего другого не откроется.
