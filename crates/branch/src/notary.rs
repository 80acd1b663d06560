//! The centre's signature under pre-approvals, by the keys of the lines.

use spine::Error;
use spine::authority::Notary;

use crate::envelope::{Keys, PublicKeys};

/// At the centre.
pub(crate) struct Signing(pub(crate) Keys, pub(crate) PublicKeys);

/// At a branch, which knows the centre's public keys.
pub struct Knowing(pub PublicKeys);

impl Notary for Signing {
    fn sign(&self, what: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.sign(what)
    }
    fn has_signed(&self, what: &[u8], signature: &[u8]) -> bool {
        self.1.have_signed(what, signature)
    }
}

impl Notary for Knowing {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::refused("only-at-centre"))
    }
    fn has_signed(&self, what: &[u8], signature: &[u8]) -> bool {
        self.0.have_signed(what, signature)
    }
}
