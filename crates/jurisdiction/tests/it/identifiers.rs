//! Documents and numbers: what is taken, in which form, and with which code it is refused.

use jurisdiction::{
    Certainty, Pack, Sex, Subject, Verdict, check_account_key, check_issuer_code,
    decode_czech_birth_number, decode_iin, document_validity, mask_pan, parse_email, parse_phone,
    validate_identifier, validate_identifier_for,
};
use kernel::Date;

/// `normalised / display / certainty`, or the refusal's code.
fn answer(pack: &str, kind: &str, raw: &str) -> String {
    match validate_identifier(Pack::load(pack).unwrap(), kind, raw) {
        Ok(c) => format!("{} / {} / {:?}", c.normalised, c.display, c.certainty),
        Err(refusal) => refusal.code,
    }
}

#[test]
fn russian_numbers() {
    let check = |kind, raw, expected| assert_eq!(answer("ru", kind, raw), expected, "{kind} {raw}");
    check("inn", " 7707083893 ", "7707083893 / 7707083893 / Valid");
    check("inn", "500100732259", "500100732259 / 500100732259 / Valid");
    check("inn", "7707083983", "id-check-digit");
    check("inn", "500100732269", "id-check-digit");
    check("inn", "77070838931", "id-length");
    check("inn", "770708389A", "id-digits");
    check("inn", "٧٧٠٧٠٨٣٨٩٣", "id-digits");
    check("inn", "0000000000", "id-all-zero");
    check("inn", "0012345678", "id-prefix");
    check("inn", "  ", "id-empty");
    check("ogrn", "1027700132195", "1027700132195 / 1027700132195 / Valid");
    check("ogrn", "2027700132195", "id-prefix");
    check("ogrnip", "304774632000012", "304774632000012 / 304774632000012 / Valid");
    check("ogrnip", "304500116000158", "id-check-digit");
    check("snils", "087654302 00", "08765430200 / 087-654-302 00 / Valid");
    check("snils", "001-001-998 17", "00100199817 / 001-001-998 17 / Unchecked");
    check("snils", "001-001-999 17", "id-check-digit");
    check("kpp", "7736AB001", "7736AB001 / 7736AB001 / Valid");
    check("kpp", "7736ab001", "id-shape");
    check("okved2", "64.19.1", "64.19.1 / 64.19.1 / Valid");
    check("okved2", "64.19.1.1", "id-shape");
    check("bik", "044525225", "044525225 / 044525225 / Valid");
    check("passport_rf", "45 08 №123456", "4508123456 / 4508 123456 / Valid");
    check("passport_rf", "4508 12345", "id-length");
    check("passport_rf", "0000 000000", "id-all-zero");
    check("birth_certificate_rf", "II-MЮ 123456", "IIМЮ123456 / II-МЮ 123456 / Valid");
    check("driving_licence_rf", "77 ав 123456", "77АВ123456 / 77 АВ 123456 / Valid");
    check("passport_foreign", " ab  12-34 ", "AB1234 / AB 12-34 / Unchecked");
    check("vat", "1", "id-kind");
}

#[test]
fn international_codes() {
    let check = |kind, raw, expected| assert_eq!(answer("ru", kind, raw), expected, "{kind} {raw}");
    check(
        "iban",
        "gb82west12345698765432",
        "GB82WEST12345698765432 / GB82 WEST 1234 5698 7654 32 / Valid",
    );
    check("iban", "KZ86125KZT5004100101", "id-check-digit");
    check("iban", "US89370400440532013000", "id-country");
    check("iban", "GB82WEST1234569876543", "id-length");
    check("iban", "DE", "id-length");
    check("lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12 / 5493001KJTIIGC8Y1R12 / Valid");
    check("lei", "5493001KJTIIGC8Y1R13", "id-check-digit");
    check("bic", "DEUTDEFF500", "DEUTDEFF500 / DEUTDEFF500 / Valid");
    check("bic", "SABRZZMM", "id-country");
}

