//! The asymmetric half of Standard Webhooks: Ed25519 key pairs (RFC 8032), signatures under `v1a`.
//!
//! A private key is 64 bytes, the seed and the public key (the form that libsodium and the Svix server write), a public
//! one 32.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::KeyError;

pub(super) const PRIVATE: &str = "whsk_";
const PUBLIC: &str = "whpk_";
const SEED: usize = 32;

/// A private key that signs, with its public one.
pub struct KeyPair {
    pair: Ed25519KeyPair,
    text: SecretString,
}

/// What a receiver verifies with, `whpk_<base64>`: no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicKey(String);

impl KeyPair {
    /// The pair that follows from 32 random bytes.
    pub fn of_seed(seed: &[u8; SEED]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Pair)?;
        let bytes = [&seed[..], pair.public_key().as_ref()].concat();
        Ok(Self { pair, text: format!("{PRIVATE}{}", STANDARD.encode(bytes)).into() })
    }

    /// Reads `whsk_<base64>`; a public half that is not the seed's is refused.
    pub fn parse(secret: &SecretString) -> Result<Self, KeyError> {
        let encoded = secret.expose_secret().strip_prefix(PRIVATE).ok_or(KeyError::Pair)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| KeyError::Pair)?;
        let (seed, public) = bytes.split_at_checked(SEED).ok_or(KeyError::Pair)?;
        let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public).map_err(|_| KeyError::Pair)?;
        Ok(Self { pair, text: secret.clone() })
    }

    /// The private key as it is kept: seal it.
    pub fn secret(&self) -> &SecretString {
        &self.text
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(format!("{PUBLIC}{}", STANDARD.encode(self.pair.public_key())))
    }

    /// One entry of `webhook-signature`. `timestamp` is in seconds.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signed = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
        format!("v1a,{}", STANDARD.encode(self.pair.sign(&signed)))
    }
}

impl PublicKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key in base64url without padding: `x` of a JSON Web Key (RFC 8037).
    pub fn x(&self) -> String {
        let bytes = STANDARD.decode(self.0.trim_start_matches(PUBLIC)).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The name of the key as a JSON Web Key (RFC 7638): the hash of what makes it one.
    pub fn thumbprint(&self) -> String {
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x());
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ED25519, UnparsedPublicKey};

    /// The vector of the Svix server, whose form of the keys the specification took.
    const SECRET: &str =
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    const OPEN: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    const GOOD: &str =
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

    #[test]
    fn published_vectors() {
        let pair = KeyPair::parse(&SECRET.into()).expect("a good key");
        let signed = pair.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!((signed.as_str(), pair.public().as_str()), (GOOD, OPEN));
        let seed = STANDARD.decode(&SECRET[5..]).expect("base64")[..SEED].try_into().expect("32 bytes");
        let again = KeyPair::of_seed(&seed).expect("a seed");
        assert_eq!(again.secret().expose_secret(), SECRET);
    }

    /// RFC 8032, 7.1, test 1, and RFC 8037, appendix A, whose key is the same.
    #[test]
    fn vectors_of_the_standards() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let seed: [u8; SEED] = seed.expect("hex").try_into().expect("32 bytes");
        let pair = KeyPair::of_seed(&seed).expect("a seed");
        let public = hex::decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(pair.pair.public_key().as_ref(), public.expect("hex"));
        assert_eq!(pair.public().x(), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(pair.public().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let signature = STANDARD.decode(&pair.sign("i", 0, b"{}")[4..]).expect("base64");
        let key = UnparsedPublicKey::new(&ED25519, pair.pair.public_key().as_ref());
        assert!(key.verify(b"i.0.{}", &signature).is_ok());
        assert!(key.verify(b"i.1.{}", &signature).is_err());
    }

    #[test]
    fn keys_of_the_wrong_form_are_refused() {
        #[track_caller]
        fn check(text: &str) {
            assert_eq!(KeyPair::parse(&text.into()).err(), Some(KeyError::Pair), "{text}");
        }
        check("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        check("whsk_");
        check("whsk_!");
        check("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=");
        check(&SECRET.replace("Kvg==", "Kvw=="));
        check(&SECRET.replace("VKIDij", "VKIDik"));
    }
}
