package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.why.Explanation;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.ResponseFlags;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TLSProperties;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What is made of entries about connections that came no further than a listener, as stock Envoy
/// and Heddle's proxy send them.
class UnservedConnectionTest {
    private static final String ASKER = "PeerAuthentication default/strict";
    private static final String NO_CERTIFICATE =
            "TLS_error:|268435648:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE"
                    + ":peer did not provide required client certificate:TLS_error_end";

    /// Knows one resource, and nobody.
    private static final Places PLACES =
            new Places() {
                @Override
                public Optional<Party> at(String address) {
                    return Optional.empty();
                }

                @Override
                public Optional<String> source(String resource) {
                    return Optional.of("mesh.yaml:7").filter(_ -> resource.equals(ASKER));
                }
            };

    private static RequestLog log(AccessLogCommon.Builder common) {
        var sender =
                new Sender(
                        "sidecar~10.0.0.2~bank-v1.default~default.svc",
                        new Party("bank-v1", "default", "bank", "v1"),
                        "bank",
                        Optional.empty(),
                        false);
        return new EntryReader(sender, PLACES)
                .read(
                        TCPAccessLogEntry.newBuilder()
                                .setCommonProperties(
                                        common.setDownstreamRemoteAddress(address("10.0.0.9", 4711))
                                                .setDownstreamLocalAddress(
                                                        address("10.0.0.2", 9080))
                                                .putCustomTags("reporter", "destination")
                                                .putCustomTags("rule_origin", ASKER))
                                .build())
                .orElseThrow();
    }

    private static Address address(String host, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
                .build();
    }

    private static String sentence(RequestLog log) {
        return Explanation.of(List.of(log), List.of()).sentence();
    }

    @Test
    void whoShowsNoCertificateIsNamedWithWhatAsksForOneAndItsLine() {
        RequestLog log =
                log(
                        AccessLogCommon.newBuilder()
                                .setDownstreamTransportFailureReason(NO_CERTIFICATE)
                                .setTlsProperties(
                                        TLSProperties.newBuilder()
                                                .setTlsSniHostname("bank.default")));
        assertThat(log.isUnserved()).isTrue();
        assertThat(log.isError()).isTrue();
        assertThat(log.ids().requestId()).as("by which it is found").isEqualTo("10.0.0.9:4711");
        assertThat(sentence(log))
                .isEqualTo(
                        "the connection from 10.0.0.9:4711 to bank-v1.default for bank.default was"
                                + " refused by the proxy of bank-v1.default after 0.0 ms: the"
                                + " client gave no certificate, and one is asked for"
                                + " (PeerAuthentication default/strict, mesh.yaml:7).");
    }

    @Test
    void aCertificateThatIsNotBelievedProvesNothing() {
        RequestLog log =
                log(
                        AccessLogCommon.newBuilder()
                                .setDownstreamTransportFailureReason(
                                        "TLS_error:|268435581:SSL routines:OPENSSL_internal"
                                                + ":CERTIFICATE_VERIFY_FAILED:verify cert failed:"
                                                + " SAN matcher:TLS_error_end")
                                .setTlsProperties(
                                        TLSProperties.newBuilder()
                                                .setPeerCertificateProperties(
                                                        TLSProperties.CertificateProperties
                                                                .newBuilder()
                                                                .addSubjectAltName(claimed()))));
        assertThat(log.way().peer()).isEmpty();
        assertThat(log.source()).isEqualTo(Party.UNKNOWN);
        assertThat(sentence(log)).contains(": the client's certificate is not believed: SAN match");
    }

    private static TLSProperties.CertificateProperties.SubjectAltName claimed() {
        return TLSProperties.CertificateProperties.SubjectAltName.newBuilder()
                .setUri("spiffe://cluster.local/ns/kube-system/sa/admin")
                .build();
    }

    /// Stock Envoy's TLS inspector says besides what it found in place of a hello.
    @Test
    void whatNoFilterChainTakesIsNamedWithWhatItAsksFor() {
        var flags = ResponseFlags.newBuilder().setNoRouteFound(true).build();
        var common =
                AccessLogCommon.newBuilder()
                        .setResponseFlags(flags)
                        .setDownstreamTransportFailureReason(
                                "TLS_error|error:1000009c:SSL routines:OPENSSL_internal"
                                        + ":HTTP_REQUEST:TLS_error_end")
                        .putCustomTags("details", "filter_chain_not_found");
        assertThat(sentence(log(common.clone())))
                .contains(
                        "from 10.0.0.9:4711 to bank-v1.default for 10.0.0.2:9080 was refused",
                        ": no filter chain of the listener takes such a connection: one that names"
                                + " no server in TLS (");
        assertThat(sentence(log(common.clone().putCustomTags("server_name", "a.example"))))
                .contains(" for a.example was refused", ": one for 'a.example' (");
    }

    /// The inspector says so of every connection without TLS, also of those that are served.
    @Test
    void aConnectionWithoutTlsThatWasServedWasServed() {
        RequestLog log =
                log(
                        AccessLogCommon.newBuilder()
                                .setDownstreamTransportFailureReason(
                                        "TLS_error|error:1000009c:SSL routines:OPENSSL_internal"
                                                + ":HTTP_REQUEST:TLS_error_end"));
        assertThat(log.isUnserved()).isFalse();
        assertThat(log.isError()).isFalse();
        assertThat(sentence(log)).contains(" was served ").doesNotContain("TLS");
    }
}
