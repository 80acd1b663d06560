//! What waits for a second person, on the client card.

use maud::html;
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

pub(super) struct WaitingPanel;

impl CardPanel for WaitingPanel {
    fn key(&self) -> &'static str {
        "waiting"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        1
    }
    fn render<'a>(
        &'a self,
        cx: &'a Cx,
        CardClient { id: client, .. }: CardClient,
    ) -> PanelMarkup<'a> {
        Box::pin(async move {
            let back = format!("/clients/{client}");
            let strip = cx.waiting_strip(client.uuid(), &back).await?;
            // there even when empty: it fills when somebody asks
            Ok(Some(html! {
                div id="panel-waiting" data-live={ "client:" (client) }
                    data-live-src={ (back) "/panel/waiting" } {
                    @if let Some(strip) = &strip { (strip) }
                }
            }))
        })
    }
}
