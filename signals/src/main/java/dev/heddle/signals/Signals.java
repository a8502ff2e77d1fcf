package dev.heddle.signals;

import dev.heddle.signals.golden.GoldenSignals;
import dev.heddle.signals.golden.Goldens;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.golden.ServiceGraph;
import dev.heddle.signals.hosts.HostCounts;
import dev.heddle.signals.ingest.AccessLogs;
import dev.heddle.signals.ingest.Forwarder;
import dev.heddle.signals.ingest.OtlpHttp;
import dev.heddle.signals.ingest.OtlpLogs;
import dev.heddle.signals.ingest.OtlpMetrics;
import dev.heddle.signals.ingest.OtlpTraces;
import dev.heddle.signals.ingest.TellingNode;
import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.prometheus.PrometheusCalls;
import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.FlightEntry;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Signal;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.record.Told;
import dev.heddle.signals.rollup.CallSums;
import dev.heddle.signals.rollup.Rollups;
import dev.heddle.signals.rollup.Tally;
import dev.heddle.signals.rollup.Usage;
import dev.heddle.signals.rollup.Usages;
import dev.heddle.signals.search.Found;
import dev.heddle.signals.search.Search;
import dev.heddle.signals.search.SignalIndex;
import dev.heddle.signals.tap.Taps;
import dev.heddle.signals.why.Explanation;
import io.grpc.BindableService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is known of the mesh's traffic. Callable from any thread; may wait for a moment.
public final class Signals implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    /// Requests of one id belong to one trace, mostly.
    private static final int MOST_TRACES = 4;

    private final Taps taps;
    private final Intake intake;
    private final HostCounts hosts;
    private final SignalIndex index;
    private final Rollups rollups;
    private final SignalWriter writer;
    private final CallSums calls;
    private final Optional<PrometheusCalls> prometheus;
    private final Usages usages;
    private final Path costs;
    private final Places places;
    private final Optional<Forwarder> forwarder;

    private Signals(
            Taps taps,
            Intake intake,
            HostCounts hosts,
            SignalIndex index,
            Rollups rollups,
            SignalWriter writer,
            CallSums calls,
            Optional<PrometheusCalls> prometheus,
            Usages usages,
            Path costs,
            Places places,
            Optional<Forwarder> forwarder) {
        this.taps = taps;
        this.intake = intake;
        this.hosts = hosts;
        this.index = index;
        this.rollups = rollups;
        this.writer = writer;
        this.calls = calls;
        this.prometheus = prometheus;
        this.usages = usages;
        this.costs = costs;
        this.places = places;
        this.forwarder = forwarder;
    }

    /// Opens what an earlier run kept, and takes signals from now on.
    ///
    /// @throws IOException when the directory, or what a backend is to be shown, cannot be used
    public static Signals start(SignalsBootstrap bootstrap) throws IOException {
        Optional<Forwarder> forwarder =
                bootstrap.backend().isPresent()
                        ? Optional.of(Forwarder.start(bootstrap.backend().get()))
                        : Optional.empty();
        try {
            return start(bootstrap, forwarder);
        } catch (IOException e) {
            forwarder.ifPresent(Forwarder::close);
            throw e;
        }
    }

    private static Signals start(SignalsBootstrap bootstrap, Optional<Forwarder> forwarder)
            throws IOException {
        Path directory = Files.createDirectories(bootstrap.directory());
        Instant now = bootstrap.clock().instant();
        Path sums = directory.resolve("rollups.sqlite");
        Rollups rollups = Rollups.open(sums, bootstrap.rollups(), now);
        Path costs = directory.resolve("usages.sqlite");
        Usages usages;
        SignalIndex index;
        try {
            usages = Usages.open(costs, bootstrap.rollups());
        } catch (IOException e) {
            rollups.close();
            throw e;
        }
        try {
            index = SignalIndex.open(directory.resolve("index"), bootstrap.index(), now);
        } catch (IOException e) {
            rollups.close();
            usages.close();
            throw e;
        }
        var taps = new Taps();
        var intake = new Intake(bootstrap.room(), taps::hear);
        var writer = new SignalWriter(intake, index, rollups, usages, bootstrap);
        writer.start();
        Optional<PrometheusCalls> prometheus = bootstrap.prometheus().map(PrometheusCalls::new);
        CallSums calls =
                prometheus.isPresent()
                        ? prometheus.get()
                        : new KeptSums(intake, rollups, sums, bootstrap.clock());
        return new Signals(
                taps,
                intake,
                new HostCounts(bootstrap.clock()),
                index,
                rollups,
                writer,
                calls,
                prometheus,
                usages,
                costs,
                bootstrap.places(),
                forwarder);
    }

    /// Where what is told is put.
    public Intake intake() {
        return intake;
    }

    /// How many hosts of clusters stock Envoy sends no requests to, as it says.
    public HostCounts hosts() {
        return hosts;
    }

    /// Those who listen to requests as they come.
    public Taps taps() {
        return taps;
    }

    /// What calls looked like.
    ///
    /// @param covered the window that the answer is about: the wanted one, begun at ten seconds or
    ///   at a minute
    public record Golden(Window covered, List<GoldenSignals> signals) {
        public Golden {
            signals = List.copyOf(signals);
        }
    }

    /// Who called whom.
    public record Graph(Window covered, ServiceGraph graph) {}

    /// Golden signals of the calls that a selector takes.
    public Golden golden(Selector selector, Window window) {
        Rollups.Known known = known(window);
        return new Golden(covered(known), Goldens.of(known.edges(), selector, seconds(known)));
    }

    /// Who called whom, as far as somebody may see it.
    public Graph graph(Window window, Predicate<String> seen) {
        Rollups.Known known = known(window);
        return new Graph(covered(known), ServiceGraph.of(known.edges(), seen, seconds(known)));
    }

    /// What all calls together come to that each of these selectors takes, in their order. Times
    /// begin at a minute, at ten seconds where all is in memory, and at an hour where it is older
    /// than a day.
    public List<Tally> totals(List<Selector> selectors, Window window) {
        Map<Edge, Tally> edges = known(window, Goldens.about(selectors)).edges();
        return selectors.stream().map(it -> Goldens.total(edges, it)).toList();
    }

    /// What the proxies of workloads cost over whole hours, those that a window touches.
    public List<Usage> usages(Window window) {
        answer(
                intake.ask(() -> {
                    usages.flush();
                    return true;
                }));
        return Usages.stored(
                costs,
                window.from().getEpochSecond() / 3_600,
                window.to().getEpochSecond() / 3_600);
    }

    private static Window covered(Rollups.Known known) {
        return new Window(Instant.ofEpochSecond(known.from()), Instant.ofEpochSecond(known.to()));
    }

    private static double seconds(Rollups.Known known) {
        return known.to() - known.from();
    }

    private Rollups.Known known(Window window) {
        return known(window, _ -> true);
    }

    private Rollups.Known known(Window window, Predicate<Edge> wanted) {
        long from = window.from().getEpochSecond();
        return calls.known(from, Math.max(from + 1, window.to().getEpochSecond()), wanted);
    }

    /// Logs and spans, the newest first.
    public Found find(Search search) {
        return index.find(search);
    }

    /// What is known of a request and of all that was called for it.
    ///
    /// @param id its request id, or the id of its trace
    /// @param namespaces at either end of calls; null for all
    /// @return the logs and spans; none where nothing is known
    public Trace trace(String id, @Nullable Set<String> namespaces) {
        var found = new LinkedHashSet<Signal>(all(Search.ofId(id, false, namespaces)));
        var traces = new LinkedHashSet<String>();
        if (id.matches("[0-9a-f]{32}")) {
            traces.add(id);
        }
        found.forEach(signal -> traces.add(traceOf(signal)));
        traces.stream()
                .filter(trace -> !trace.isEmpty())
                .limit(MOST_TRACES)
                .forEach(trace -> found.addAll(all(Search.ofId(trace, true, namespaces))));
        var logs = new ArrayList<RequestLog>();
        var spans = new ArrayList<Span>();
        var remembered = new ArrayList<RequestLog>();
        for (Signal signal : found) {
            switch (signal) {
                case RequestLog log -> logs.add(log);
                case Span span -> spans.add(span);
                case FlightEntry entry -> remembered.add(entry.log());
            }
        }
        // What was logged says more than what a flight recorder remembers of the same.
        for (RequestLog log : remembered) {
            if (logs.stream().noneMatch(it -> it.reporter().equals(log.reporter()))) {
                logs.add(log);
            }
        }
        return new Trace(logs, spans);
    }

    private List<Signal> all(Search search) {
        return index.find(search).signals();
    }

    private static String traceOf(Signal signal) {
        return switch (signal) {
            case RequestLog log -> log.ids().traceId();
            case Span span -> span.traceId();
            case FlightEntry entry -> entry.log().ids().traceId();
        };
    }

    /// Logs and spans that belong together.
    public record Trace(List<RequestLog> logs, List<Span> spans) {
        public Trace {
            logs = List.copyOf(logs);
            spans = List.copyOf(spans);
        }
    }

    /// Why a request ended as it did; empty where nothing is known of it.
    ///
    /// @param id its request id, or the id of its trace
    /// @param namespaces at either end of calls; null for all
    public Optional<Explanation> why(String id, @Nullable Set<String> namespaces) {
        Trace trace = trace(id, namespaces);
        return trace.logs().isEmpty() && trace.spans().isEmpty()
                ? Optional.empty()
                : Optional.of(Explanation.of(trace.logs(), trace.spans()));
    }

    /// The calls by which proxies tell, to be served where they are known (see
    /// [dev.heddle.xds.server.XdsService]).
    public List<BindableService> services() {
        return List.of(
                new AccessLogs(intake, places),
                new OtlpLogs(intake, places, forwarder),
                new OtlpTraces(intake, forwarder),
                TellingNode.readBy(new OtlpMetrics(intake, hosts, forwarder)));
    }

    /// The same for who speaks OTLP over HTTP; served by nobody until somebody does.
    public OtlpHttp http() {
        return new OtlpHttp(
                new OtlpLogs(intake, places, forwarder),
                new OtlpTraces(intake, forwarder),
                new OtlpMetrics(intake, hosts, forwarder));
    }

    /// What passes on to another backend; empty where there is none.
    public Optional<Forwarder> forwarder() {
        return forwarder;
    }

    /// Has all that was told until now be found. For tests and tools; it waits for the disk.
    public void settle() {
        answer(
                intake.ask(() -> {
                    try {
                        index.commit();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return true;
                }));
    }

    /// How much is kept.
    ///
    /// @param signals logs and spans that can be found
    /// @param bytes of the index
    /// @param edges that calls are added up by
    public record Kept(long signals, long bytes, int edges) {}

    /// How much is kept now.
    public Kept kept() {
        return answer(
                intake.ask(() -> {
                    try {
                        return new Kept(index.size(), index.bytes(), rollups.edges());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
    }

    /// Takes something from this process.
    ///
    /// @return whether there was room
    boolean tell(Kind kind, Told told) {
        return intake.offer(kind, List.of(told)) == 1;
    }

    static <T> T answer(CompletableFuture<T> question) {
        return question.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /// Writes what waits, and ends.
    @Override
    public void close() {
        taps.close();
        forwarder.ifPresent(Forwarder::close);
        prometheus.ifPresent(PrometheusCalls::close);
        writer.close();
    }
}
