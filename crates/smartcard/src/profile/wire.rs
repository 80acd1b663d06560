//! How a profile is written: a map of CBOR with numbers for keys, in order. What a field means when it is absent
//! is part of the format, and then it must be absent: one profile has one sequence of bytes, and one sequence of
//! bytes is at most one profile. Keys 1 to 4 are always there.

use kernel::{Currency, Money};

use super::{Counted, Offer, Profile, ProfileFault, Service};
use crate::cbor::{CborFault, Reader, Writer};
use crate::values::{CardNumber, CardTime, Code, Holder};

const HOLDER: u64 = 1;
const COUNTER: u64 = 2;
const EXPIRES: u64 = 3;
const LIMIT: u64 = 4;
const CARD: u64 = 5;
const ISSUED: u64 = 6;
const CURRENCY: u64 = 7;
const SPENT: u64 = 8;
const TOTAL: u64 = 9;
const ATC: u64 = 10;
const SEGMENT: u64 = 11;
const TARIFF: u64 = 12;
const SERVICE: u64 = 13;
const RELATED: u64 = 14;
const POINTS: u64 = 15;
const OFFER: u64 = 16;
const CONSENTS: u64 = 17;
const BUNDLE: u64 = 18;
/// Pairs of the longest map.
const PAIRS_MAX: u64 = 18;

/// The currency of a profile that names none: the first format was the rouble's.
const CURRENCY_UNSAID: Currency = Currency::RUB;

impl Profile {
    /// Writes it, unsigned.
    pub(super) fn encode(&self) -> Result<Vec<u8>, ProfileFault> {
        let currency = self.limit.currency;
        let mut map = Pairs::default();
        map.put(HOLDER).text(self.holder.as_str());
        map.number(COUNTER, self.counter.into());
        map.number(EXPIRES, self.expires.seconds());
        map.number(LIMIT, amount(LIMIT, self.limit, currency)?);
        if let Some(card) = self.card {
            map.put(CARD).bytes(&card.0);
        }
        if let Some(issued) = self.issued {
            map.number(ISSUED, issued.seconds());
        }
        if currency != CURRENCY_UNSAID {
            map.put(CURRENCY).text(currency.code());
        }
        map.unless_zero(SPENT, amount(SPENT, self.counted.spent, currency)?);
        map.unless_zero(TOTAL, amount(TOTAL, self.counted.total, currency)?);
        map.unless_zero(ATC, self.counted.atc.into());
        for (key, code) in [(SEGMENT, &self.segment), (TARIFF, &self.tariff)] {
            if let Some(code) = code {
                map.put(key).text(code.as_str());
            }
        }
        map.unless_zero(SERVICE, service_number(self.service));
        map.unless_zero(RELATED, u64::from(self.related_to_vip));
        map.unless_zero(POINTS, self.points);
        if let Some(offer) = &self.offer {
            let sum = amount(OFFER, offer.sum, currency)?;
            let writer = map.put(OFFER);
            writer.array(4).bytes(offer.id.as_bytes());
            writer.uint(sum).uint(offer.rate_bp.into()).uint(offer.expires.seconds());
        }
        map.unless_zero(CONSENTS, self.consents.into());
        map.unless_zero(BUNDLE, self.bundle.into());
        Ok(map.done())
    }

    /// Reads what [`Profile::encode`] writes, and nothing else.
    pub(super) fn decode(payload: &[u8]) -> Result<Self, ProfileFault> {
        let mut map = Map::open(payload)?;
        let holder = map.required(HOLDER, |r| holder(r))?;
        let counter = map.required(COUNTER, |r| small(r, COUNTER))?;
        let expires = map.required(EXPIRES, |r| time(r, EXPIRES))?;
        let limit = map.required(LIMIT, |r| minor(r, LIMIT))?;
        let card = map.optional(CARD, |r| exact::<8>(r, CARD))?.map(CardNumber);
        let issued = map.optional(ISSUED, |r| time(r, ISSUED))?;
        let currency = map.optional(CURRENCY, currency)?.unwrap_or(CURRENCY_UNSAID);
        let spent = map.optional(SPENT, |r| nonzero(minor(r, SPENT)?, SPENT))?.unwrap_or(0);
        let total = map.optional(TOTAL, |r| nonzero(minor(r, TOTAL)?, TOTAL))?.unwrap_or(0);
        let atc = map.optional(ATC, |r| nonzero(small(r, ATC)?, ATC))?.unwrap_or(0);
        let segment = map.optional(SEGMENT, |r| code(r, SEGMENT))?;
        let tariff = map.optional(TARIFF, |r| code(r, TARIFF))?;
        let service = map.optional(SERVICE, service)?.unwrap_or(Service::Standard);
        let related_to_vip = map.optional(RELATED, related)?.unwrap_or(false);
        let points = map.optional(POINTS, |r| nonzero(r.uint()?, POINTS))?.unwrap_or(0);
        let offer = map.optional(OFFER, |r| offer(r, currency))?;
        let consents = map.optional(CONSENTS, |r| nonzero(small(r, CONSENTS)?, CONSENTS))?;
        let bundle = map.optional(BUNDLE, |r| nonzero(small(r, BUNDLE)?, BUNDLE))?;
        map.end()?;
        let money = |minor| Money::new(minor, currency);
        Ok(Self {
            holder,
            counter,
            expires,
            limit: money(limit),
            card,
            issued,
            counted: Counted { spent: money(spent), total: money(total), atc },
            segment,
            tariff,
            service,
            related_to_vip,
            points,
            offer,
            consents: consents.unwrap_or(0),
            bundle: bundle.unwrap_or(0),
        })
    }
}

