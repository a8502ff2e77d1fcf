package dev.heddle.proxy.ads;

import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.telemetry.GrpcCodes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How a server says that a call ended.
///
/// @param code as in `grpc-status`
/// @param message as in `grpc-message`, decoded; may be empty
record GrpcStatus(int code, String message) {
    /// The call ended as it should.
    static final GrpcStatus CLOSED = new GrpcStatus(0, "");

    private static final int CANCELLED = 1;
    private static final int UNKNOWN = 2;
    private static final int UNIMPLEMENTED = 12;
    private static final int INTERNAL = 13;
    private static final int UNAVAILABLE = 14;

    /// Given up here.
    static GrpcStatus cancelled(String why) {
        return new GrpcStatus(CANCELLED, why);
    }

    /// The server broke a rule.
    static GrpcStatus internal(String what) {
        return new GrpcStatus(INTERNAL, what);
    }

    /// There is no server, or none any more.
    static GrpcStatus unavailable(String why) {
        return new GrpcStatus(UNAVAILABLE, why);
    }

    /// Whether the server does not know the method.
    boolean isUnimplemented() {
        return code == UNIMPLEMENTED;
    }

    /// The status in a head or in trailers; empty where there is none.
    static Optional<GrpcStatus> of(Http2Head head) {
        Map<String, String> fields = new HashMap<>();
        head.forEach(fields::putIfAbsent);
        String status = fields.get("grpc-status");
        return status == null
                ? Optional.empty()
                : Optional.of(
                        new GrpcStatus(
                                number(status), decoded(fields.getOrDefault("grpc-message", ""))));
    }

    private static int number(String status) {
        return status.matches("[0-9]{1,3}") ? Integer.parseInt(status) : UNKNOWN;
    }

    /// As in `UNAVAILABLE: the control plane is shutting down`.
    String text() {
        if (code == 0 && message.isEmpty()) {
            return "closed by the server";
        }
        String name = code < GrpcCodes.NAMES.size() ? GrpcCodes.NAMES.get(code) : "status " + code;
        return message.isEmpty() ? name : name + ": " + message;
    }

    /// Undoes the percent-encoding of UTF-8; what is not encoded so stays as it is.
    static String decoded(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        var bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            int octet = encoded.charAt(i) == '%' ? octet(encoded, i + 1) : -1;
            if (octet >= 0) {
                bytes.write(octet);
                i += 2;
            } else {
                bytes.write(encoded.charAt(i));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /// The number that two digits at a place are, or -1.
    private static int octet(String text, int at) {
        if (at + 2 > text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
