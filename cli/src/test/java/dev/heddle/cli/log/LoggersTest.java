package dev.heddle.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggersTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Loggers loggers =
            new Loggers(
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.678Z")));
    private final Logger log = loggers.getLogger("a.b.Thing");

    private String written() {
        String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text;
    }

    @Test
    void aCallIsALine() {
        log.info("{} of {}", 1, 2);
        assertThat(written())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:04:05\\.678 INFO Thing - 1 of 2\\R");
        log.warn("why", new IllegalStateException("because"));
        assertThat(written())
                .contains(" WARN Thing - why")
                .contains("IllegalStateException: because\n\tat ");
        log.debug("not wanted");
        assertThat(written()).isEmpty();
    }

    @Test
    void levelsChangeByNameByPackageAndForAll() {
        loggers.getLogger("a.Other");
        loggers.getLogger("io.netty.Thing");
        assertThat(loggers.levels())
                .containsEntry("a.b.Thing", "info")
                .containsEntry("io.netty.Thing", "warning");
        loggers.set("a.b", "trace");
        log.trace("now");
        assertThat(written()).contains("TRACE Thing - now");
        assertThat(loggers.levels()).containsEntry("a.Other", "info");
        loggers.set("a", "error");
        assertThat(loggers.levels())
                .containsEntry("a.Other", "error")
                .containsEntry("a.b.Thing", "error");
        loggers.setAll("off");
        log.error("silence");
        assertThat(written()).isEmpty();
        assertThat(loggers.levels()).containsEntry("io.netty.Thing", "off");
        loggers.setAll("debug");
        assertThat(loggers.getLogger("new.One").isDebugEnabled()).isTrue();
        loggers.set("a.b.Thing", "critical");
        assertThat(log.isErrorEnabled()).isFalse();
        assertThat(loggers.levels()).containsEntry("a.b.Thing", "critical");
        loggers.reset();
        assertThat(loggers.levels())
                .containsEntry("a.b.Thing", "info")
                .containsEntry("io.netty.Thing", "warning");
    }

    @Test
    void itIsWhatTheProcessLogsWith() {
        assertThat(LoggerFactory.getILoggerFactory()).isInstanceOf(Loggers.class);
    }
}
