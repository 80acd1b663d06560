# Загрузка данных.
nav-imports = Загрузка данных
nav-group-admin = Управление
action-import = Загрузить данные из файла
permission-import-run = Загружать данные из файлов
entity-import = Загрузка
import-title = Загрузка данных
import-new = Новая загрузка
import-none = Загрузок ещё не было
import-none-words = Здесь данные из других систем становятся клиентами, счетами и операциями. Сначала вы увидите, что получится, и только потом запустите загрузку.
import-intro = Файлы с разделителями, книги XLSX или контакты vCard (.vcf) в любой обычной кодировке. Ничего не меняется, пока вы не нажмёте «Загрузить».
import-name = Название
import-name-hint = Если не указать, будет имя файла
import-files = Файлы
import-files-hint = Можно выбрать несколько файлов одной выгрузки, всего до 32 МБ
import-mapping = Как читать столбцы
import-mapping-guess = Понять по содержимому (таблица контактов или карточки vCard)
import-mapping-records = Записи «{ $name }»: столбцы названы как поля
import-mapping-own = Своё описание (TOML)
import-key = Ключевой столбец
import-key-hint = Для записей, заведённых банком: столбец, по значению которого записи различаются, например номер договора. По нему следующий файл найдёт те же записи. Без него строка узнаётся по всему её содержанию и по столбцу «Номер» из нашей выгрузки.
import-mapping-text = Описание столбцов
import-mapping-hint = Нужно только для своего описания; формат описан в документации
import-preview-button = Посмотреть, что получится
import-run-button = Загрузить
import-dry-button = Пробный прогон
import-run-words = Пробный прогон делает всё то же самое и ничего не оставляет.
import-dry = пробный
import-progress = Ход загрузки
import-summary = Что получилось
import-file = Файл
import-kind = Что в нём
import-row = Строка
import-rows = Строк
import-field = Поле
import-reason = Почему не принято
import-value = Значение
import-created = Новых
import-changed = Изменено
import-unchanged = Без изменений
import-rejected = Не принято
import-kept = Оставлено правок
import-pairs = Возможных двойников
import-rejects = Не принятые строки
import-rejects-count = { $n ->
    [one] Не принята { $n } строка
    [few] Не приняты { $n } строки
   *[many] Не принято { $n } строк
 }
import-kept-count = { $n ->
    [one] Оставлено { $n } исправленное вручную поле
    [few] Оставлено { $n } исправленных вручную поля
   *[many] Оставлено { $n } исправленных вручную полей
 }
import-rejects-download = Скачать все с причинами
import-preview-reject = Строка { $row } ({ $column }) не будет принята: { $reason } — «{ $value }»
import-card-place = карточка { $card }, строка { $row }
import-preview-card-reject = Карточка { $card }, строка { $row } ({ $column }) не будет принята: { $reason } — «{ $value }»
import-column-title = Загрузка
import-column-state = Состояние
import-column-by = Кто
import-column-at = Когда
import-state-draft = Готова к запуску
import-state-waiting = В очереди
import-state-running = Идёт
import-state-done = Завершена
import-state-failed = Не удалась
import-state-gone = Файлы удалены
import-kind-client = клиенты
import-kind-account = счета
import-kind-account-role = роли по счетам
import-kind-card = карты
import-kind-loan = кредиты
import-kind-order = постоянные поручения
import-kind-transaction = операции
import-kind-branch = отделения
import-kind-contact = контакты
import-kind-unknown = Файл { $file }: записи вида «{ $kind }» принимать некому
import-refused = Загрузка остановлена: { $why }
flash-import-ready = Файлы прочитаны: проверьте, что получится
flash-import-started = Загрузка поставлена в очередь
import-gone = Файлы удалены { $date }. Чтобы загрузить их снова, выберите их ещё раз.
refusal-import-files-gone = Файлы этой загрузки удалены: выберите их ещё раз
job-connect-forget-imports = Удаление файлов старых загрузок
refusal-import-already-running = Эта загрузка уже идёт
refusal-import-file-twice = Файл { $name } выбран дважды
refusal-import-file-bad = Файл не читается: { $reason }
refusal-import-mapping-bad = Описание не подходит: { $reason }
refusal-import-no-table = Это файл карточек контактов, а записи загружаются из таблицы.
refusal-import-no-columns = Ни один столбец не назван как поле этих записей. В файле есть: { $columns }.
refusal-import-no-key = Такого столбца в файле нет. В файле есть: { $columns }.
job-connect-import = Загрузка данных
