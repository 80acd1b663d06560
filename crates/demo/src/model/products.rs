//! Products of the demo bank: stable keys with names in both languages.

use super::organisation::Localised;

/// Every product of an account or a card: key, name.
#[rustfmt::skip]
pub const PRODUCTS: [(&str, Localised); 14] = [
    ("current_everyday", Localised { ru: "Текущий счёт «Каждый день»", en: "Everyday current account" }),
    ("current_premium", Localised { ru: "Текущий счёт «Премиум»", en: "Premium current account" }),
    ("current_private", Localised { ru: "Счёт частного банкинга", en: "Private banking account" }),
    ("settlement_start", Localised { ru: "Расчётный счёт «Старт»", en: "Start settlement account" }),
    ("settlement_business", Localised { ru: "Расчётный счёт «Бизнес»", en: "Business settlement account" }),
    ("settlement_corporate", Localised { ru: "Расчётный счёт «Корпоративный»", en: "Corporate settlement account" }),
    ("settlement_tender", Localised { ru: "Специальный счёт для торгов", en: "Tender account" }),
    ("savings_flexible", Localised { ru: "Накопительный счёт", en: "Flexible savings account" }),
    ("savings_currency", Localised { ru: "Накопительный счёт в юанях", en: "Savings account in yuan" }),
    ("deposit_term", Localised { ru: "Срочный вклад «Рост»", en: "Growth term deposit" }),
    ("card_debit", Localised { ru: "Дебетовая карта", en: "Debit card" }),
    ("card_debit_premium", Localised { ru: "Премиальная дебетовая карта", en: "Premium debit card" }),
    ("card_credit", Localised { ru: "Кредитная карта", en: "Credit card" }),
    ("card_business", Localised { ru: "Бизнес-карта", en: "Business card" }),
];

/// Name of a product by its key.
pub fn product_name(key: &str) -> Option<Localised> {
    PRODUCTS.iter().find(|(known, _)| *known == key).map(|(_, name)| *name)
}
