//! The demo bank's method: what is said and done at desks, what clerks write to clients; and its first version, so that a branch that enrols has something to
//! work by.

use spine::bundle::commands::PublishBundle;
use spine::bundle::{Stage, queries};
use spine::{Error, Services};
use strategy::TextChannel;
use strategy::script_commands::SaveScript;
use strategy::text_commands::SaveText;

use super::Places;
use super::ids::Ids;
use crate::model::DemoBank;

/// A text: key, channel, then in both languages its name, its subject and itself.
struct Text(&'static str, TextChannel, [&'static str; 2], [&'static str; 2], [&'static str; 2]);

const TEXTS: [Text; 5] = [
    Text(
        "sms.card-ready",
        TextChannel::Sms,
        ["Карта готова", "Card ready"],
        ["", ""],
        [
            "{client}, ваша карта готова. Ждём вас: {branch}.",
            "{client}, your card is ready. Come to {branch}.",
        ],
    ),
    Text(
        "sms.payment-due",
        TextChannel::Sms,
        ["Напоминание о платеже", "Payment reminder"],
        ["", ""],
        [
            "{client}, напоминаем о платеже по кредиту: {sum}. Если вы уже заплатили, не отвечайте.",
            "{client}, your loan payment is due: {sum}. If you have paid already, ignore this.",
        ],
    ),
    Text(
        "mail.meeting-summary",
        TextChannel::Email,
        ["Итоги встречи", "After a meeting"],
        ["Итоги нашей встречи {date}", "Our meeting of {date}"],
        [
            "Здравствуйте, {client}!\n\nСпасибо за встречу. Мы договорились:\n— \n\nС уважением,\n{clerk}\n{branch}",
            "Dear {client},\n\nThank you for your time. We have agreed:\n— \n\nYours,\n{clerk}\n{branch}",
        ],
    ),
    Text(
        "mail.documents-needed",
        TextChannel::Email,
        ["Какие документы нужны", "Documents needed"],
        ["Документы для заявки", "Documents for your application"],
        [
            "Здравствуйте, {client}!\n\nДля заявки на {sum} нужны паспорт и справка о доходах. Их можно принести в отделение: {branch}.\n\n{clerk}",
            "Dear {client},\n\nFor your application for {sum} we need your passport and a certificate of income. Bring them to {branch}.\n\n{clerk}",
        ],
    ),
    Text(
        "chat.come-in",
        TextChannel::Chat,
        ["Приглашение в отделение", "Invitation to the branch"],
        ["", ""],
        [
            "{client}, этот вопрос быстрее решить на месте. Ждём вас: {branch}. Спросите: {clerk}.",
            "{client}, this is done sooner at the branch. Come to {branch} and ask for {clerk}.",
        ],
    ),
];

/// A script: key, the theme of the desk it is for, then its name and its steps, each in both languages.
struct Script(&'static str, &'static str, [&'static str; 2], &'static [[&'static str; 2]]);

const SCRIPTS: [Script; 3] = [
    Script(
        "card.lost",
        "Карта утеряна",
        ["Утеряна карта", "A lost card"],
        &[
            [
                "Проверьте документ и спросите кодовое слово",
                "Check the document and ask for the code word",
            ],
            ["Заблокируйте карту при клиенте", "Block the card while the client is here"],
            ["Пройдите вместе по последним операциям", "Go through the last operations together"],
            [
                "Предложите перевыпуск и назовите срок",
                "Offer a new card and say when it will be ready",
            ],
        ],
    ),
    Script(
        "loan.cash",
        "Кредит наличными",
        ["Кредит наличными", "Cash loan"],
        &[
            [
                "Спросите, на что нужны деньги и на какой срок",
                "Ask what the money is for, and for how long",
            ],
            ["Назовите полную стоимость кредита", "Tell the full cost of the loan"],
            ["Спросите о других кредитах и доходе", "Ask about other loans and income"],
            [
                "Расскажите, что делать, если платить станет трудно",
                "Say what to do if paying becomes hard",
            ],
            ["Дайте расчёт с собой", "Give the calculation to take home"],
        ],
    ),
    Script(
        "certificate",
        "Справка или выписка",
        ["Справка или выписка", "Certificate or statement"],
        &[
            ["Проверьте документ", "Check the document"],
            ["Уточните период и кому нужна справка", "Ask for which period and for whom"],
            ["Распечатайте, подпишите и отдайте", "Print, sign and hand it over"],
        ],
    ),
];

/// Loads scripts and texts.
pub(super) async fn load(services: &Services, places: &Places) -> Result<(), Error> {
    let system = services.system("demo");
    for (n, script) in (0_u64..).zip(&SCRIPTS) {
        let Script(key, theme, [name, name_en], steps) = script;
        let said =
            |lang: usize| steps.iter().filter_map(move |s| s.get(lang)).map(|s| (*s).to_owned());
        let save = SaveScript {
            script_id: None,
            key: (*key).to_owned(),
            name: (*name).to_owned(),
            name_en: (*name_en).to_owned(),
            theme: (*theme).to_owned(),
            steps: said(0).collect(),
            steps_en: said(1).collect(),
            revision: None,
        };
        services.execute(&system, places.ids.command("script", n), &save).await?;
    }
    for (n, text) in (0_u64..).zip(&TEXTS) {
        let Text(key, channel, [name, name_en], [subject, subject_en], [body, body_en]) = text;
        let owned = |text: &&str| (*text).to_owned();
        let save = SaveText {
            text_id: None,
            key: owned(key),
            channel: *channel,
            name: owned(name),
            name_en: owned(name_en),
            subject: owned(subject),
            subject_en: owned(subject_en),
            body: owned(body),
            body_en: owned(body_en),
            revision: None,
        };
        services.execute(&system, places.ids.command("message-text", n), &save).await?;
    }
    Ok(())
}

/// Publishes what the loaded bank goes by to all branches, once. The node must sign for the centre.
///
/// # Errors
/// The database's.
pub async fn release(services: &Services, bank: &DemoBank, seed: u64) -> Result<(), Error> {
    let draft = queries::draft(&mut services.reader.clone(), services).await?;
    if !draft.is_new {
        return Ok(());
    }
    let publish = PublishBundle {
        version: draft.version,
        print: draft.print,
        note: "Первая версия".to_owned(),
        in_force_at: None,
        stage: Stage::all(),
    };
    let id = Ids::new(seed, bank.today()).command("release", 0);
    services.execute(&services.system("demo"), id, &publish).await?;
    Ok(())
}
