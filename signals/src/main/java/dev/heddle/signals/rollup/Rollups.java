package dev.heddle.signals.rollup;

import dev.heddle.signals.record.Counted;
import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.MetricPoint;
import dev.heddle.signals.record.MetricPoint.Value;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Side;
import dev.heddle.xds.Confined;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that calls add up to, in memory and in the file.
///
/// A workload that tells metrics is not counted by its access logs, too: those may be filtered, and
/// what is counted twice is wrong. So logs count for those only from whom no metric came for five
/// minutes, and who have not said that some will.
@Confined("signals writer")
public final class Rollups implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rollups.class);
    private static final long METRICS_SECONDS = 300;
    private static final int MOST_LIVE_TALLIES = 100_000;
    private static final int MOST_SERIES = 100_000;

    /// What is kept.
    ///
    /// @param minutes how long minutes are kept before they become hours
    /// @param hours how long those are kept
    /// @param bytes how large the file may be
    /// @param edges how many there may be; what is of one more is not counted
    public record Limits(Duration minutes, Duration hours, long bytes, int edges) {
        /// A day of minutes, thirty days of hours, 256 MiB, 5,000 edges.
        public static final Limits USUAL =
                new Limits(Duration.ofHours(24), Duration.ofDays(30), 256L << 20, 5_000);
    }

    /// Who told metrics.
    private record Teller(Side side, String workload, String namespace) {
        static Teller of(Edge edge) {
            return new Teller(edge.reporter(), edge.own().workload(), edge.own().namespace());
        }
    }

    private final RollupFile file;
    private final Limits limits;
    private final LiveWindow live;
    private final Deltas deltas;
    private final Map<Teller, Long> tellers = new HashMap<>();

    /// What is not in the file yet, by minute.
    private final Map<Long, Map<Edge, Tally>> pending = new HashMap<>();

    /// The edges of these that the file does not know.
    private final Set<Edge> added = new HashSet<>();

    private long refusedEdges;
    private boolean isTroubled;

    private Rollups(RollupFile file, Limits limits, Instant start) {
        this.file = file;
        this.limits = limits;
        this.live = new LiveWindow(start.getEpochSecond(), MOST_LIVE_TALLIES);
        this.deltas = new Deltas(start.toEpochMilli() * 1_000, MOST_SERIES);
    }

    /// Opens the file, or makes it.
    ///
    /// @param start since when signals are taken
    /// @throws IOException when it cannot be opened
    public static Rollups open(Path file, Limits limits, Instant start) throws IOException {
        return new Rollups(RollupFile.open(file), limits, start);
    }

    /// Counts a request, unless its reporter tells metrics of it. What came no further than a
    /// listener was no call.
    ///
    /// @return whether it was counted
    public boolean add(RequestLog log, Instant now) {
        if (log.isUnserved()) {
            return false;
        }
        Edge edge = Edge.of(log);
        Long told = tellers.get(Teller.of(edge));
        if (told != null && now.getEpochSecond() - told < METRICS_SECONDS) {
            return false;
        }
        var tally = new Tally();
        tally.add(log);
        add(edge, log.timeMicros(), tally, now);
        return true;
    }

    /// Has logs of a reporter not count, as its metrics will.
    public void expect(Counted counted, Instant now) {
        tellers.put(
                new Teller(counted.side(), counted.workload(), counted.namespace()),
                now.getEpochSecond());
    }

    /// Counts what a metric says.
    public void add(MetricPoint point, Instant now) {
        Edge edge = point.series().edge();
        tellers.put(Teller.of(edge), now.getEpochSecond());
        Optional<Value> value = deltas.of(point);
        value.ifPresent(
                it -> add(edge, point.timeMicros(), MetricNames.tally(point.series(), it), now));
    }

    private void add(Edge edge, long timeMicros, Tally tally, Instant now) {
        // Who is ahead of us or sends what is a day old is taken to speak of now.
        long said = timeMicros / 1_000_000;
        long second = now.getEpochSecond();
        if (said <= second && said > second - limits.minutes().toSeconds()) {
            second = said;
        }
        if (!file.knows(edge) && !added.contains(edge)) {
            if (file.edges() + added.size() >= limits.edges()) {
                refusedEdges++;
                return;
            }
            added.add(edge);
        }
        live.add(edge, second, tally, now.getEpochSecond());
        pending.computeIfAbsent(second / 60, _ -> new HashMap<>())
                .computeIfAbsent(edge, _ -> new Tally())
                .add(tally);
    }

    /// Writes what came since the last time. What cannot be written is tried again with what comes
    /// later, as long as there are few enough edges.
    public void flush() {
        if (pending.isEmpty()) {
            return;
        }
        try {
            file.add(pending);
            pending.clear();
            added.clear();
            if (isTroubled) {
                LOG.info("{} can be written again", file.path());
            }
            isTroubled = false;
        } catch (SQLException e) {
            if (!isTroubled) {
                LOG.error("{} cannot be written; its numbers are kept in memory", file.path(), e);
            }
            isTroubled = true;
            if (pending.size() > 60) {
                // An hour of trouble: memory is bounded.
                pending.clear();
                added.clear();
            }
        }
    }

    /// Makes hours of old minutes and lets go of old hours.
    public void tidy(Instant now) {
        long second = now.getEpochSecond();
        tellers.values().removeIf(told -> second - told >= METRICS_SECONDS);
        try {
            file.tidy(
                    (second - limits.minutes().toSeconds()) / 3_600,
                    (second - limits.hours().toSeconds()) / 3_600,
                    limits.bytes());
        } catch (SQLException e) {
            LOG.error("{} cannot be tidied", file.path(), e);
        }
    }

    /// What is known of a time.
    ///
    /// @param from its first second, since 1970, which may be a little earlier than was asked
    /// @param to the second after the last
    public record Known(long from, long to, Map<Edge, Tally> edges) {}

    /// What is known of a time: by ten seconds where all of it is in memory, otherwise by minutes.
    /// On the writer's thread.
    public Optional<Known> recent(long from, long to, Instant now) {
        if (!live.knows(from, now.getEpochSecond())) {
            return Optional.empty();
        }
        long slot = LiveWindow.SLOT_SECONDS;
        return Optional.of(new Known(from / slot * slot, to, live.sum(from, to)));
    }

    /// The same from the file. Callable from any thread.
    public static Known stored(Path file, long from, long to) {
        return stored(file, from, to, _ -> true);
    }

    /// The same of some edges only. Callable from any thread.
    public static Known stored(Path file, long from, long to, Predicate<Edge> wanted) {
        try {
            long first = from / 60;
            return new Known(first * 60, to, RollupFile.read(file, first, (to + 59) / 60, wanted));
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(file + ": " + e.getMessage(), e));
        }
    }

    /// How many points and requests were of edges or series for which there was no room.
    public long refused() {
        return refusedEdges + deltas.refused();
    }

    /// How many edges there are.
    public int edges() {
        return file.edges();
    }

    @Override
    public void close() {
        flush();
        try {
            file.close();
        } catch (SQLException e) {
            LOG.warn("{} was not closed properly", file.path(), e);
        }
    }
}
