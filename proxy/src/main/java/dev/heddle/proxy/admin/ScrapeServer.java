package dev.heddle.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.proxy.config.ScrapeConfig;
import dev.heddle.telemetry.Labels;
import dev.heddle.telemetry.MeterId;
import dev.heddle.telemetry.Meters;
import dev.heddle.telemetry.OpenMetricsText;
import dev.heddle.telemetry.PrometheusFormat;
import dev.heddle.telemetry.ScrapedText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers for the workload, too: `/stats/prometheus` has the application's metrics behind the
/// proxy's own, as Istio's agent has them at port 15020. Only this page is there.
///
/// The application is asked each time, and waited for until a little before the scraper gives up.
/// What it does not say in time, says at too great length, or in no format of Prometheus is left
/// out and counted, and the proxy's own metrics are told all the same.
public final class ScrapeServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScrapeServer.class);

    private static final String PATH = "/stats/prometheus";
    private static final int MOST_BYTES = 10 * 1024 * 1024;

    /// More at once are told to come again: each holds two pages.
    private static final int MOST_AT_ONCE = 4;

    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(60);

    /// What the rest of a scrape takes.
    private static final Duration RESERVE = Duration.ofMillis(500);

    private static final Duration LEAST_PATIENCE = Duration.ofMillis(100);

    private final HttpServer server;
    private final ExecutorService threads;
    private final ScrapeConfig config;
    private final Page own;
    private final LongAdder scrapes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicBoolean isBroken = new AtomicBoolean();
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);

    private ScrapeServer(
            HttpServer server, ExecutorService threads, ScrapeConfig config, Page own) {
        this.server = server;
        this.threads = threads;
        this.config = config;
        this.own = own;
    }

    /// Opens the port and serves.
    ///
    /// @throws IOException when the port cannot be bound; the message says which
    public static ScrapeServer start(ScrapeConfig config, Meters meters) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(config.port()), 0);
        } catch (IOException e) {
            throw new IOException(
                    "port "
                            + config.port()
                            + " for metrics of the workload and the proxy (statusPort): "
                            + e.getMessage(),
                    e);
        }
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        var scrapes = new ScrapeServer(server, threads, config, new StatsPage(meters).prometheus());
        scrapes.register(meters);
        server.setExecutor(threads);
        server.createContext("/", scrapes::serve);
        server.start();
        return scrapes;
    }

    /// Istio's names for them.
    private void register(Meters meters) {
        meters.counter(
                new MeterId("istio.agent_scrapes_total", "istio_agent_scrapes_total", Labels.NONE),
                scrapes::sum);
        meters.counter(
                new MeterId(
                        "istio.agent_scrape_failures_total",
                        "istio_agent_scrape_failures_total",
                        Labels.of("type", "application")),
                failures::sum);
    }

    /// Where it listens, with the port that it got.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Page.Answer answer;
            if (!room.tryAcquire()) {
                answer = Page.Answer.error(503, "others are being told; ask again");
            } else {
                try {
                    answer = answer(exchange);
                } catch (RuntimeException e) {
                    LOG.error("bug: scrape", e);
                    answer = Page.Answer.error(500, "bug: " + e);
                } finally {
                    room.release();
                }
            }
            byte[] content = answer.content().toByteArray();
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().set("content-type", answer.contentType());
            exchange.getResponseHeaders().set("x-content-type-options", "nosniff");
            exchange.sendResponseHeaders(
                    answer.status(), isHead || content.length == 0 ? -1 : content.length);
            if (!isHead && content.length > 0) {
                exchange.getResponseBody().write(content);
            }
        }
    }

    private Page.Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!exchange.getRequestURI().getPath().equals(PATH)) {
            return Page.Answer.error(404, "invalid path (expected: " + PATH + ")");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Page.Answer.error(405, "method " + method + " (expected: GET)");
        }
        String query = exchange.getRequestURI().getRawQuery();
        if (query != null && !query.isEmpty()) {
            return Page.Answer.error(
                    400, "'" + query + "' (expected: no parameters; the admin port takes them)");
        }
        String accept =
                String.join(",", exchange.getRequestHeaders().getOrDefault("accept", List.of()));
        return merged(
                PrometheusFormat.of(accept),
                patience(
                        exchange.getRequestHeaders()
                                .getFirst("X-Prometheus-Scrape-Timeout-Seconds")));
    }

    /// So long the application may take, of a scraper's time.
    ///
    /// @param said seconds, as Prometheus says them; null for nothing
    static Duration patience(@Nullable String said) {
        if (said == null || !said.matches("[0-9]{1,6}(\\.[0-9]{1,9})?")) {
            return USUAL_PATIENCE;
        }
        Duration left = Duration.ofMillis((long) (Double.parseDouble(said) * 1000)).minus(RESERVE);
        return left.compareTo(LEAST_PATIENCE) < 0
                ? LEAST_PATIENCE
                : left.compareTo(LONGEST_PATIENCE) > 0 ? LONGEST_PATIENCE : left;
    }

    /// A scraper that likes OpenMetrics best gets it, if the application speaks it, too: what is in
    /// the older text cannot always be told in it. All scrapers take that text.
    private Page.Answer merged(PrometheusFormat wanted, Duration patience) {
        scrapes.increment();
        String application = "";
        boolean isOpen = wanted == PrometheusFormat.OPEN_METRICS;
        try {
            Scraped scraped = within(patience, wanted);
            application = scraped.text();
            isOpen = scraped.isOpen();
            if (isBroken.getAndSet(false)) {
                LOG.info("{}: the application's metrics are there again", config.application());
            }
        } catch (IOException e) {
            failures.increment();
            if (!isBroken.getAndSet(true)) {
                LOG.warn(
                        "{}: the application's metrics are left out: {}",
                        config.application(),
                        e.getMessage());
            }
        }
        // Behind the application, so that what became of it is told.
        String text = own.answer(Map.of(), "text/plain").body();
        return isOpen
                ? new Page.Answer(
                        200,
                        OpenMetricsText.CONTENT_TYPE,
                        ScrapedText.open(OpenMetricsText.of(text)) + application + "# EOF\n")
                : new Page.Answer(200, PrometheusFormat.TEXT.contentType(), text + application);
    }

    /// @param isOpen whether it is OpenMetrics
    private record Scraped(String text, boolean isOpen) {}

    private Scraped within(Duration patience, PrometheusFormat wanted) throws IOException {
        Future<Scraped> asked = threads.submit(() -> ask(wanted, patience));
        try {
            return asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw new IOException(String.valueOf(cause.getMessage()), cause);
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no whole answer within " + patience.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the proxy ends", e);
        } finally {
            // Interrupts whoever still reads, and that closes the connection.
            asked.cancel(true);
        }
    }

    private Scraped ask(PrometheusFormat wanted, Duration patience) throws IOException {
        // To nobody's proxy, and nowhere else than told.
        var call = (HttpURLConnection) config.application().toURL().openConnection(Proxy.NO_PROXY);
        try {
            call.setInstanceFollowRedirects(false);
            call.setUseCaches(false);
            call.setConnectTimeout(Math.toIntExact(patience.toMillis()));
            call.setReadTimeout(Math.toIntExact(patience.toMillis()));
            call.setRequestProperty(
                    "accept",
                    wanted == PrometheusFormat.OPEN_METRICS
                            ? "application/openmetrics-text;version=1.0.0,"
                                    + "text/plain;version=0.0.4;q=0.5"
                            : "text/plain;version=0.0.4");
            int status = call.getResponseCode();
            if (status != HttpURLConnection.HTTP_OK) {
                throw new IOException("it answers " + status + " (expected: 200)");
            }
            String encoding = call.getContentEncoding();
            if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
                throw new IOException("it answers in '" + encoding + "', which nobody asked for");
            }
            String type = String.valueOf(call.getContentType());
            boolean isOpen = type.startsWith("application/openmetrics-text");
            if (!isOpen && !type.startsWith("text/plain")) {
                throw new IOException(
                        "content-type '" + type + "' (expected: text/plain or OpenMetrics)");
            }
            String page = read(call.getInputStream());
            var problem = ScrapedText.problem(page);
            if (problem.isPresent()) {
                throw new IOException(problem.get());
            }
            return new Scraped(ScrapedText.open(page), isOpen);
        } finally {
            call.disconnect();
        }
    }

    private static String read(InputStream body) throws IOException {
        try (body) {
            var all = new ByteArrayOutputStream();
            byte[] piece = new byte[8192];
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                all.write(piece, 0, count);
                if (all.size() > MOST_BYTES) {
                    throw new IOException("more than " + MOST_BYTES + " bytes");
                }
            }
            return all.toString(StandardCharsets.UTF_8);
        }
    }
}
