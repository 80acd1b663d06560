//! What a card says of the visitor, for a desk that may know nothing else of him.

use kernel::{Money, VisitId};
use maud::{Markup, html};
use smartcard::profile::{Profile, Service};
use spine::Error;
use web::Cx;
use web::ui::{self, Kv, Tone};

use crate::card::keys::CardKeys;
use crate::card::queries::{self, ReadingRow};

/// A card that was read in a visit.
pub(crate) struct Shown {
    reading: ReadingRow,
    profile: Profile,
}

impl Shown {
    /// What may be spent until the centre counts again.
    pub(crate) fn left(&self) -> Money {
        let limit = self.profile.limit;
        let since = self.reading.total_minor.saturating_sub(self.profile.counted.total.minor);
        let spent = self.profile.counted.spent.minor.saturating_add(since);
        Money::new(limit.minor.saturating_sub(spent).max(0), limit.currency)
    }
    /// The profile.
    pub(crate) const fn profile(&self) -> &Profile {
        &self.profile
    }
    /// The card's number.
    pub(crate) fn number(&self) -> &str {
        &self.reading.number
    }
    /// The offer, while it is good.
    pub(crate) fn offer(&self, now: kernel::Timestamp) -> Option<&smartcard::profile::Offer> {
        self.profile.offer.as_ref().filter(|offer| offer.expires > smartcard::CardTime::of(now))
    }
}

/// The card that was read in a visit last; none when none was.
///
/// # Errors
/// The database's.
pub(crate) async fn shown(cx: &Cx, visit: VisitId) -> Result<Option<Shown>, Error> {
    let Some(reading) = queries::last_of_visit(&mut cx.db.clone(), visit).await? else {
        return Ok(None);
    };
    let Ok(keys) = CardKeys::of(&cx.app.services).await else { return Ok(None) };
    let profile = Profile::open(&reading.signed, keys.issuers()).ok();
    Ok(profile.map(|profile| Shown { reading, profile }))
}

const fn service_key(service: Service) -> &'static str {
    match service {
        Service::Standard => "standard",
        Service::Priority => "priority",
        Service::Vip => "vip",
    }
}

/// What it says.
pub(crate) fn part(cx: &Cx, card: &Shown) -> Markup {
    let l = &cx.l;
    let profile = &card.profile;
    let service = l.t(&format!("service-{}", service_key(profile.service)));
    let mut kv = Kv::new("card-digest")
        .two_columns()
        .text(l.t("card-holder"), profile.holder.as_str())
        .text(l.t("card-number"), card.number())
        .line(l.t("card-service"), html! {
            @match profile.service {
                Service::Standard => (service),
                Service::Priority | Service::Vip => (ui::badge(Tone::Attention, &service)),
            }
            @if profile.related_to_vip { " " (ui::badge(Tone::Attention, &l.t("card-speaks-for-vip"))) }
        })
        .line(l.t("card-left"), html! { (l.money(card.left())) " " span.quiet { (l.t("card-of")) " " (l.money(profile.limit)) } });
    if let Some(offer) = card.offer(cx.now()) {
        let until = l.datetime(offer.expires.timestamp());
        kv = kv.line(l.t("card-offer"), html! {
            (l.money(offer.sum)) " · " (l.percent(i64::from(offer.rate_bp))) " · " span.quiet { (l.t("card-until")) " " (until) }
        });
    }
    if let Some(issued) = profile.issued {
        kv = kv.line(l.t("card-signed"), html! { (l.ago(issued.timestamp())) });
    }
    html! { div #visit-card { (kv.render(l)) } }
}
