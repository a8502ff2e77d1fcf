package dev.heddle.e2e.identity;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Promtool;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/// A real Prometheus that scrapes as the shipped configuration says, but every second.
///
/// @param port where it answers
record Prometheus(Process process, int port) implements AutoCloseable {

    /// @param directory for its files
    /// @param proxies admin ports
    /// @param api of a control plane, and a token for it; empty for none
    static Prometheus start(
            Path directory,
            List<Integer> proxies,
            Optional<Map.Entry<InetSocketAddress, String>> api)
            throws IOException {
        Optional<Path> binary = Promtool.server();
        Assumptions.assumeTrue(
                binary.isPresent(), "no Prometheus ('apt-get install prometheus' has one)");
        Path shipped = Repository.root().resolve("samples/observability");
        Files.createDirectories(directory);
        Files.copy(shipped.resolve("alerts.yaml"), directory.resolve("alerts.yaml"));
        Path config = directory.resolve("prometheus.yaml");
        Files.writeString(
                config,
                Files.readString(shipped.resolve("prometheus.yaml"))
                        .replace("scrape_interval: 15s", "scrape_interval: 1s")
                        .replace(
                                "\"127.0.0.1:15000\"",
                                proxies.stream()
                                        .map(it -> "\"127.0.0.1:" + it + "\"")
                                        .collect(Collectors.joining(", ")))
                        .replace(
                                "127.0.0.1:15080",
                                "127.0.0.1:"
                                        + api.map(it -> it.getKey().getPort())
                                                .orElseGet(FreePorts::one)));
        Files.writeString(directory.resolve("token"), api.map(Map.Entry::getValue).orElse("none"));
        int port = FreePorts.one();
        return new Prometheus(
                new ProcessBuilder(
                                List.of(
                                        binary.get().toString(),
                                        "--config.file=" + config,
                                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                                        "--web.listen-address=127.0.0.1:" + port))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("prometheus.log").toFile())
                        .start(),
                port);
    }

    /// A series of an answer.
    record Sample(Map<String, String> labels, double value) {}

    /// The series that a query has now, but those that are no number; none where it has none.
    List<Sample> ask(String query) {
        URI page =
                URI.create(
                        "http://127.0.0.1:"
                                + port
                                + "/api/v1/query?query="
                                + URLEncoder.encode(query, StandardCharsets.UTF_8));
        try (var in = page.toURL().openStream()) {
            var answer =
                    (Node.Mapping)
                            Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            var data = (Node.Mapping) answer.get("data").orElseThrow();
            return ((Node.Sequence) data.get("result").orElseThrow())
                    .items().stream()
                            .map(it -> sample((Node.Mapping) it))
                            .filter(it -> !Double.isNaN(it.value()))
                            .toList();
        } catch (IOException _) {
            return List.of(); // not there yet
        }
    }

    private static Sample sample(Node.Mapping series) {
        var labels = new TreeMap<String, String>();
        ((Node.Mapping) series.get("metric").orElseThrow())
                .entries()
                .forEach(it -> labels.put(it.key(), ((Node.Text) it.value()).value()));
        var value = (Node.Sequence) series.get("value").orElseThrow();
        return new Sample(
                labels, Double.parseDouble(((Node.Text) value.items().getLast()).value()));
    }

    /// The first value.
    Optional<Double> value(String query) {
        return ask(query).stream().map(Sample::value).findFirst();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