#[test]
fn kazakh_numbers_come_from_the_second_pack() {
    let check = |kind, raw, expected| assert_eq!(answer("kz", kind, raw), expected, "{kind} {raw}");
    // Two banks' published numbers.
    check("bin", "940140000385", "940140000385 / 940140000385 / Valid");
    check("bin", "971240001315", "971240001315 / 971240001315 / Valid");
    check("bin", "971240001316", "id-check-digit");
    check("bin", "971340001315", "id-date");
    check("bin", "971270001315", "id-shape");
    check("iin", "900101300007", "900101300007 / 900101300007 / Valid");
    check("iin", "900101300008", "id-check-digit");
    // The first sum is 10, so the second weights decide; the second number's second sum is 10 too.
    check("iin", "900101300811", "900101300811 / 900101300811 / Valid");
    check("iin", "900101300800", "id-check-digit");
    check("iin", "901301300000", "id-date");
    check("iin", "900101700000", "id-shape");
    check("id_card_kz", "012345678", "012345678 / 012345678 / Valid");
    check("passport_kz", "n1234 5678", "N12345678 / N12345678 / Valid");
    check("inn", "7707083893", "id-kind");
    assert_eq!(answer("ru", "iin", "900101300000"), "id-kind");
}

#[test]
fn the_subject_decides_the_length_and_the_kinds() {
    let ru = Pack::load("ru").unwrap();
    let code = |kind, subject, raw| {
        validate_identifier_for(ru, kind, subject, raw)
            .map_err(|refusal| refusal.code)
            .map(|c| c.normalised)
    };
    assert_eq!(code("inn", Subject::Company, "7707083893"), Ok("7707083893".to_owned()));
    assert_eq!(code("inn", Subject::Person, "7707083893"), Err("id-length".to_owned()));
    assert_eq!(code("inn", Subject::SoleTrader, "500100732259"), Ok("500100732259".to_owned()));
    assert_eq!(code("ogrn", Subject::Person, "1027700132195"), Err("id-subject".to_owned()));
}

#[test]
fn account_keys_depend_on_the_bank() {
    let check = |bik, account| check_account_key(bik, account).map_err(|refusal| refusal.code);
    assert_eq!(check("044525225", "40702810938000012345"), Ok(Certainty::Valid));
    assert_eq!(check("044525225", "30101810400000000225"), Ok(Certainty::Valid));
    assert_eq!(check("004525988", "40102810545370000003"), Ok(Certainty::Valid));
    assert_eq!(check("017003983", "03100643000000018500"), Ok(Certainty::NotApplicable));
    assert_eq!(check("044525187", "40702810938000012345"), Err("id-account-key".to_owned()));
    assert_eq!(check("044525225", "4070281003800001234"), Err("id-length".to_owned()));
    assert_eq!(check("04452522X", "40702810938000012345"), Err("id-digits".to_owned()));
}

#[test]
fn a_card_number_loses_its_middle() {
    let masked = mask_pan("4111 1111 1111 1111").unwrap();
    assert_eq!(masked.to_string(), "411111******1111");
    assert!(!format!("{masked:?}").contains("41111111"));
    assert_eq!(mask_pan("4111111111111112").unwrap_err().code, "id-check-digit");
    assert_eq!(mask_pan("411111111111").unwrap_err().code, "id-length");
}

