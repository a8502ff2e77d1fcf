package dev.heddle.proxy.dns;

import dev.heddle.telemetry.HistogramBounds;
import dev.heddle.telemetry.MemberLabels;
import dev.heddle.telemetry.MeterView;
import dev.heddle.telemetry.MetricSink;
import dev.heddle.telemetry.MetricSink.Kind;
import dev.heddle.telemetry.PrometheusSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// What a proxy counts of questions for names under Istio's names, which are its ztunnel's:
/// `istio_dns_requests_total` and so on. Nothing is told until there is somebody to ask.
///
/// Thread-safe; one for all workers.
public final class NameMetrics implements PrometheusSource {
    private static final String REQUESTS = "requests_total";
    private static final String FORWARDED = "upstream_requests_total";
    private static final String FAILURES = "upstream_failures_total";
    private static final String DURATION = "upstream_request_duration_seconds";

    /// In seconds.
    private static final HistogramBounds BOUNDS =
            HistogramBounds.of(
                    List.of(
                            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
                            10.0));

    private static final double NANO = 1e-9;

    private final MeterView view;
    private final AtomicBoolean isAsked = new AtomicBoolean();
    private final LongAdder requests = new LongAdder();
    private final LongAdder forwarded = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    /// How many answers took at most as long as each bound; the last has the others.
    private final List<LongAdder> took =
            IntStream.rangeClosed(0, BOUNDS.count()).mapToObj(_ -> new LongAdder()).toList();

    /// @param view which are shown, by the names `istio.dns_requests_total` and so on
    public NameMetrics(MeterView view) {
        this.view = view;
    }

    /// There is a listener for questions.
    void onListener() {
        isAsked.set(true);
    }

    /// A client asked for a name.
    void onRequest() {
        requests.increment();
    }

    /// Another server is asked.
    void onForwarded() {
        forwarded.increment();
    }

    /// No other server answered, or too many questions wait.
    void onFailure() {
        failures.increment();
    }

    /// Another server answered.
    ///
    /// @param tookNanos since it was asked, with all that were asked before it in vain
    void onAnswer(long tookNanos) {
        nanos.add(tookNanos);
        double seconds = tookNanos * NANO;
        int at = 0;
        while (at < BOUNDS.count() && seconds > BOUNDS.upper(at)) {
            at++;
        }
        took.get(at).increment();
    }

    @Override
    public void tell(MetricSink sink, Predicate<String> family) {
        if (!isAsked.get()) {
            return;
        }
        counter(sink, family, REQUESTS, requests);
        counter(sink, family, FAILURES, failures);
        if (isWanted(family, DURATION)) {
            sink.family("istio_dns_" + DURATION, Kind.HISTOGRAM);
            sink.distribution(MemberLabels.none(), new Durations());
        }
        counter(sink, family, FORWARDED, forwarded);
    }

    private boolean isWanted(Predicate<String> family, String name) {
        return view.shows().test("istio.dns_" + name) && family.test("istio_dns_" + name);
    }

    private void counter(
            MetricSink sink, Predicate<String> family, String name, LongAdder counted) {
        if (isWanted(family, name)) {
            sink.family("istio_dns_" + name, Kind.COUNTER);
            sink.number(MemberLabels.none(), counted.sum());
        }
    }

    /// How long answers took, at one moment.
    private final class Durations implements MetricSink.Distribution {
        private final long[] atMost = new long[BOUNDS.count() + 1];

        Durations() {
            long count = 0;
            for (int i = 0; i < atMost.length; i++) {
                count += took.get(i).sum();
                atMost[i] = count;
            }
        }

        @Override
        public long count() {
            return atMost[BOUNDS.count()];
        }

        @Override
        public long sum() {
            return nanos.sum();
        }

        @Override
        public double unit() {
            return NANO;
        }

        @Override
        public HistogramBounds bounds() {
            return BOUNDS;
        }

        @Override
        public long atMost(int bound) {
            return atMost[bound];
        }

        @Override
        public long[] natives() {
            return new long[0];
        }
    }
}
