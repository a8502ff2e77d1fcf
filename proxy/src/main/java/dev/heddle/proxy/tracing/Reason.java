package dev.heddle.proxy.tracing;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.telemetry.ByteText;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Why a request is told of, or that it is not. Proxies tell each other by the fifteenth character
/// of `x-request-id`, which is 4 in every random UUID.
enum Reason {
    NOT_TRACED('4'),
    SAMPLED('9'),
    FORCED_BY_SERVICE('a'),
    FORCED_BY_CLIENT('b');

    private static final HeaderName CLIENT_TRACE_ID = HeaderName.of("x-client-trace-id");
    private static final HeaderName FORCE_TRACE = HeaderName.of("x-envoy-force-trace");
    private static final int UUID_LENGTH = 36;
    private static final int MARK_AT = 14;
    private static final int NUMBER_DIGITS = 8;

    private final char mark;

    Reason(char mark) {
        this.mark = mark;
    }

    boolean isTraced() {
        return this != NOT_TRACED;
    }

    /// Decides, and writes the decision into the request's id (Envoy's
    /// `ConnectionManagerUtility::mutateTracingRequestHeader`).
    ///
    /// @param room for the id, which is read without making a text of it
    static Reason decide(
            Headers headers,
            Shares shares,
            TracingConfig.RequestIds ids,
            RandomGenerator random,
            ByteText room) {
        if (!ids.decide()) {
            return SAMPLED;
        }
        room.clear();
        headers.write("x-request-id", room);
        long number = room.length() == UUID_LENGTH ? number(room.bytes()) : -1;
        if (number < 0) {
            return NOT_TRACED;
        }
        Reason before = marked((char) room.bytes()[MARK_AT]);
        Reason now = before;
        if (before == NOT_TRACED) {
            if (headers.contains(CLIENT_TRACE_ID)
                    && shares.client().takes(random.nextInt(Integer.MAX_VALUE))) {
                now = FORCED_BY_CLIENT;
            } else if (headers.contains(FORCE_TRACE)) {
                now = FORCED_BY_SERVICE;
            } else if (shares.random().takes(number)) {
                now = SAMPLED;
            }
        }
        if (now.isTraced() && !shares.overall().takes(number)) {
            now = NOT_TRACED;
        }
        if (now != before && ids.areMarked()) {
            byte[] id = Arrays.copyOf(room.bytes(), UUID_LENGTH);
            id[MARK_AT] = (byte) now.mark;
            headers.set(HeaderName.X_REQUEST_ID, id);
        }
        return now;
    }

    /// The number that an id begins with; negative where it is none.
    private static long number(byte[] id) {
        long number = 0;
        for (int i = 0; i < NUMBER_DIGITS; i++) {
            int digit = Character.digit(id[i], 16);
            if (digit < 0) {
                return -1;
            }
            number = number << 4 | digit;
        }
        return number;
    }

    private static Reason marked(char mark) {
        return switch (mark) {
            case '9' -> SAMPLED;
            case 'a' -> FORCED_BY_SERVICE;
            case 'b' -> FORCED_BY_CLIENT;
            default -> NOT_TRACED;
        };
    }

    /// What the client calls its trace; null for nothing.
    static @Nullable String clientTraceId(Headers headers) {
        return headers.get(CLIENT_TRACE_ID);
    }
}