/// A map that is being written: how many pairs there are is known at the end.
#[derive(Default)]
struct Pairs {
    count: u64,
    body: Writer,
}

impl Pairs {
    fn put(&mut self, key: u64) -> &mut Writer {
        self.count += 1;
        self.body.uint(key)
    }
    fn number(&mut self, key: u64, value: u64) {
        self.put(key).uint(value);
    }
    fn unless_zero(&mut self, key: u64, value: u64) {
        if value != 0 {
            self.number(key, value);
        }
    }
    fn done(self) -> Vec<u8> {
        let mut head = Writer::default();
        head.map(self.count);
        let mut out = head.done();
        out.extend(self.body.done());
        out
    }
}

/// A map that is being read, its keys in the order in which they are asked for.
struct Map<'a> {
    reader: Reader<'a>,
    left: u64,
    /// A key that was read and not yet asked for.
    key: Option<u64>,
}

impl<'a> Map<'a> {
    fn open(payload: &'a [u8]) -> Result<Self, ProfileFault> {
        let mut reader = Reader::new(payload);
        let left = reader.map()?;
        if left > PAIRS_MAX {
            return Err(CborFault::TooLarge.into());
        }
        Ok(Self { reader, left, key: None })
    }

    fn optional<T>(
        &mut self,
        key: u64,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, ProfileFault>,
    ) -> Result<Option<T>, ProfileFault> {
        if self.key.is_none() && self.left > 0 {
            self.key = Some(self.reader.uint()?);
            self.left -= 1;
        }
        if self.key != Some(key) {
            return Ok(None);
        }
        self.key = None;
        read(&mut self.reader).map(Some)
    }

    fn required<T>(
        &mut self,
        key: u64,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, ProfileFault>,
    ) -> Result<T, ProfileFault> {
        self.optional(key, read)?.ok_or(ProfileFault::Field(key))
    }

    /// Nothing may be left: neither a key that nobody asked for nor bytes.
    fn end(self) -> Result<(), ProfileFault> {
        match (self.key, self.left) {
            (Some(key), _) => Err(ProfileFault::Field(key)),
            (None, 0) => Ok(self.reader.end()?),
            (None, _) => Err(CborFault::Unexpected.into()),
        }
    }
}

fn amount(key: u64, money: Money, currency: Currency) -> Result<u64, ProfileFault> {
    if money.currency != currency {
        return Err(ProfileFault::Field(key));
    }
    u64::try_from(money.minor).map_err(|_| ProfileFault::Field(key))
}

fn minor(reader: &mut Reader<'_>, key: u64) -> Result<i64, ProfileFault> {
    i64::try_from(reader.uint()?).map_err(|_| ProfileFault::Field(key))
}

fn small(reader: &mut Reader<'_>, key: u64) -> Result<u32, ProfileFault> {
    u32::try_from(reader.uint()?).map_err(|_| ProfileFault::Field(key))
}

/// What is zero must be absent.
fn nonzero<T: Default + PartialEq>(value: T, key: u64) -> Result<T, ProfileFault> {
    if value == T::default() { Err(ProfileFault::Field(key)) } else { Ok(value) }
}

fn time(reader: &mut Reader<'_>, key: u64) -> Result<CardTime, ProfileFault> {
    CardTime::from_seconds(reader.uint()?).ok_or(ProfileFault::Field(key))
}

fn exact<const N: usize>(reader: &mut Reader<'_>, key: u64) -> Result<[u8; N], ProfileFault> {
    reader.bytes(N)?.try_into().map_err(|_| ProfileFault::Field(key))
}

fn holder(reader: &mut Reader<'_>) -> Result<Holder, ProfileFault> {
    Holder::new(reader.text(Holder::MAX)?).ok_or(ProfileFault::Field(HOLDER))
}

fn code(reader: &mut Reader<'_>, key: u64) -> Result<Code, ProfileFault> {
    Code::new(reader.text(Code::MAX)?).ok_or(ProfileFault::Field(key))
}

fn currency(reader: &mut Reader<'_>) -> Result<Currency, ProfileFault> {
    match reader.text(CURRENCY_UNSAID.letters().len())?.parse() {
        Ok(currency) if currency != CURRENCY_UNSAID => Ok(currency),
        Ok(_) | Err(_) => Err(ProfileFault::Field(CURRENCY)),
    }
}

const fn service_number(service: Service) -> u64 {
    match service {
        Service::Standard => 0,
        Service::Priority => 1,
        Service::Vip => 2,
    }
}

fn service(reader: &mut Reader<'_>) -> Result<Service, ProfileFault> {
    match reader.uint()? {
        1 => Ok(Service::Priority),
        2 => Ok(Service::Vip),
        _ => Err(ProfileFault::Field(SERVICE)),
    }
}

fn related(reader: &mut Reader<'_>) -> Result<bool, ProfileFault> {
    if reader.uint()? == 1 { Ok(true) } else { Err(ProfileFault::Field(RELATED)) }
}

fn offer(reader: &mut Reader<'_>, currency: Currency) -> Result<Offer, ProfileFault> {
    if reader.array()? != 4 {
        return Err(ProfileFault::Field(OFFER));
    }
    Ok(Offer {
        id: uuid::Uuid::from_bytes(exact(reader, OFFER)?),
        sum: Money::new(minor(reader, OFFER)?, currency),
        rate_bp: small(reader, OFFER)?,
        expires: time(reader, OFFER)?,
    })
}
