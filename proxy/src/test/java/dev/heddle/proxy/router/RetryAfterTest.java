package dev.heddle.proxy.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.ResponseHead;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
    private static long seconds(int status, String value, long epochSeconds) {
        var head = new ResponseHead();
        head.setStatus(status);
        head.headers().set(HeaderName.of("retry-after"), value);
        return TimeUnit.NANOSECONDS.toSeconds(
                RetryAfter.nanos(head, TimeUnit.SECONDS.toNanos(epochSeconds)));
    }

    @Test
    void secondsAndDatesAreUnderstoodWhereAnAnswerAsksForPatience() {
        assertThat(seconds(429, "7", 0)).isEqualTo(7);
        assertThat(seconds(503, "120", 0)).isEqualTo(120);
        assertThat(seconds(503, "Thu, 01 Jan 1970 00:02:00 GMT", 100)).isEqualTo(20);
        assertThat(seconds(429, "99999999999999999999", 0)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void otherAnswersTextsAndTimesInThePastAskForNothing() {
        assertThat(seconds(200, "7", 0)).isZero();
        assertThat(seconds(301, "7", 0)).isZero();
        assertThat(seconds(503, "Thu, 01 Jan 1970 00:02:00 GMT", 121)).isZero();
        for (String text : new String[] {"soon", "-1", "1.5", "0"}) {
            assertThat(seconds(503, text, 0)).as(text).isZero();
        }
    }
}
