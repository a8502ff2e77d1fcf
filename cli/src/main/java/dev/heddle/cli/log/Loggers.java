package dev.heddle.cli.log;

import dev.heddle.proxy.admin.LogLevels;
import java.io.PrintStream;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/// All loggers of the process, and from which level on each writes.
public final class Loggers implements ILoggerFactory, LogLevels {
    /// Above every level.
    private static final int OFF = Integer.MAX_VALUE;

    private static final int CRITICAL = Level.ERROR.toInt() + 1;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT);

    /// What speaks too much at `info`.
    private static final Map<String, Integer> QUIET =
            Map.of(
                    "io.netty", Level.WARN.toInt(),
                    "io.grpc", Level.WARN.toInt(),
                    "io.helidon", Level.WARN.toInt());

    private final PrintStream out;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, LineLogger> loggers = new ConcurrentHashMap<>();
    private final AtomicReference<Map<String, Integer>> wanted = new AtomicReference<>(QUIET);
    private final AtomicReference<Integer> usual = new AtomicReference<>(Level.INFO.toInt());

    /// @param out where lines go
    /// @param clock for their times
    public Loggers(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public Logger getLogger(String name) {
        return loggers.computeIfAbsent(name, it -> new LineLogger(it, this, least(it)));
    }

    /// The word of the longest of its prefixes that has one.
    private int least(String name) {
        Map<String, Integer> all = wanted.get();
        for (String prefix = name; !prefix.isEmpty(); prefix = parent(prefix)) {
            Integer level = all.get(prefix);
            if (level != null) {
                return level;
            }
        }
        return usual.get();
    }

    private static String parent(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(0, dot);
    }

    void write(Level level, String shortName, String text, @Nullable Throwable cause) {
        String line =
                LocalDateTime.ofInstant(clock.instant(), ZoneId.systemDefault()).format(TIME)
                        + " "
                        + level
                        + " "
                        + shortName
                        + " - "
                        + text;
        synchronized (out) {
            out.println(line);
            if (cause != null) {
                cause.printStackTrace(out);
            }
            out.flush();
        }
    }

    @Override
    public SortedMap<String, String> levels() {
        var levels = new TreeMap<String, String>();
        loggers.forEach((name, logger) -> levels.put(name, word(logger.least())));
        return levels;
    }

    @Override
    public void setAll(String level) {
        usual.set(number(level));
        wanted.set(Map.of());
        update();
    }

    @Override
    public void reset() {
        usual.set(Level.INFO.toInt());
        wanted.set(QUIET);
        update();
    }

    @Override
    public void set(String logger, String level) {
        int least = number(level);
        wanted.updateAndGet(before -> {
            var next = new TreeMap<>(before);
            next.keySet().removeIf(it -> it.startsWith(logger + "."));
            next.put(logger, least);
            return Map.copyOf(next);
        });
        update();
    }

    private void update() {
        loggers.forEach((name, logger) -> logger.writeFrom(least(name)));
    }

    private static int number(String level) {
        return switch (level) {
            case "trace" -> Level.TRACE.toInt();
            case "debug" -> Level.DEBUG.toInt();
            case "info" -> Level.INFO.toInt();
            case "warning" -> Level.WARN.toInt();
            case "error" -> Level.ERROR.toInt();
            case "critical" -> CRITICAL;
            case "off" -> OFF;
            default ->
                    throw new IllegalArgumentException(
                            "level: '"
                                    + level
                                    + "' (expected: trace, debug, info, warning, error, critical or"
                                    + " off)");
        };
    }

    private static String word(int least) {
        return least == OFF
                ? "off"
                : least == CRITICAL
                        ? "critical"
                        : least == Level.WARN.toInt()
                                ? "warning"
                                : Level.intToLevel(least).name().toLowerCase(Locale.ROOT);
    }
}
