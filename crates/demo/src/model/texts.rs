//! The words of the demo bank's staff: templates of contacts, tasks, promises, notes. Russian, because
//! the bank is; keys, not texts, are what pages translate.

use super::keys::{Channel, Direction, Outcome, Topic};

/// What a client must have for a contact to make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Any,
    /// An account.
    Account,
    /// A term deposit.
    Deposit,
    /// A card.
    Card,
    /// A loan with a schedule.
    Loan,
    /// A mortgage.
    Mortgage,
    /// A missed payment.
    Overdue,
    /// To be in the mass segment.
    Mass,
    /// To be the first contact of all.
    First,
    /// The birthday of a person or a company.
    Anniversary,
}

/// A contact to draw from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Template {
    pub(crate) topic: Topic,
    pub(crate) need: Need,
    pub(crate) channels: &'static [Channel],
    pub(crate) directions: &'static [Direction],
    pub(crate) outcomes: &'static [Outcome],
    pub(crate) subject: &'static str,
    pub(crate) body: &'static str,
}

const fn template(
    (topic, need): (Topic, Need),
    channels: &'static [Channel],
    directions: &'static [Direction],
    outcomes: &'static [Outcome],
    subject: &'static str,
    body: &'static str,
) -> Template {
    Template { topic, need, channels, directions, outcomes, subject, body }
}

const IN: &[Direction] = &[Direction::Incoming];
const OUT: &[Direction] = &[Direction::Outgoing];
const BOTH: &[Direction] = &[Direction::Incoming, Direction::Outgoing];
const CALL: &[Channel] = &[Channel::Call];
const DESK: &[Channel] = &[Channel::Visit, Channel::Visit, Channel::Call];
const TALK: &[Channel] = &[Channel::Call, Channel::Call, Channel::Chat];
const WRITE: &[Channel] = &[Channel::Email, Channel::Sms];
const CHAT: &[Channel] = &[Channel::Chat, Channel::Call, Channel::Email];
const FACE: &[Channel] = &[Channel::Meeting, Channel::Visit, Channel::Call];
const PAPER: &[Channel] = &[Channel::Letter, Channel::Email];
const DONE: &[Outcome] = &[Outcome::Resolved];
const MOSTLY: &[Outcome] = &[Outcome::Resolved, Outcome::Resolved, Outcome::Passed];
const OFFER: &[Outcome] = &[Outcome::Interested, Outcome::Refused, Outcome::CallBack];
const LATER: &[Outcome] = &[Outcome::Resolved, Outcome::CallBack];
const SENT: &[Outcome] = &[Outcome::Delivered];

