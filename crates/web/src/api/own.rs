//! Conditions and orders of lists in the API, as the pages' addresses have them.

use schemars::JsonSchema;
use serde::Deserialize;
use spine::OwnAsked;

use super::problem::Problem;
use crate::http::Cx;

/// Conditions `FIELD:OPERATOR:VALUE` as the pairs of a page's address.
///
/// # Errors
/// One without a field or an operator.
pub fn condition_pairs(filter: &[String]) -> Result<Vec<(String, String)>, Problem> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut pairs = Vec::new();
    for condition in filter {
        let mut parts = condition.splitn(3, ':');
        let (field, op) = (parts.next(), parts.next());
        let (Some(field), Some(op)) = (field, op.filter(|op| !op.is_empty())) else {
            return Err(Problem::bad_request("api-filter-unclear", "filter"));
        };
        let value = parts.next().unwrap_or_default();
        pairs.extend([pair("field", field), pair("op", op), pair("value", value)]);
    }
    Ok(pairs)
}

/// What may be asked of a list in fields the bank has added.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct OwnQuery {
    /// A condition on a field the bank has added, `FIELD:OPERATOR:VALUE`; several are joined by "and".
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub filter: Vec<String>,
    /// Order by a field the bank has added: its key; a minus begins with the largest.
    #[serde(default)]
    #[schemars(length(max = 41))]
    pub sort: Option<String>,
}

impl OwnQuery {
    /// The same, understood.
    ///
    /// # Errors
    /// A condition that is not understood; an order nothing stands behind.
    pub async fn asked(&self, cx: &Cx, object: &str) -> Result<OwnAsked, Problem> {
        let mut pairs = condition_pairs(&self.filter)?;
        pairs.extend(self.sort.iter().map(|word| ("sort".to_owned(), word.clone())));
        let asked = cx.own(object).await?.asked(cx, &pairs).map_err(spine::Error::Refused)?;
        if self.sort.is_some() && asked.order.is_none() {
            return Err(Problem::bad_request("not-a-choice", "sort"));
        }
        Ok(asked)
    }
}
