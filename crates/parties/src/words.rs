//! Enums whose values are stored as words: one definition for every slice of this room.

/// An enum whose values are stored as words.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $key:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $key)] $variant),+ }
        impl $name {
            /// All values, in menu order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// Stable word, as stored and in text keys.
            pub const fn key(self) -> &'static str {
                match self { $($name::$variant => $key),+ }
            }
            /// From the stored word.
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.key() == key)
            }
        }
        impl store::FromValue for $name {
            fn from_value(value: store::Value) -> Result<Self, String> {
                let key = <String as store::FromValue>::from_value(value)?;
                Self::from_key(&key).ok_or_else(|| format!("unknown word {key}"))
            }
        }
        impl From<$name> for store::Value {
            fn from(value: $name) -> Self {
                store::Value::Text(value.key().to_owned())
            }
        }
    )+};
}
pub(crate) use words;
