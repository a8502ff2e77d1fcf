package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.telemetry.Failure.Circumstances;
import dev.heddle.telemetry.Failure.Ending;
import dev.heddle.telemetry.Failure.Way;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What stock Envoy says of failures, in words. What Heddle's proxy says besides is in its own
/// `ReasonTest`.
class FailureTest {
    private static Failure failure(int code, String flag, String details) {
        return new Failure(
                new Ending(code, -1, flag.equals("-") ? List.of() : List.of(flag), details, 1),
                new Way("outbound|80||reviews", "10.0.0.1:80"),
                Circumstances.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "503; UF; upstream_reset_before_response_started{remote_connection_failure"
                        + "|TLS_error:|268435703:SSL_routines:OPENSSL_internal"
                        + ":WRONG_VERSION_NUMBER:TLS_error_end}"
                        + "; no connection to the upstream 10.0.0.1:80 came about: TLS error: the"
                        + " other end speaks no TLS",
                "503; UF; upstream_reset_before_response_started{remote_connection_failure"
                        + "|TLS_error:|268435581:SSL_routines:OPENSSL_internal"
                        + ":CERTIFICATE_VERIFY_FAILED:TLS_error_end}"
                        + "; no connection to the upstream 10.0.0.1:80 came about: TLS error: its"
                        + " certificate is not believed",
                "503; UF; upstream_reset_before_response_started{remote_connection_failure"
                        + "|TLS_error:|268436498:SSL_routines:OPENSSL_internal"
                        + ":SSLV3_ALERT_CERTIFICATE_EXPIRED:TLS_error_end}"
                        + "; no connection to the upstream 10.0.0.1:80 came about: TLS error:"
                        + " it does not believe the certificate that it was given (certificate"
                        + " expired)",
                "503; UO; upstream_reset_before_response_started{overflow}; the cluster"
                        + " 'outbound|80||reviews' takes no more: a limit of its connection pool is"
                        + " reached",
                "502; UPE; upstream_reset_after_response_started{protocol_error}; what the upstream"
                        + " 10.0.0.1:80 sent is no HTTP, or ends too soon",
                "503; DF; dns_resolution_failure{cares_norecords:Domain_name_not_found}; DNS knows"
                        + " no such host",
                "400; IH; request_headers_failed_strict_check{x-envoy-max-retries}; a header that"
                        + " only Envoy's own clients may send has no valid value",
                "504; UMSDR; upstream_max_stream_duration_reached; the request took longer than the"
                        + " upstream's limit",
                "503; LR; upstream_reset_before_response_started{local_reset}; the upstream"
                        + " 10.0.0.1:80 failed before it answered: local reset",
                "500; -; via_upstream; the upstream 10.0.0.1:80 itself answered 500",
                "403; -; rbac_access_denied_matched_policy[ns[shop]-policy[closed]-rule[2]]; denied"
                        + " by AuthorizationPolicy shop/closed, rule 2"
            })
    void whatEnvoySaysIsPutIntoWords(int code, String flag, String details, String sentence) {
        assertThat(failure(code, flag, details).inWords()).hasValue(sentence);
    }

    @Test
    void aConnectionThatCouldNotBeSecuredIsNamed() {
        var failure =
                new Failure(
                        new Ending(0, -1, List.of(), "", 0),
                        new Way("", ""),
                        new Circumstances(
                                -1,
                                "",
                                "",
                                "",
                                "TLS_error:|268435655:SSL routines:OPENSSL_internal:HTTP_REQUEST"
                                        + ":TLS_error_end"));
        assertThat(failure.inWords()).hasValue("the client speaks no TLS");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                // Stock Envoy's, with spaces in entries and without them in lines.
                "TLS_error:|268435648:SSL_routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE"
                        + ":peer_did_not_provide_required_client_certificate:TLS_error_end;"
                        + " the client gave no certificate, and one is asked for",
                "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"
                        + ":verify_cert_failed:_X509_verify_cert:_certificate_verification_error"
                        + "_at_depth_0:_self_signed_certificate:TLS_error_end;"
                        + " the client's certificate is not believed: self signed certificate",
                "TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"
                        + ":verify cert failed: SAN matcher:TLS_error_end;"
                        + " the client's certificate is not believed: SAN matcher",
                "TLS_error:|268436504:SSL_routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA"
                        + ":TLS_error_end;"
                        + " the client does not believe the server's certificate (unknown ca)",
                "TLS_error:|268435568:SSL_routines:OPENSSL_internal:BAD_PACKET_LENGTH:TLS_error_end;"
                        + " what the client sent in its handshake cannot be read, as from one that"
                        + " does not believe the server's certificate",
                "TLS_error:|268435696:SSL_routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL;"
                        + " client and server have no version of TLS in common",
                "TLS_error:|1:SSL_routines:OPENSSL_internal:SOMETHING_ELSE:TLS_error_end;"
                        + " the client's connection could not be secured: TLS error: something else",
                // Those of Heddle's proxy.
                "TLS_error: error:100000c0:SSL routines:OPENSSL_internal"
                        + ":PEER_DID_NOT_RETURN_A_CERTIFICATE;"
                        + " the client gave no certificate, and one is asked for",
                "TLS_error: certificate verify failed: 'CN=a_b' is of nobody;"
                        + " the client's certificate is not believed: 'CN=a_b' is of nobody",
                "TLS_error: not TLS (expected: a handshake); the client speaks no TLS",
                "TLS_error: handshake timeout; the client did not end its handshake in time",
                "TLS_error: connection closed in the handshake;"
                        + " the client closed the connection in the middle of its handshake",
                "TLS_error: too many handshakes;"
                        + " so many handshakes were under way that this one was not begun",
                "TLS_error: secret not supplied (expected: one by SDS);"
                        + " the proxy has no certificate to show yet"
            })
    void whyAClientIsNotSecuredIsNamed(String reason, String sentence) {
        var failure =
                new Failure(
                        new Ending(0, -1, List.of(), "", 0),
                        new Way("", ""),
                        new Circumstances(-1, "", "", reason, ""));
        assertThat(failure.inWords()).hasValue(sentence);
    }

    @Test
    void aConnectionThatNoFilterChainTakesIsNamed() {
        var failure =
                new Failure(
                        new Ending(0, -1, List.of("NR"), "filter_chain_not_found", 0),
                        new Way("", ""),
                        new Circumstances(-1, "one for 'a.example'", "", "", ""));
        assertThat(failure.inWords())
                .hasValue(
                        "no filter chain of the listener takes such a connection: one for"
                                + " 'a.example'");
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        var failure =
                new Failure(
                        new Ending(503, -1, List.of("NC"), "cluster_not_found", 0),
                        new Way("", ""),
                        Circumstances.NONE);
        assertThat(failure.inWords()).hasValue("the route leads to a cluster that is not there");
    }

    @Test
    void ofWhatWentWellNothingIsSaid() {
        assertThat(failure(200, "-", "via_upstream").inWords()).isEmpty();
        assertThat(failure(0, "-", "").inWords()).as("a connection").isEmpty();
    }
}
