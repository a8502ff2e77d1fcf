package dev.heddle.signals.rollup;

import dev.heddle.signals.record.ProcessPoint;
import dev.heddle.signals.record.ProcessPoint.Value;
import dev.heddle.xds.Confined;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What proxies cost, by workload and hour, in a file of SQLite: they are kept as long as hours of
/// calls are.
///
/// Of two points of a process the difference counts; the first says nothing, and what is between
/// points that are more than two minutes apart is not known.
@Confined("signals writer")
public final class Usages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Usages.class);
    private static final int MOST_PROCESSES = 20_000;
    private static final int MOST_PENDING = 20_000;
    private static final long GAP_MICROS = 120_000_000L;

    private final Path file;
    private final Connection writing;
    private final Rollups.Limits limits;
    private final LinkedHashMap<Series, Last> last = new LinkedHashMap<>();
    private final Map<Key, Usage> pending = new HashMap<>();
    private boolean isTroubled;

    private record Series(String sender, boolean isCpu) {}

    private record Last(long startMicros, long timeMicros, double value) {}

    private record Key(long hour, String workload, String namespace) {}

    private Usages(Path file, Connection writing, Rollups.Limits limits) {
        this.file = file;
        this.writing = writing;
        this.limits = limits;
    }

    /// Opens the file, or makes it. One that is damaged is put aside.
    ///
    /// @param limits how long hours are kept
    /// @throws IOException when it cannot be opened
    public static Usages open(Path file, Rollups.Limits limits) throws IOException {
        return SqliteFile.open(
                file,
                connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(
                                """
                                CREATE TABLE IF NOT EXISTS usages (
                                  hour INTEGER NOT NULL,
                                  workload TEXT NOT NULL, namespace TEXT NOT NULL,
                                  cpu_seconds REAL NOT NULL, byte_seconds REAL NOT NULL,
                                  seconds REAL NOT NULL,
                                  PRIMARY KEY (hour, workload, namespace)) WITHOUT ROWID\
                                """);
                        connection.setAutoCommit(false);
                    }
                    return new Usages(file, connection, limits);
                });
    }

    /// Counts what a proxy said.
    public void add(ProcessPoint point, Instant now) {
        boolean isCpu = point.value() instanceof Value.CpuSeconds;
        double value =
                switch (point.value()) {
                    case Value.CpuSeconds(double total) -> total;
                    case Value.MemoryBytes(double bytes) -> bytes;
                };
        var series = new Series(point.sender(), isCpu);
        // Who spoke last stands last.
        Last before = last.remove(series);
        if (before != null && point.timeMicros() <= before.timeMicros()) {
            last.put(series, before);
            return;
        }
        if (last.size() >= MOST_PROCESSES) {
            last.pollFirstEntry();
        }
        last.put(series, new Last(point.startMicros(), point.timeMicros(), value));
        if (before == null || point.timeMicros() - before.timeMicros() > GAP_MICROS) {
            return;
        }
        double seconds = (point.timeMicros() - before.timeMicros()) / 1e6;
        boolean isSame = before.startMicros() == point.startMicros() && value >= before.value();
        add(
                now,
                isCpu
                        ? usage(point, isSame ? value - before.value() : value, 0, 0)
                        : usage(point, 0, value * seconds, seconds));
    }

    private static Usage usage(ProcessPoint point, double cpu, double bytes, double seconds) {
        return new Usage(
                point.workload().workload(), point.workload().namespace(), cpu, bytes, seconds);
    }

    private void add(Instant now, Usage usage) {
        var key = new Key(now.getEpochSecond() / 3_600, usage.workload(), usage.namespace());
        if (pending.size() < MOST_PENDING || pending.containsKey(key)) {
            pending.merge(key, usage, Usage::plus);
        }
    }

    /// Writes what came since the last time; what cannot be written is tried again.
    public void flush() {
        if (pending.isEmpty()) {
            return;
        }
        try (PreparedStatement insert =
                writing.prepareStatement(
                        """
                        INSERT INTO usages VALUES (?, ?, ?, ?, ?, ?)
                        ON CONFLICT (hour, workload, namespace) DO UPDATE SET
                          cpu_seconds = cpu_seconds + excluded.cpu_seconds,
                          byte_seconds = byte_seconds + excluded.byte_seconds,
                          seconds = seconds + excluded.seconds\
                        """)) {
            for (var entry : pending.entrySet()) {
                insert.setLong(1, entry.getKey().hour());
                insert.setString(2, entry.getKey().workload());
                insert.setString(3, entry.getKey().namespace());
                insert.setDouble(4, entry.getValue().cpuSeconds());
                insert.setDouble(5, entry.getValue().byteSeconds());
                insert.setDouble(6, entry.getValue().seconds());
                insert.addBatch();
            }
            insert.executeBatch();
            writing.commit();
            pending.clear();
            isTroubled = false;
        } catch (SQLException e) {
            troubled("written", e);
        }
    }

    /// Lets go of what is too old.
    public void tidy(Instant now) {
        long oldest = now.minus(limits.hours()).getEpochSecond() / 3_600;
        try (Statement statement = writing.createStatement()) {
            statement.executeUpdate("DELETE FROM usages WHERE hour < " + oldest);
            writing.commit();
        } catch (SQLException e) {
            troubled("tidied", e);
        }
    }

    private void troubled(String what, SQLException e) {
        if (!isTroubled) {
            LOG.error("{} cannot be {}", file, what, e);
        }
        isTroubled = true;
        try {
            writing.rollback();
        } catch (SQLException again) {
            LOG.debug("{} cannot be rolled back", file, again);
        }
    }

    /// What the file says. Callable from any thread.
    ///
    /// @param from the first hour, counted since 1970
    /// @param to the last hour
    public static List<Usage> stored(Path file, long from, long to) {
        try (Connection reading = SqliteFile.connect(file, true);
                PreparedStatement select =
                        reading.prepareStatement(
                                """
                                SELECT workload, namespace, sum(cpu_seconds), sum(byte_seconds),
                                  sum(seconds) FROM usages WHERE hour >= ? AND hour <= ?
                                GROUP BY workload, namespace ORDER BY namespace, workload\
                                """)) {
            select.setLong(1, from);
            select.setLong(2, to);
            var usages = new ArrayList<Usage>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    usages.add(
                            new Usage(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getDouble(3),
                                    row.getDouble(4),
                                    row.getDouble(5)));
                }
            }
            return usages;
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(file + ": " + e.getMessage(), e));
        }
    }

    @Override
    public void close() {
        flush();
        try {
            writing.close();
        } catch (SQLException e) {
            LOG.warn("{} was not closed properly", file, e);
        }
    }
}
