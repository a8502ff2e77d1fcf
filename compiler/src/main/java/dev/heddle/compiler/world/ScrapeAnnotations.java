package dev.heddle.compiler.world;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;

/// What a workload's annotations say of those who scrape its metrics.
///
/// @param application where it has its own, as in `http://127.0.0.1:9080/metrics`; empty where it
///   has none, or has them scraped otherwise
/// @param merges whether its proxy answers for it, too; empty where the mesh says it
/// @param port where the proxy does
public record ScrapeAnnotations(
        Optional<String> application, Optional<Boolean> merges, OptionalInt port) {
    /// No annotations.
    public static final ScrapeAnnotations NONE =
            new ScrapeAnnotations(Optional.empty(), Optional.empty(), OptionalInt.empty());

    private static final String SCRAPE = "prometheus.io/scrape";
    private static final String SCHEME = "prometheus.io/scheme";
    private static final String PORT = "prometheus.io/port";
    private static final String PATH = "prometheus.io/path";
    private static final String MERGES = "prometheus.istio.io/merge-metrics";
    private static final String STATUS_PORT = "status.sidecar.istio.io/port";
    private static final String USUAL_PORT = "80";
    private static final String USUAL_PATH = "/metrics";
    private static final int MOST_PORT = 65_535;

    /// Reads them; one that cannot be used counts as not there.
    ///
    /// @param problems hears of those: which annotation, and what is wrong with it
    static ScrapeAnnotations read(
            Map<String, String> annotations, BiConsumer<String, String> problems) {
        String merges = annotations.getOrDefault(MERGES, "");
        boolean isTruth = merges.equals("true") || merges.equals("false");
        if (!merges.isEmpty() && !isTruth) {
            problems.accept(MERGES, "'" + merges + "' (expected: true or false)");
        }
        String port = annotations.getOrDefault(STATUS_PORT, "");
        if (!port.isEmpty() && !isPort(port)) {
            problems.accept(STATUS_PORT, "'" + port + "' (expected: 1 to 65535)");
        }
        return new ScrapeAnnotations(
                application(annotations, problems),
                isTruth ? Optional.of(merges.equals("true")) : Optional.empty(),
                isPort(port) ? OptionalInt.of(Integer.parseInt(port)) : OptionalInt.empty());
    }

    private static Optional<String> application(
            Map<String, String> annotations, BiConsumer<String, String> problems) {
        if (!annotations.getOrDefault(SCRAPE, "").equals("true")) {
            return Optional.empty();
        }
        String port = annotations.getOrDefault(PORT, USUAL_PORT);
        String path = annotations.getOrDefault(PATH, USUAL_PATH);
        String scheme = annotations.getOrDefault(SCHEME, "http");
        if (!isPort(port)) {
            problems.accept(PORT, "'" + port + "' (expected: 1 to 65535)");
        } else if (!path.matches("/?[!$%&'()*+,./:;=?@A-Za-z0-9_~-]*")) {
            problems.accept(PATH, "'" + path + "' (expected: a path, as in /metrics)");
        } else if (!scheme.equals("http")) {
            problems.accept(
                    SCHEME, "'" + scheme + "' (expected: http, in which the proxy asks beside it)");
        } else {
            return Optional.of(
                    "http://127.0.0.1:" + port + (path.startsWith("/") ? "" : "/") + path);
        }
        return Optional.empty();
    }

    private static boolean isPort(String text) {
        return text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) <= MOST_PORT;
    }
}