/// Contacts with private clients.
#[rustfmt::skip]
pub(crate) const PERSONAL: &[Template] = &[
    template((Topic::Deposit, Need::Any), TALK, IN, LATER, "Вопрос о ставке по вкладу", "Интересуется условиями вклада на {сумма}. Названа ставка {ставка}, сравнивает с другим банком."),
    template((Topic::Deposit, Need::Deposit), CALL, OUT, OFFER, "Окончание срока вклада", "Срок вклада истекает {дата}. Предложено продление под {ставка} либо перевод на накопительный счёт."),
    template((Topic::Deposit, Need::Deposit), DESK, IN, DONE, "Открытие вклада", "Оформлен вклад на {сумма}, проценты с капитализацией. Договор подписан в отделении."),
    template((Topic::Card, Need::Card), TALK, IN, DONE, "Перевыпуск карты", "Срок действия карты заканчивается. Заказан перевыпуск, карта будет в отделении {дата}."),
    template((Topic::Card, Need::Card), CALL, IN, DONE, "Блокировка карты", "Карта потеряна. Заблокирована сразу по звонку, последние операции подтверждены клиентом."),
    template((Topic::Card, Need::Card), CHAT, IN, MOSTLY, "Лимит снятия наличных", "Просьба увеличить суточный лимит на снятие наличных до {сумма}. Лимит изменён на месяц."),
    template((Topic::Card, Need::Card), DESK, IN, DONE, "Получение карты", "Карта выдана, ПИН-код задан в приложении. Рассказано о бесконтактной оплате."),
    template((Topic::Loan, Need::Any), TALK, IN, LATER, "Условия потребительского кредита", "Нужна сумма {сумма} на ремонт. Предварительный расчёт под {ставка} отправлен в чат."),
    template((Topic::Loan, Need::Loan), DESK, IN, MOSTLY, "Заявление о досрочном погашении", "Принято заявление о частичном досрочном погашении на {сумма}, срок сокращается, платёж прежний."),
    template((Topic::Loan, Need::Any), CALL, OUT, OFFER, "Предложение рефинансирования", "Предложено объединить кредиты под {ставка}. Клиент сравнит с условиями действующего банка."),
    template((Topic::Loan, Need::Loan), CHAT, IN, DONE, "Справка об остатке долга", "Запрошена справка о задолженности для налогового вычета. Сформирована и отправлена."),
    template((Topic::Overdue, Need::Overdue), CALL, OUT, LATER, "Напоминание о платеже", "Напоминание о платеже по кредиту. Обещана оплата до {дата}, задержали зарплату."),
    template((Topic::Overdue, Need::Overdue), WRITE, OUT, SENT, "Платёж по кредиту", "{имя}, напоминаем о платеже по кредиту. Пополните счёт до {дата}."),
    template((Topic::Mortgage, Need::Any), FACE, IN, LATER, "Консультация по ипотеке", "Выбирают квартиру в новостройке. Первоначальный взнос {сумма}, обсуждён семейный кредит под {ставка}."),
    template((Topic::Mortgage, Need::Mortgage), CHAT, IN, MOSTLY, "Документы на квартиру", "Переданы выписка из ЕГРН и отчёт об оценке. Направлены в юридическую проверку."),
    template((Topic::Payment, Need::Account), TALK, IN, DONE, "Перевод не дошёл", "Перевод на {сумма} не поступил получателю. Ошибка в реквизитах, платёж возвращён на счёт."),
    template((Topic::Payment, Need::Account), CHAT, IN, DONE, "Лимит переводов по номеру телефона", "Разъяснён месячный лимит переводов без комиссии и порядок его расчёта."),
    template((Topic::Payment, Need::Card), CALL, IN, MOSTLY, "Спорная операция", "Не узнаёт списание в магазине. Операция проверена, это подписка; показано, как её отключить."),
    template((Topic::Online, Need::Account), TALK, IN, DONE, "Вход в приложение", "Не приходит код подтверждения. Номер телефона обновлён, вход восстановлен."),
    template((Topic::Online, Need::Account), CHAT, IN, MOSTLY, "Ошибка в приложении", "Не открывается раздел «Платежи». Передано в поддержку, рекомендовано обновить приложение."),
    template((Topic::Complaint, Need::Any), CALL, IN, MOSTLY, "Жалоба на очередь", "Ожидание в отделении больше сорока минут. Принесены извинения, предложена запись на время."),
    template((Topic::Complaint, Need::Card), PAPER, IN, &[Outcome::Passed], "Претензия о комиссии", "Не согласен с комиссией за снятие наличных. Претензия зарегистрирована, ответ до {дата}."),
    template((Topic::Complaint, Need::Card), PAPER, OUT, SENT, "Ответ на претензию", "{имя}, комиссия возвращена на ваш счёт. Благодарим за обращение."),
    template((Topic::Documents, Need::Any), DESK, IN, DONE, "Новый паспорт", "Предъявлен новый паспорт. Данные в анкете обновлены, копия приложена к досье."),
    template((Topic::Documents, Need::Any), CALL, OUT, LATER, "Обновление анкеты", "Подошёл срок обновления сведений. Договорились, что клиент зайдёт в отделение {дата}."),
    template((Topic::Documents, Need::Any), DESK, IN, DONE, "Справка о доходах", "Принята справка о доходах за полгода. Доход в анкете обновлён."),
    template((Topic::Greeting, Need::Anniversary), WRITE, OUT, SENT, "С днём рождения", "{имя}, поздравляем вас с днём рождения! Желаем здоровья и исполнения планов."),
    template((Topic::Greeting, Need::Any), CALL, OUT, DONE, "Поздравление с праздником", "Поздравили с праздником. Разговор тёплый, клиент рассказал о планах на ремонт."),
    template((Topic::Offer, Need::Mass), CALL, OUT, OFFER, "Премиальное обслуживание", "Рассказано о премиальном пакете: персональный менеджер, страховка в поездках."),
    template((Topic::Offer, Need::Any), WRITE, OUT, SENT, "Повышенная ставка", "{имя}, для вас ставка {ставка} по накопительному счёту до {дата}."),
    template((Topic::Offer, Need::Any), FACE, OUT, OFFER, "Обзор накоплений", "Обсудили цели: образование детей и запас на полгода. Предложено разложить {сумма} на вклад и счёт."),
    template((Topic::Opening, Need::First), DESK, IN, DONE, "Открытие счёта", "Открыт текущий счёт, выпущена карта, подключён интернет-банк. Анкета заполнена."),
];

