package dev.heddle.proxy.http;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// How a gRPC call ended; the numbers of gRPC.
public enum GrpcStatus {
    OK(0),
    CANCELLED(1),
    UNKNOWN(2),
    INVALID_ARGUMENT(3),
    DEADLINE_EXCEEDED(4),
    NOT_FOUND(5),
    ALREADY_EXISTS(6),
    PERMISSION_DENIED(7),
    RESOURCE_EXHAUSTED(8),
    FAILED_PRECONDITION(9),
    ABORTED(10),
    OUT_OF_RANGE(11),
    UNIMPLEMENTED(12),
    INTERNAL(13),
    UNAVAILABLE(14),
    DATA_LOSS(15),
    UNAUTHENTICATED(16);

    /// The largest number that means something.
    public static final int LAST = 16;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String TYPE = "application/grpc";

    private final int number;

    GrpcStatus(int number) {
        this.number = number;
    }

    /// As in `grpc-status`.
    public int number() {
        return number;
    }

    /// The status of a number.
    ///
    /// @throws IllegalArgumentException when it means nothing
    public static GrpcStatus of(long number) {
        for (GrpcStatus status : values()) {
            if (status.number == number) {
                return status;
            }
        }
        throw new IllegalArgumentException(
                "status: " + number + " (expected: from 0 to " + LAST + ")");
    }

    /// What the answer of a proxy that knows only HTTP means to a caller
    /// (`doc/http-grpc-status-mapping.md` of gRPC).
    public static GrpcStatus ofHttp(int status) {
        return switch (status) {
            case 400 -> INTERNAL;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }

    /// The status of an answer to somebody who knows only HTTP: of a call that ends with its head,
    /// what that end means.
    public static int judged(ResponseHead head, boolean isCall) {
        String ofCall = isCall ? head.headers().get(HeaderName.GRPC_STATUS) : null;
        return ofCall == null ? head.status() : toHttp(ofCall);
    }

    /// What the end of a call means to somebody who knows only HTTP, as Envoy has it
    /// (`grpcToHttpStatus`).
    ///
    /// @param number as in `grpc-status`
    public static int toHttp(String number) {
        return switch (number) {
            case "0" -> 200;
            case "1" -> 499;
            case "3", "9", "11" -> 400;
            case "4" -> 504;
            case "5" -> 404;
            case "6", "10" -> 409;
            case "7" -> 403;
            case "8" -> 429;
            case "12" -> 501;
            case "14" -> 503;
            case "16" -> 401;
            default -> 500;
        };
    }

    /// Whether a request is a call of gRPC, by its content type: of gRPC-Web it is not.
    public static boolean isCall(Headers request) {
        String type = request.get(HeaderName.CONTENT_TYPE);
        return type != null
                && type.startsWith(TYPE)
                && (type.length() == TYPE.length() || type.charAt(TYPE.length()) == '+');
    }

    /// A text as in `grpc-message`: bytes of UTF-8, of which those that are not visible, and `%`,
    /// are written in hexadecimal digits.
    public static String message(String text) {
        var encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b < ' ' || b > '~' || b == '%') {
                HEX.toHexDigits(encoded.append('%'), b);
            } else {
                encoded.append((char) b);
            }
        }
        return encoded.toString();
    }
}
