package dev.heddle.proxy.connection;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// The `date` header (RFC 9110, section 6.6.1), made once a second.
@Confined("worker")
final class DateText {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Worker worker;
    private long second = Long.MIN_VALUE;
    private String text = "";

    DateText(Worker worker) {
        this.worker = worker;
    }

    String now() {
        long now = Math.floorDiv(worker.epochNanos(), 1_000_000_000L);
        if (now != second) {
            second = now;
            text = FORMAT.format(Instant.ofEpochSecond(now));
        }
        return text;
    }
}
