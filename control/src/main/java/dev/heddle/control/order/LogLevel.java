package dev.heddle.control.order;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// From which level on a proxy writes to its own log.
public enum LogLevel {
    TRACE(1),
    DEBUG(2),
    INFO(3),
    WARNING(4),
    ERROR(5),
    CRITICAL(6),
    OFF(7);

    private final int number;

    LogLevel(int number) {
        this.number = number;
    }

    /// The level of that word, as Envoy's admin port has it; empty when it is none.
    public static Optional<LogLevel> of(String word) {
        return Arrays.stream(values()).filter(it -> it.word().equals(word)).findFirst();
    }

    /// In small letters, as in `debug`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// As the proxy's runtime has it.
    int number() {
        return number;
    }
}