#[test]
fn documents_hold_by_the_rule_of_their_pack() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let check = |pack: &str, kind: &str, birth: &str, issued: &str, on: &str| {
        let rule = Pack::load(pack).unwrap().identifier(kind).unwrap().validity.clone().unwrap();
        let answer = document_validity(&rule, day(birth), day(issued), day(on));
        (answer.verdict, answer.valid_until.map(|until| until.to_string()).unwrap_or_default())
    };
    let ru = |issued, on| check("ru", "passport_rf", "2000-05-10", issued, on);
    assert_eq!(ru("2014-06-01", "2020-08-08"), (Verdict::Valid, "2020-08-08".to_owned()));
    assert_eq!(ru("2014-06-01", "2020-08-09"), (Verdict::Expired, "2020-08-08".to_owned()));
    assert_eq!(ru("2020-05-10", "2020-08-09"), (Verdict::Valid, "2045-08-08".to_owned()));
    assert_eq!(ru("2046-01-01", "2099-01-01"), (Verdict::Valid, String::new()));
    assert_eq!(ru("2014-05-09", "2015-01-01").0, Verdict::IssuedTooYoung);
    assert_eq!(ru("2014-06-01", "2014-05-31").0, Verdict::NotYetIssued);
    let kz = |on| check("kz", "id_card_kz", "1990-01-01", "2016-02-29", on);
    assert_eq!(kz("2026-03-01"), (Verdict::Valid, "2026-03-01".to_owned()));
    assert_eq!(kz("2026-03-02").0, Verdict::Expired);
}

#[test]
fn numbers_that_tell_the_birth() {
    let czech = |raw| {
        decode_czech_birth_number(raw).map(|f| (f.date.to_string(), f.sex)).map_err(|r| r.code)
    };
    assert_eq!(czech("706213"), Ok(("1970-12-13".to_owned(), Sex::Female)));
    assert_eq!(czech("450204"), Ok(("1945-02-04".to_owned(), Sex::Male)));
    assert_eq!(czech("451304"), Err("birth-number".to_owned()));
    assert_eq!(czech("456304"), Err("birth-number".to_owned()));
    assert_eq!(czech("450230"), Err("birth-number".to_owned()));
    assert_eq!(czech("45020"), Err("id-length".to_owned()));
    let iin = decode_iin("900101300007").map(|f| f.map(|f| (f.date.to_string(), f.sex)));
    assert_eq!(iin, Ok(Some(("1990-01-01".to_owned(), Sex::Male))));
}

#[test]
fn issuer_codes() {
    assert_eq!(check_issuer_code("770 001").unwrap().display, "770-001");
    assert_eq!(check_issuer_code("77-001").unwrap_err().code, "id-length");
}

#[test]
fn phones_keep_country_and_extension() {
    let phone = parse_phone("8 (495) 123-45-67 доб. 12", "RU").unwrap();
    assert_eq!((phone.e164.as_str(), phone.ext.as_deref()), ("+74951234567", Some("12")));
    assert_eq!(phone.national, "8 (495) 123-45-67");
    assert_eq!(parse_phone("8 (727) 250-00-00", "KZ").unwrap().country, "KZ");
    assert_eq!(parse_phone("9161234567", "RU").unwrap().e164, "+79161234567");
    assert_eq!(parse_phone("112", "RU").unwrap_err().code, "phone-invalid");
    assert_eq!(parse_phone("9161234567", "ru!").unwrap_err().code, "phone-region");
}

#[test]
fn emails_meet_in_their_key() {
    let key = |raw| parse_email(raw).map(|e| e.dedupe_key).map_err(|refusal| refusal.code);
    assert_eq!(key("I.Petrov+bank@GoogleMail.com"), Ok("ipetrov@gmail.com".to_owned()));
    assert_eq!(key("i.petrov@ya.ru"), key("I-Petrov@yandex.com"));
    assert_eq!(key("почта@Пример.РФ"), Ok("почта@xn--e1afmkfd.xn--p1ai".to_owned()));
    for bad in
        ["", "ivan", "@example.com", "a@b@example.com", "a..b@example.com", "a b@example.com"]
    {
        assert_eq!(key(bad), Err("email-shape".to_owned()), "{bad}");
    }
    for bad in ["a@", "a@localhost", "a@example..com", "a@1.2.3.4", "a@-.com", "a@ex_ample.com"] {
        assert_eq!(key(bad), Err("email-domain".to_owned()), "{bad}");
    }
}