/// Contacts with companies and sole traders.
#[rustfmt::skip]
pub(crate) const BUSINESS: &[Template] = &[
    template((Topic::Opening, Need::First), FACE, BOTH, DONE, "Открытие расчётного счёта", "Счёт открыт, доступ в интернет-банк выдан директору и бухгалтеру. Карточка подписей принята."),
    template((Topic::Payment, Need::Account), TALK, IN, DONE, "Платёж в обработке", "Платёж поставщику на {сумма} задержан из-за ошибки в КПП. Исправлено, отправлен тем же рейсом."),
    template((Topic::Payment, Need::Account), CHAT, IN, MOSTLY, "Уточнение назначения платежа", "Отправлено письмо об уточнении назначения платежа в налоговую."),
    template((Topic::Financing, Need::Any), FACE, BOTH, OFFER, "Кредитная линия на оборотные средства", "Обсудили линию на {сумма} под {ставка}. Отчётность за год обещают прислать до {дата}."),
    template((Topic::Financing, Need::Any), CALL, OUT, LATER, "Документы для заявки", "Запрошены оборотно-сальдовые ведомости и расшифровка дебиторской задолженности."),
    template((Topic::Financing, Need::Any), CHAT, IN, MOSTLY, "Вопрос о залоге", "Предлагают в залог оборудование и поручительство директора. Передано в андеррайтинг."),
    template((Topic::Financing, Need::Any), FACE, OUT, LATER, "Выезд на предприятие", "Осмотрен склад и цех, загрузка около 80 %. Фото и отчёт приложены."),
    template((Topic::Overdue, Need::Overdue), CALL, OUT, LATER, "Просрочка платежа по кредиту", "Покупатель задержал оплату. Обещают погасить просрочку до {дата}."),
    template((Topic::Payroll, Need::Any), FACE, OUT, OFFER, "Зарплатный проект", "Предложен зарплатный проект: бесплатные карты, зачисление день в день. Директор обсудит с бухгалтером."),
    template((Topic::Payroll, Need::Account), CHAT, IN, DONE, "Реестр на зарплату", "Реестр загружен с ошибкой в одном счёте. Исправлено, зарплата зачислена."),
    template((Topic::Acquiring, Need::Account), CALL, IN, MOSTLY, "Терминал не принимает карты", "Терминал в торговом зале без связи. Заявка передана, замена до {дата}."),
    template((Topic::Acquiring, Need::Any), FACE, OUT, OFFER, "Эквайринг и оплата по QR", "Оборот по картам около {сумма} в месяц. Предложена комиссия ниже действующей и оплата по QR-коду."),
    template((Topic::Trade, Need::Any), CHAT, IN, MOSTLY, "Валютный контракт", "Новый контракт с поставщиком из Китая. Поставлен на учёт, запрошены спецификации."),
    template((Topic::Trade, Need::Account), CALL, IN, DONE, "Покупка юаней", "Согласован курс на {сумма}, сделка исполнена сегодня."),
    template((Topic::Deposit, Need::Account), CALL, OUT, OFFER, "Размещение остатков", "На счёте свободный остаток. Предложено неснижаемое сальдо {сумма} под {ставка}."),
    template((Topic::Documents, Need::Any), PAPER, OUT, SENT, "Запрос сведений о бенефициарах", "Просим обновить сведения о бенефициарных владельцах до {дата}."),
    template((Topic::Documents, Need::Any), DESK, IN, DONE, "Смена директора", "Принят протокол о назначении нового директора, карточка подписей переоформлена."),
    template((Topic::Documents, Need::Account), CHAT, IN, DONE, "Справка об оборотах", "Запрошена справка об оборотах за год для тендера. Отправлена с электронной подписью."),
    template((Topic::Complaint, Need::Account), CALL, IN, MOSTLY, "Комиссия за переводы", "Недовольны ростом комиссии за переводы физлицам. Обещан пересчёт по другому тарифу."),
    template((Topic::Card, Need::Card), TALK, IN, DONE, "Бизнес-карта сотруднику", "Выпущена бизнес-карта для водителя с лимитом на топливо."),
    template((Topic::Greeting, Need::Anniversary), PAPER, OUT, SENT, "Поздравление с годовщиной компании", "Уважаемые коллеги, поздравляем {имя} с годовщиной! Благодарим за сотрудничество."),
    template((Topic::Offer, Need::Any), FACE, OUT, OFFER, "Лизинг транспорта", "Планируют обновить автопарк весной. Предложен лизинг трёх машин на {сумма}."),
    template((Topic::Offer, Need::Account), WRITE, OUT, SENT, "Новые тарифы обслуживания", "С {дата} действует новый пакет: до ста платежей в месяц без комиссии."),
    template((Topic::Online, Need::Account), TALK, IN, DONE, "Электронная подпись", "Закончился сертификат подписи бухгалтера. Выпущен новый, вход восстановлен."),
];

