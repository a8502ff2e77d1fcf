package dev.heddle.telemetry;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Words for handshakes of TLS that failed, by what stock Envoy and Heddle's proxy write of them:
/// errors of BoringSSL, alerts of the other end, and what the proxy itself says.
final class HandshakeWords {
    /// What BoringSSL says of a handshake.
    private static final Pattern LIBRARY = Pattern.compile("OPENSSL[_ ]internal:([A-Z0-9_ ]+)");

    /// Alerts by which the other end says that a certificate is not good enough for it.
    private static final Pattern DISBELIEF =
            Pattern.compile(
                    "ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_(?:UNKNOWN|EXPIRED|REVOKED)"
                            + "|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|DECRYPT_ERROR)");

    /// Why a certificate is not believed, behind what both planes say first.
    private static final Pattern VERDICT =
            Pattern.compile(
                    "(?:CERTIFICATE_VERIFY_FAILED:|certificate[ _]verify[ _]failed:[ _])"
                            + "(?:verify[ _]cert[ _]failed:[ _])?"
                            + "(?:X509_verify_cert:[ _]certificate[ _]verification[ _]error"
                            + "[ _]at[ _]depth[ _][0-9]+:[ _])?(.+?)(?::TLS_error_end)?$");

    private static final String NO_TLS = "the client speaks no TLS";
    private static final String NO_VERSION = "client and server have no version of TLS in common";
    private static final String UNREADABLE =
            "what the client sent in its handshake cannot be read, as from one that does not"
                    + " believe the server's certificate";

    /// By parts of what is said, none of which is in another.
    private static final Map<String, String> WORDS =
            Map.ofEntries(
                    Map.entry(
                            "peer_did_not_return_a_certificate",
                            "the client gave no certificate, and one is asked for"),
                    Map.entry(
                            "empty_client_certificate_chain",
                            "the client gave no certificate, and one is asked for"),
                    Map.entry("http_request", NO_TLS),
                    Map.entry("not_tls", NO_TLS),
                    Map.entry("wrong_version_number", NO_TLS),
                    Map.entry("no_shared_cipher", "client and server have no cipher in common"),
                    Map.entry("unsupported_protocol", NO_VERSION),
                    Map.entry("alert_protocol_version", NO_VERSION),
                    Map.entry("decryption_failed", UNREADABLE),
                    Map.entry("bad_packet_length", UNREADABLE),
                    Map.entry("handshake_timeout", "the client did not end its handshake in time"),
                    Map.entry(
                            "connection_closed_in_the_handshake",
                            "the client closed the connection in the middle of its handshake"),
                    Map.entry(
                            "too_many_handshakes",
                            "so many handshakes were under way that this one was not begun"),
                    Map.entry("secret_not_supplied", "the proxy has no certificate to show yet"));

    private HandshakeWords() {}

    /// Why a client's connection could not be secured, as a sentence.
    ///
    /// @param reason `%DOWNSTREAM_TRANSPORT_FAILURE_REASON%`
    static String ofClient(String reason) {
        String error = library(reason).orElse(reason);
        Matcher disbelief = DISBELIEF.matcher(error);
        if (disbelief.find()) {
            return "the client does not believe the server's certificate ("
                    + spaced(disbelief.group(1)).toLowerCase(Locale.ROOT)
                    + ")";
        }
        Matcher verdict = VERDICT.matcher(reason);
        if (verdict.find()) {
            return "the client's certificate is not believed: " + spaced(verdict.group(1));
        }
        String said = error.toLowerCase(Locale.ROOT).replace(' ', '_');
        return exchange(said)
                .orElseGet(() -> "the client's connection could not be secured" + because(reason));
    }

    /// Of what was said in the handshake; else of what Heddle's proxy says itself.
    private static Optional<String> exchange(String said) {
        return WORDS.entrySet().stream()
                .filter(it -> said.contains(it.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /// Why a handshake with an upstream failed, behind a colon; empty where nothing is known.
    ///
    /// @param reason `%UPSTREAM_TRANSPORT_FAILURE_REASON%`, or a part of details
    static String because(String reason) {
        Optional<String> error = library(reason);
        if (error.isPresent()) {
            return ": TLS error: " + upstream(error.get());
        }
        return reason.isEmpty() ? "" : ": " + reason;
    }

    private static String upstream(String error) {
        if (error.contains("CERTIFICATE_REQUIRED")) {
            return "it asks for a certificate, and was given none";
        }
        Matcher disbelief = DISBELIEF.matcher(error);
        if (disbelief.find()) {
            return "it does not believe the certificate that it was given ("
                    + spaced(disbelief.group(1)).toLowerCase(Locale.ROOT)
                    + ")";
        }
        return switch (error) {
            case "WRONG_VERSION_NUMBER" -> "the other end speaks no TLS";
            case "CERTIFICATE_VERIFY_FAILED" -> "its certificate is not believed";
            default -> error.toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }

    private static Optional<String> library(String reason) {
        Matcher matcher = LIBRARY.matcher(reason);
        return matcher.find() ? Optional.of(matcher.group(1).replace(' ', '_')) : Optional.empty();
    }

    /// Envoy writes what its library says with underscores where it has spaces.
    private static String spaced(String text) {
        return text.contains(" ") ? text : text.replace('_', ' ').strip();
    }
}
