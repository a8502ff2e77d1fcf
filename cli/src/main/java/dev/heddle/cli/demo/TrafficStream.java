package dev.heddle.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A gentle stream of requests for one page, at a fixed rate whatever the answers take. Callable
/// from any thread.
public final class TrafficStream implements AutoCloseable {
    private static final int PER_SECOND = 20;
    private static final int MAX_OPEN = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// How far back the summary looks.
    public static final Duration WINDOW = Duration.ofSeconds(10);

    private static final Pattern SERVED_BY = Pattern.compile("Reviews served by: <u>\\w+-(v\\d+)");

    private final LongSupplier nanos;
    private final long startNanos;
    private final HttpClient client;
    private final HttpRequest request;
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService pacemaker =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("traffic").factory());
    private final Semaphore open = new Semaphore(MAX_OPEN);
    private final ConcurrentLinkedDeque<TrafficSample> recent = new ConcurrentLinkedDeque<>();
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();

    private TrafficStream(LongSupplier nanos, HttpClient client, HttpRequest request) {
        this.nanos = nanos;
        this.startNanos = nanos.getAsLong();
        this.client = client;
        this.request = request;
    }

    /// Starts to request the page.
    ///
    /// @param nanos a clock that only moves forward, in nanoseconds
    public static TrafficStream start(URI page, LongSupplier nanos) {
        var client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5))
                        .build();
        var request = HttpRequest.newBuilder(page).timeout(PATIENCE).build();
        var stream = new TrafficStream(nanos, client, request);
        var _ =
                stream.pacemaker.scheduleAtFixedRate(
                        stream::onBeat, 0, 1_000_000_000L / PER_SECOND, TimeUnit.NANOSECONDS);
        return stream;
    }

    /// What the last seconds brought.
    public TrafficSummary summary() {
        long now = nanos.getAsLong();
        long span = Math.clamp(now - startNanos, 1, WINDOW.toNanos());
        recent.removeIf(sample -> sample.atNanos() - (now - span) < 0);
        return TrafficSummary.of(List.copyOf(recent), Duration.ofNanos(span));
    }

    /// How many requests were answered or failed since the start.
    public long total() {
        return answered.sum();
    }

    /// How many of them failed: another status than 200, or no answer.
    public long failures() {
        return failed.sum();
    }

    /// Stops to send, and waits a moment for what is open.
    @Override
    public void close() {
        pacemaker.shutdownNow();
        callers.shutdown();
        try {
            if (!callers.awaitTermination(1, TimeUnit.SECONDS)) {
                callers.shutdownNow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        client.shutdownNow();
    }

    private void onBeat() {
        if (open.tryAcquire()) {
            callers.execute(this::call);
        } else {
            record(false, PATIENCE.toNanos(), "none"); // so slow that nothing more can be open
        }
    }

    private void call() {
        long from = nanos.getAsLong();
        boolean ok = false;
        String version = "none";
        try {
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            ok = response.statusCode() == 200;
            Matcher servedBy = SERVED_BY.matcher(response.body());
            version = servedBy.find() ? servedBy.group(1) : "none";
        } catch (IOException _) {
            // Counted below as a failure.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return; // stopped while it was open: neither answered nor failed
        } finally {
            open.release();
        }
        record(ok, nanos.getAsLong() - from, version);
    }

    private void record(boolean ok, long latencyNanos, String version) {
        recent.add(new TrafficSample(nanos.getAsLong(), ok, latencyNanos, version));
        answered.increment();
        if (!ok) {
            failed.increment();
        }
    }
}
