package dev.heddle.proxy.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The name of a header, in lower case, with its hash and bytes made once.
///
/// Configuration makes these when it is parsed; nothing on a request's way does. Two names are
/// equal if their text is.
public final class HeaderName {
    public static final HeaderName ACCEPT = of("accept");
    public static final HeaderName CONNECTION = of("connection");
    public static final HeaderName CONTENT_LENGTH = of("content-length");
    public static final HeaderName CONTENT_TYPE = of("content-type");
    public static final HeaderName DATE = of("date");
    public static final HeaderName EXPECT = of("expect");
    public static final HeaderName GRPC_MESSAGE = of("grpc-message");
    public static final HeaderName GRPC_STATUS = of("grpc-status");
    public static final HeaderName HOST = of("host");
    public static final HeaderName KEEP_ALIVE = of("keep-alive");
    public static final HeaderName LOCATION = of("location");
    public static final HeaderName PROXY_CONNECTION = of("proxy-connection");
    public static final HeaderName SERVER = of("server");
    public static final HeaderName TE = of("te");
    public static final HeaderName TRAILER = of("trailer");
    public static final HeaderName TRANSFER_ENCODING = of("transfer-encoding");
    public static final HeaderName UPGRADE = of("upgrade");
    public static final HeaderName USER_AGENT = of("user-agent");
    public static final HeaderName VIA = of("via");
    public static final HeaderName X_ENVOY_ATTEMPT_COUNT = of("x-envoy-attempt-count");
    public static final HeaderName X_ENVOY_EXPECTED_RQ_TIMEOUT_MS =
            of("x-envoy-expected-rq-timeout-ms");
    public static final HeaderName X_ENVOY_EXTERNAL_ADDRESS = of("x-envoy-external-address");
    public static final HeaderName X_ENVOY_IMMEDIATE_HEALTH_CHECK_FAIL =
            of("x-envoy-immediate-health-check-fail");
    public static final HeaderName X_ENVOY_INTERNAL = of("x-envoy-internal");
    public static final HeaderName X_ENVOY_IS_TIMEOUT_RETRY = of("x-envoy-is-timeout-retry");
    public static final HeaderName X_ENVOY_ORIGINAL_HOST = of("x-envoy-original-host");
    public static final HeaderName X_ENVOY_ORIGINAL_PATH = of("x-envoy-original-path");
    public static final HeaderName X_ENVOY_OVERLOADED = of("x-envoy-overloaded");
    public static final HeaderName X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS =
            of("x-envoy-upstream-rq-timeout-ms");
    public static final HeaderName X_ENVOY_UPSTREAM_SERVICE_TIME =
            of("x-envoy-upstream-service-time");
    public static final HeaderName X_FORWARDED_CLIENT_CERT = of("x-forwarded-client-cert");
    public static final HeaderName X_FORWARDED_FOR = of("x-forwarded-for");
    public static final HeaderName X_FORWARDED_HOST = of("x-forwarded-host");
    public static final HeaderName X_FORWARDED_PROTO = of("x-forwarded-proto");
    public static final HeaderName X_REQUEST_ID = of("x-request-id");

    private final String text;
    private final byte[] bytes;
    private final byte[] lineStart;

    private HeaderName(String text) {
        this.text = text;
        this.bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        this.lineStart = (text + ": ").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// @param text in any case; a token of RFC 9110, section 5.6.2
    /// @throws IllegalArgumentException if it is no token, naming it
    public static HeaderName of(String text) {
        if (!isToken(text)) {
            throw new IllegalArgumentException("header name: '" + text + "' (expected: a token)");
        }
        return new HeaderName(text.toLowerCase(Locale.ROOT));
    }

    /// Whether a text is a token of RFC 9110, section 5.6.2, as names of headers and methods are.
    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Ascii.isToken(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /// In lower case.
    public String text() {
        return text;
    }

    /// The text as it goes over the wire; shared, so for reading only.
    byte[] bytes() {
        return bytes;
    }

    /// The same with the colon and the space behind it; shared, so for reading only.
    byte[] lineStart() {
        return lineStart;
    }

    int length() {
        return bytes.length;
    }

    /// That of the text, which is what [Headers] keeps of each received name.
    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeaderName that && text.equals(that.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
