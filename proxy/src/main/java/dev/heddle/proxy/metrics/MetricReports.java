package dev.heddle.proxy.metrics;

import dev.heddle.proxy.config.StatsSink;
import dev.heddle.proxy.export.ExportLog.Outcome;
import dev.heddle.proxy.export.MetricBatch;
import dev.heddle.proxy.export.MetricBatch.Attributes;
import dev.heddle.proxy.export.MetricBatch.Span;
import dev.heddle.proxy.recording.SeriesStore;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ProcessCost;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells one collector what was counted.
///
/// ```
///   idle ──turn, something changed──▶ sending ──each call answered──▶ idle
///     ▲                                  │
///     └──── a call failed: the rest is worked out anew at the next turn
/// ```
///
/// One call is under way at a time, and turns that come meanwhile do nothing, so what waits is
/// bounded by what is counted. What a call said is remembered when it is answered: of one without
/// an answer the same is said again, with what came since. If the collector took it nevertheless,
/// it counts twice there, which is rarer than a collector that was away.
@Confined("config thread")
public final class MetricReports {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /// So seldom a process tells what it costs when there is nothing else to tell.
    private static final int QUIET_TURNS = 6;

    private final SeriesStore store;
    private final StatsSink sink;
    private final Map<String, String> resource;
    private final Optional<ProcessCost> cost;
    private final InstantSource clock;
    private final Consumer<byte[]> call;
    private final long beginNanos;
    private final Map<Member, Told> told = new HashMap<>();
    private final Queue<Report> reports = new ArrayDeque<>();
    private boolean isSending;
    private int quietTurns;

    /// A series of one family.
    private record Member(String stat, List<String> labels, String key) {}

    /// What the collector knows of a series.
    private static final class Told {
        private final long[] numbers;
        private final long untilNanos;

        Told(long[] numbers, long untilNanos) {
            this.numbers = numbers;
            this.untilNanos = untilNanos;
        }
    }

    /// What one call says, and what the collector knows afterwards.
    private record Report(MetricBatch batch, Map<Member, Told> then) {
        static Report empty() {
            return new Report(new MetricBatch(), new HashMap<>());
        }
    }

    /// @param resource who tells
    /// @param cost of the process, told besides; empty for nothing
    /// @param call sends a message; how that ended is said to [#onReported]
    public MetricReports(
            SeriesStore store,
            StatsSink sink,
            Map<String, String> resource,
            Optional<ProcessCost> cost,
            InstantSource clock,
            Consumer<byte[]> call) {
        this.store = store;
        this.sink = sink;
        this.resource = Map.copyOf(resource);
        this.cost = cost;
        this.clock = clock;
        this.call = call;
        this.beginNanos = nanos(clock.instant());
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
    }

    /// Tells what changed, unless the last report is still under way. Called regularly.
    public void onTurn() {
        if (isSending) {
            return;
        }
        long now = nanos(clock.instant());
        Set<Member> seen = new HashSet<>();
        Report[] last = {Report.empty()};
        store.read((stat, labels, key, numbers, from, bounds) -> {
            if (!sink.names().sends(stat)) {
                return;
            }
            var member = new Member(stat, labels, key);
            seen.add(member);
            int width = bounds.length == 0 ? 1 : bounds.length + 2;
            long[] current = Arrays.copyOfRange(numbers, from, from + width);
            Told before = told.get(member);
            if (isNothing(before, current)) {
                return;
            }
            if (last[0].batch().points() >= sink.mostPoints()) {
                reports.add(last[0]);
                last[0] = Report.empty();
            }
            add(last[0], member, before, new Told(current, now), bounds);
        });
        told.keySet().retainAll(seen);
        quietTurns = last[0].batch().points() > 0 ? 0 : quietTurns + 1;
        if (quietTurns == 0 || quietTurns == QUIET_TURNS) {
            quietTurns = 0;
            cost.ifPresent(it -> add(last[0].batch(), it, new Span(beginNanos, now, false)));
        }
        if (last[0].batch().points() > 0) {
            reports.add(last[0]);
        }
        next();
    }

    private void add(MetricBatch batch, ProcessCost own, Span span) {
        if (sink.names().sends(ProcessCost.CPU)) {
            own.cpu().ifPresent(it -> batch.total(ProcessCost.CPU, span, it.toMillis() / 1e3));
        }
        if (sink.names().sends(ProcessCost.MEMORY)) {
            own.memory().ifPresent(it -> batch.level(ProcessCost.MEMORY, span, (double) it));
        }
    }

    private static boolean isNothing(@Nullable Told before, long[] now) {
        return before == null
                ? Arrays.stream(now).allMatch(number -> number == 0)
                : Arrays.equals(before.numbers, now);
    }

    private void add(
            Report report, Member member, @Nullable Told before, Told now, double[] bounds) {
        boolean isHistogram = bounds.length > 0;
        boolean isDelta =
                isHistogram ? sink.asDeltas().ofHistograms() : sink.asDeltas().ofCounters();
        long since = before == null || !isDelta ? beginNanos : before.untilNanos;
        var span = new Span(since, now.untilNanos, isDelta);
        long[] said = before != null && isDelta ? since(before.numbers, now.numbers) : now.numbers;
        String name = sink.names().prefix() + member.stat();
        var attributes = new Attributes(member.labels(), SeriesStore.values(member.key()));
        if (isHistogram) {
            report.batch()
                    .distribution(
                            name,
                            attributes,
                            span,
                            Arrays.copyOf(said, said.length - 1),
                            bounds,
                            said[said.length - 1]);
        } else {
            report.batch().sum(name, attributes, span, said[0]);
        }
        report.then().put(member, now);
    }

    /// What came since. A series that was forgotten and begins again has less than before: all of
    /// it came since.
    private static long[] since(long[] before, long[] now) {
        long[] difference = new long[now.length];
        for (int i = 0; i < now.length; i++) {
            difference[i] = now[i] - before[i];
            if (difference[i] < 0) {
                return now;
            }
        }
        return difference;
    }

    private void next() {
        Report report = reports.peek();
        if (report != null) {
            isSending = true;
            call.accept(report.batch().message(resource));
        }
    }

    /// How the last call ended.
    public void onReported(Outcome outcome) {
        isSending = false;
        Report report = reports.poll();
        if (report == null) {
            return;
        }
        switch (outcome) {
            case TAKEN, REFUSED -> {
                told.putAll(report.then());
                next();
            }
            case FAILED, NO_CLUSTER -> reports.clear();
        }
    }
}
