//! One SDK configuration, made once at init from what Lambda puts in the environment.
//!
//! Absent on purpose: the default credential chain. Lambda always gives credentials and a region in the environment, and
//! every other link of the chain costs a cold start a file or a network probe.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector, http_client_fn};

/// Amazon Trust Services' roots, which AWS tells clients to trust (<https://www.amazontrust.com/repository/>). A system's
/// whole list costs every cold start some 10 million instructions: it is read and parsed, certificate by certificate.
const AMAZON_ROOTS: &str = include_str!("connect/amazon-roots.pem");

/// Where every client of this crate comes from.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(crate) config: SdkConfig,
}

impl Aws {
    /// Makes no call. `endpoint` is given where another endpoint than AWS's own is meant, `authorities` (PEM, the content
    /// of the file that `AWS_CA_BUNDLE` names) where other authorities than the usual ones vouch for it.
    ///
    /// Calls are tried up to three times in all, each for four seconds at most, so that a caller still has time to answer
    /// its own within ten.
    ///
    /// # Panics
    /// When `authorities` holds no certificates.
    pub fn new(region: &str, endpoint: Option<&str>, authorities: Option<Vec<u8>>) -> Self {
        let trusted = match authorities {
            Some(pem) => TrustStore::empty().with_pem_certificate(pem),
            None if endpoint.is_none() && is_public(region) => {
                TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
            }
            None => TrustStore::default(),
        };
        let tls = TlsContext::builder().with_trust_store(trusted).build();
        let connector = connector(tls.unwrap_or_default());
        let time_out = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(4))
            .operation_timeout(Duration::from_secs(9))
            .build();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
                EnvironmentVariableCredentialsProvider::new(),
            ))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(aws_smithy_async::time::SystemTimeSource::new())
            // An attempt's time-out ends a stalled answer too; only the bucket's answers come in a stream of their own.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(time_out);
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        Self { config: config.build() }
    }
}

/// Made once for all clients. Left to itself the SDK makes one for each client, authorities and all, to see that it can,
/// and drops it; with a system's whole list that is most of a cold start.
fn connector(tls: TlsContext) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(Duration::from_secs(2)).build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        // ring is a third of aws-lc's size, which every cold start of the receiver would have to read.
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls);
    SharedHttpConnector::new(connector.build())
}

/// Partitions of their own may have authorities of their own.
fn is_public(region: &str) -> bool {
    !["cn-", "us-iso", "eu-iso", "eusc-"].iter().any(|partition| region.starts_with(partition))
}

/// Waits, on the clock that the SDK waits on.
#[cfg(feature = "table")]
pub(crate) async fn pause(time: Duration) {
    use aws_smithy_async::rt::sleep::AsyncSleep as _;
    TokioSleep::new().sleep(time).await;
}
