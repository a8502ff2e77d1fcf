package dev.heddle.proxy.router;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.ResponseHead;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

/// For how long a host asks to be left alone (RFC 9110, section 10.2.3).
final class RetryAfter {
    private static final HeaderName NAME = HeaderName.of("retry-after");

    /// More digits are more than anybody waits.
    private static final int DIGITS = 9;

    private RetryAfter() {}

    /// From now on, in nanoseconds; 0 where it does not ask. Only answers 429 and 503 do.
    ///
    /// @param epochNanos now, since 1970
    static long nanos(ResponseHead head, long epochNanos) {
        if (head.status() != 429 && head.status() != 503) {
            return 0;
        }
        String text = head.headers().get(NAME);
        if (text == null || text.isEmpty()) {
            return 0;
        }
        boolean isNumber = text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (isNumber) {
            return TimeUnit.SECONDS.toNanos(
                    text.length() > DIGITS ? Integer.MAX_VALUE : Long.parseLong(text));
        }
        return Math.max(0, dateNanos(text) - epochNanos);
    }

    private static long dateNanos(String text) {
        try {
            Instant at = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
            return TimeUnit.SECONDS.toNanos(at.getEpochSecond());
        } catch (DateTimeException _) {
            return 0;
        }
    }
}
