//! What a bank's first start needs: somebody who can sign in.

use kernel::{Entropy, Lang, Secret};
use spine::Services;
use spine::org::{Seed, SeedStaff, has_staff, hash_password};

use crate::RunError;

/// Sign-in name of the first administrator.
const LOGIN: &str = "admin";

/// Makes an administrator with a random password when the bank has no staff at all; answers login and
/// password, to be printed once.
///
/// # Errors
/// The database's.
pub(crate) async fn administrator(
    services: &Services,
) -> Result<Option<(&'static str, Secret<String>)>, RunError> {
    if has_staff(&mut services.reader.clone()).await? {
        return Ok(None);
    }
    let password = Secret::new(random_password(services.entropy.as_ref()));
    let hash = hash_password(&password).map_err(spine::Error::failure)?;
    let seed = Seed {
        staff: vec![SeedStaff {
            login: LOGIN.to_owned(),
            name: "Администратор".to_owned(),
            name_en: "Administrator".to_owned(),
            branch: None,
            team: None,
            roles: vec!["administrator".to_owned()],
            password_hash: Some(hash),
            lang: Lang::Ru,
            must_change_password: true,
        }],
        ..Seed::default()
    };
    let system = services.system("cli");
    services.execute(&system, system.command_id(), &seed).await?;
    Ok(Some((LOGIN, password)))
}

/// Sixteen letters and digits that cannot be mistaken for one another: 80 bits.
pub(crate) fn random_password(entropy: &dyn Entropy) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes);
    let letter = |b: &u8| LETTERS.get(usize::from(b % 32)).copied().map_or('x', char::from);
    bytes.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use kernel::RandomEntropy;

    use super::random_password;

    #[test]
    fn passwords_are_long_plain_and_differ() {
        let (a, b) = (random_password(&RandomEntropy), random_password(&RandomEntropy));
        assert_ne!(a, b);
        assert!(a.chars().count() >= kernel::limits::PASSWORD_CHARS_MIN);
        assert!(a.chars().all(|c| c.is_ascii_alphanumeric() && !"lo01".contains(c)), "{a}");
    }
}
