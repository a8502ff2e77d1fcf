package dev.heddle.e2e.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// People who look at the product page, a few at a time.
final class Visitors implements AutoCloseable {
    private static final int AT_ONCE = 8;
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Pattern SERVED_BY =
            Pattern.compile("Reviews served by: <u>reviews-(v\\d)</u>");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String page;

    Visitors(String page) {
        this.page = page;
    }

    /// What visits met, counted: the version of reviews (`v1`, …) where the page was whole, else
    /// what was wrong.
    record Met(Map<String, Integer> counts) {
        Met {
            counts = new TreeMap<>(counts);
        }

        int total() {
            return counts.values().stream().mapToInt(Integer::intValue).sum();
        }

        int failures() {
            return counts.entrySet().stream()
                    .filter(e -> !e.getKey().matches("v\\d"))
                    .mapToInt(Map.Entry::getValue)
                    .sum();
        }

        double percent(String version) {
            return 100.0 * counts.getOrDefault(version, 0) / total();
        }
    }

    /// Visits so many times.
    Met visit(int times) {
        return visit(times, Map.of());
    }

    /// Visits so many times with headers.
    Met visit(int times, Map<String, String> headers) {
        var counts = new java.util.concurrent.ConcurrentHashMap<String, Integer>();
        var places = new Semaphore(AT_ONCE);
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < times; i++) {
                places.acquireUninterruptibly();
                callers.execute(() -> {
                    counts.merge(once(headers), 1, Integer::sum);
                    places.release();
                });
            }
        }
        return new Met(counts);
    }

    /// Visits all the while something else is done, with pauses, so that the machine can do it.
    Met visitWhile(Callable<Void> work) throws Exception {
        var counts = new java.util.concurrent.ConcurrentHashMap<String, Integer>();
        var over = new AtomicBoolean();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < AT_ONCE; i++) {
                callers.execute(() -> {
                    while (!over.get()) {
                        counts.merge(once(Map.of()), 1, Integer::sum);
                        LockSupport.parkNanos(PAUSE.toNanos());
                    }
                });
            }
            try {
                work.call();
            } finally {
                over.set(true);
            }
        }
        return new Met(counts);
    }

    /// One visit: the version of reviews, or what was wrong.
    String once(Map<String, String> headers) {
        var request = HttpRequest.newBuilder(URI.create(page)).timeout(Duration.ofSeconds(20));
        headers.forEach(request::header);
        try {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                return "status " + answer.statusCode();
            }
            Matcher servedBy = SERVED_BY.matcher(answer.body());
            boolean whole = servedBy.find() && !answer.body().contains("Error fetching");
            return whole ? servedBy.group(1) : "a page that is not whole";
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /// Whether a door answers who comes on a new connection, in plain text.
    static boolean canOpen(String url) {
        var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5));
        try (var stranger = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return stranger.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode()
                    == 200;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
