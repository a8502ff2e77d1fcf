package dev.heddle.bench.jmh;

import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// A scrape of a proxy that has counted requests of 150 sets of Istio's labels: 10,050 series.
///
/// One thread of the proxy makes the page while the benchmark's waits. What it takes of a core is
/// `cpu.others`; the time on the clock has the reading, too, and whatever else the machine does.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@Confined("one JMH thread")
public class ScrapeBench {
    private static final int SETS = 150;

    /// Istio's are 25; the last is told by the request.
    private static final int LABELS = 25;

    /// In which words a scraper is told.
    public enum Words {
        /// Prometheus' text.
        TEXT("text/plain"),
        /// OpenMetrics.
        OPEN_METRICS("application/openmetrics-text"),
        /// Families in protobuf.
        PROTOBUF("application/vnd.google.protobuf"),
        /// The same, with native histograms beside those with bounds.
        NATIVE("application/vnd.google.protobuf");

        private final String accept;

        Words(String accept) {
            this.accept = accept;
        }
    }

    /// What the scraper likes best.
    @Param Words words = Words.TEXT;

    private @Nullable Proxy proxy;
    private URI page = URI.create("http://127.0.0.1/");

    /// Starts a proxy, and asks it once for each set of labels.
    @Setup
    public void start() throws IOException, BootstrapException, InterruptedException {
        Proxy started =
                Proxy.start(
                        BootstrapParser.parse("bench", bootstrap()),
                        new ProxySettings(
                                1,
                                Transport.usual(),
                                DrainPlan.gradual(Duration.ofSeconds(1)),
                                1,
                                InstantSource.system(),
                                OutputStream.nullOutputStream(),
                                OutputStream.nullOutputStream()));
        proxy = started;
        for (int i = 0; i < SETS; i++) {
            read(page(started.listenerAddress("web").orElseThrow(), "/" + i), "*/*");
        }
        String natives = words == Words.NATIVE ? "&histogram_buckets=prometheusnative" : "";
        page =
                page(
                        started.adminAddress().orElseThrow(),
                        "/stats/prometheus?filter=istio" + natives);
    }

    /// Ends it.
    @TearDown
    public void stop() {
        if (proxy != null) {
            proxy.close();
        }
    }

    /// One scrape.
    @Benchmark
    public int scrape() throws IOException {
        return read(page, words.accept);
    }

    private static URI page(InetSocketAddress at, String path) {
        return URI.create("http://127.0.0.1:" + at.getPort() + path);
    }

    private static int read(URI page, String accept) throws IOException {
        URLConnection connection = page.toURL().openConnection();
        connection.setRequestProperty("accept", accept);
        try (InputStream in = connection.getInputStream()) {
            return in.readAllBytes().length;
        }
    }

    private String bootstrap() {
        var tags = new StringBuilder();
        for (int i = 1; i < LABELS; i++) {
            tags.append(
                    "{name: label_of_usual_length_%d, value_format: 'some-value-%d'}, "
                            .formatted(i, i));
        }
        tags.append("{name: request_path, value_format: '%PATH%'}");
        String histogram =
                "        - {stat: {name: %s, tags: *tags}, unit: Bytes, value_format: '%s'}\n";
        return """
        node: {id: a, cluster: a, metadata: {ANNOTATIONS: {heddle.dev/native-histograms: '%s'}}}
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': TYPEfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: web
                  http_filters:
                  - {name: router, typed_config: {'@type': TYPEfilters.http.router.v3.Router}}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes: [{match: {prefix: /}, direct_response: {status: 200}}]
                  access_log:
                  - name: stats
                    typed_config:
                      '@type': TYPEaccess_loggers.stats.v3.Config
                      stat_prefix: istio
                      counters:
                      - stat: {name: requests_total, tags: &tags [%s]}
                        value_fixed: 1
                      histograms:
        """
                        .formatted(words == Words.NATIVE, tags)
                        .replace("TYPE", "type.googleapis.com/envoy.extensions.")
                + (histogram.formatted("request_duration_milliseconds", "%DURATION%")
                                + histogram.formatted("request_bytes", "%BYTES_RECEIVED%")
                                + histogram.formatted("response_bytes", "%BYTES_SENT%"))
                        .indent(14);
    }
}