/// Next steps agreed in a contact.
pub(crate) const FOLLOW_UPS: &[&str] = &[
    "Перезвонить и уточнить решение",
    "Отправить расчёт на почту",
    "Подготовить документы к визиту",
    "Проверить, что вопрос закрыт",
    "Согласовать условия с руководителем",
    "Назначить встречу в отделении",
];

/// Next steps with private clients.
pub(crate) const STEPS: &[&str] = &[
    "Позвонить: обсудить продление вклада",
    "Уточнить решение по кредитному предложению",
    "Поздравить и спросить о планах",
    "Предложить перевыпуск карты с доставкой",
    "Обновить анкету и контакты",
    "Рассказать о накопительном счёте",
    "Проверить, удобно ли пользоваться приложением",
    "Пригласить на консультацию по ипотеке",
    "Обсудить перевод зарплаты в банк",
    "Узнать, получен ли ответ на обращение",
];

/// Next steps with businesses.
pub(crate) const BUSINESS_STEPS: &[&str] = &[
    "Встретиться с директором: планы на квартал",
    "Запросить отчётность за последний период",
    "Обсудить зарплатный проект с бухгалтером",
    "Предложить размещение свободных остатков",
    "Согласовать условия кредитной линии",
    "Проверить обороты по эквайрингу",
    "Обновить сведения о бенефициарах",
    "Подготовить предложение по лизингу",
];

/// Promises to private clients.
pub(crate) const PROMISES: &[&str] = &[
    "Прислать график платежей",
    "Сообщить решение по заявке",
    "Вернуть ошибочную комиссию",
    "Доставить карту в отделение",
    "Ответить на претензию письменно",
    "Перезвонить с индивидуальной ставкой",
];

/// Promises to businesses.
pub(crate) const BUSINESS_PROMISES: &[&str] = &[
    "Прислать проект кредитного договора",
    "Пересчитать комиссии по новому тарифу",
    "Заменить платёжный терминал",
    "Подтвердить курс на покупку валюты",
    "Сообщить решение кредитного комитета",
];

/// Work for the bank's own sake.
pub(crate) const TASKS: &[&str] = &[
    "Проверить срок действия документов",
    "Сверить адрес с анкетой",
    "Получить согласие на обработку данных",
    "Разобрать возврат почтового отправления",
    "Проверить клиента по обновлённым перечням",
    "Приложить скан договора",
];

/// What came of a task.
pub(crate) const TASK_RESULTS: &[&str] = &[
    "Сделано, клиент доволен",
    "Вопрос решён, клиент уведомлён",
    "Документы получены и приложены",
    "Клиент отказался",
    "Передано в профильное подразделение",
    "Договорились вернуться к вопросу через месяц",
];

/// Notes about private clients.
#[rustfmt::skip]
pub(crate) const NOTES: &[&str] = &[
    "Звонить после 18:00, днём на смене.",
    "Просит не предлагать кредитные карты.",
    "Есть дача, интересуется страхованием имущества.",
    "Дочь поступает в университет в следующем году, копит на обучение.",
    "Предпочитает общаться с одним и тем же сотрудником.",
    "Плохо слышит, говорить медленно и чётко.",
    "Собирается продавать квартиру, ожидается крупное поступление.",
    "Часто ездит в командировки, важны условия карты за границей.",
    "Хорошо знаком с приложением, справок в отделении не берёт.",
    "Был недоволен очередью, при визите встретить лично.",
];

/// Notes about businesses.
#[rustfmt::skip]
pub(crate) const BUSINESS_NOTES: &[&str] = &[
    "Решения принимает финансовый директор, собственник подписывает.",
    "Сезонный бизнес: пик с мая по сентябрь, зимой нужна отсрочка.",
    "Второй банк — основной по зарплате, хотят перейти к нам.",
    "Бухгалтер в отпуске до конца месяца, документы через директора.",
    "Строят новый склад, весной понадобится финансирование.",
    "Чувствительны к комиссиям за переводы физлицам.",
    "Участвуют в государственных закупках, нужны гарантии.",
];
