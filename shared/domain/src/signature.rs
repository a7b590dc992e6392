//! Signatures in and out. Every comparison takes the same time wherever the first difference lies.
//!
//! - GitHub: `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 over the raw body
//!   (docs.github.com, "Validating webhook deliveries"). The SHA-1 header is never read.
//! - Standard Webhooks 1.0.0: `webhook-signature: v1,<base64> …`, HMAC-SHA256 over `id.timestamp.body`.

pub mod standard;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Whether `header` is GitHub's signature of `body` under any of `secrets`.
pub fn github(secrets: &[SecretString], header: &str, body: &[u8]) -> bool {
    let mut claimed = [0_u8; 32];
    let Some(hex) = header.strip_prefix("sha256=") else { return false };
    if hex::decode_to_slice(hex, &mut claimed).is_err() {
        return false;
    }
    secrets
        .iter()
        .any(|secret| mac(secret.expose_secret().as_bytes(), &[body]).verify_slice(&claimed).is_ok())
}

/// The seed's outgoing header: `sha256=<hex>` over the raw body, keyed with the secret's text.
pub fn over_body(secret: &SecretString, body: &[u8]) -> String {
    let digest = mac(secret.expose_secret().as_bytes(), &[body]).finalize().into_bytes();
    format!("sha256={}", hex::encode(digest))
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(secrets: &[&str], header: &str, body: &str, genuine: bool) {
        let secrets: Vec<_> = secrets.iter().map(|s| SecretString::from(*s)).collect();
        assert_eq!(github(&secrets, header, body.as_bytes()), genuine, "{header}");
    }

    /// The vector of GitHub's own documentation.
    const SECRET: &str = "It's a Secret to Everybody";
    const GOOD: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[test]
    fn github_signatures() {
        check(&[SECRET], GOOD, "Hello, World!", true);
        check(&["newer", SECRET], GOOD, "Hello, World!", true);
        check(&[], GOOD, "Hello, World!", false);
        check(&["newer"], GOOD, "Hello, World!", false);
        check(&[SECRET], GOOD, "Hello, World?", false);
        check(&[SECRET], &GOOD[..GOOD.len() - 2], "Hello, World!", false);
        check(&[SECRET], &GOOD.replace("sha256=", "sha1="), "Hello, World!", false);
        check(&[SECRET], "sha256=", "Hello, World!", false);
        check(&[SECRET], "", "Hello, World!", false);
        check(&[SECRET], &format!("{GOOD}00"), "Hello, World!", false);
    }

    #[test]
    fn no_flipped_bit_is_accepted() {
        let secrets = [SecretString::from(SECRET)];
        let signature = hex::decode(&GOOD[7..]).expect("hex");
        for bit in 0..256 {
            let mut forged = signature.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let header = format!("sha256={}", hex::encode(forged));
            assert!(!github(&secrets, &header, b"Hello, World!"), "bit {bit}");
        }
    }

    #[test]
    fn the_seeds_header_is_githubs_form() {
        assert_eq!(over_body(&SecretString::from(SECRET), b"Hello, World!"), GOOD);
    }
}
