package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import google.protobuf.Value;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads what a bootstrap's node says of its process. Of Istio's many fields those are read that a
/// proxy can do something about; the others are the agent's.
///
/// How the process ends follows Istio's agent: connections are taken for
/// `terminationDrainDuration`, then whatever is left is cut off. With the variable
/// `EXIT_ON_ZERO_ACTIVE_CONNECTIONS` they are taken for `MINIMUM_DRAIN_DURATION`, and the process
/// ends with the last one.
final class ProcessParser {
    private static final String PATH = "node.metadata.PROXY_CONFIG";
    private static final String VARIABLES = "proxyMetadata";
    private static final String MOST_SETS = "heddle.dev/metric-sets";
    private static final String NATIVE = "heddle.dev/native-histograms";
    private static final String EVICTION = "sidecar.istio.io/statsEvictionInterval";
    private static final String MINIMUM = "MINIMUM_DRAIN_DURATION";
    private static final String EXIT_ON_ZERO = "EXIT_ON_ZERO_ACTIVE_CONNECTIONS";
    private static final Duration USUAL_MINIMUM = Duration.ofSeconds(5);

    /// Until whoever started the process has had enough: longer than anybody waits.
    private static final Duration UNTIL_THE_LAST = Duration.ofDays(1);

    private static final int MAX_WORKERS = 64;
    private static final Set<String> YES = Set.of("1", "t", "T", "true", "TRUE", "True");
    private static final Set<String> NO = Set.of("", "0", "f", "F", "false", "FALSE", "False");
    private static final Pattern PART =
            Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{0,9})?)(h|ms|m|s|us|µs|ns)");
    private static final Pattern WHOLE = Pattern.compile("0|(?:" + PART + ")+");

    private final Findings findings;

    ProcessParser(Findings findings) {
        this.findings = findings;
    }

    ProcessConfig read(Value said) {
        Map<String, Value> fields = said.getStructValue().getFieldsMap();
        Value variables = fields.get(VARIABLES);
        Map<String, Value> named =
                variables == null ? Map.of() : variables.getStructValue().getFieldsMap();
        String variablesPath = join(PATH, VARIABLES);
        boolean isToTheLast = truth(variablesPath, EXIT_ON_ZERO, named);
        Optional<Duration> termination = duration(PATH, "terminationDrainDuration", fields);
        Optional<Duration> minimum = duration(variablesPath, MINIMUM, named);
        return new ProcessConfig(
                workers(fields),
                duration(PATH, "drainDuration", fields),
                isToTheLast ? minimum.or(() -> Optional.of(USUAL_MINIMUM)) : termination,
                isToTheLast ? Optional.of(UNTIL_THE_LAST) : termination.map(_ -> Duration.ZERO));
    }

    /// How much is kept of counters whose labels depend on requests, as the workload's annotations
    /// say it.
    SeriesLimits series(Map<String, Value> annotations) {
        String path = "node.metadata.ANNOTATIONS";
        String most = text(annotations, MOST_SETS);
        boolean isNumber = most.matches("[1-9][0-9]{0,5}");
        if (!most.isEmpty() && !isNumber) {
            findings.reject(
                    join(path, MOST_SETS), "'" + most + "' (expected: a number from 1 to 999999)");
        }
        return new SeriesLimits(
                isNumber ? Integer.parseInt(most) : SeriesLimits.USUAL.mostSets(),
                duration(path, EVICTION, annotations).orElse(SeriesLimits.USUAL.idle()),
                truth(path, NATIVE, annotations));
    }

    /// Where a proxy answers for its workload, too.
    ///
    /// @param said null for nothing
    Optional<ScrapeConfig> scrape(@Nullable Value said) {
        if (said == null) {
            return Optional.empty();
        }
        String path = join("node.metadata", ScrapeConfig.FIELD);
        Map<String, Value> fields = said.getStructValue().getFieldsMap();
        Value port = fields.get("port");
        double number = port == null ? -1 : port.getNumberValue();
        if (number != Math.rint(number) || number < 0 || number > 65_535) {
            findings.reject(join(path, "port"), number + " (expected: a port, or 0 for any)");
            return Optional.empty();
        }
        String application = text(fields, "application");
        try {
            URI uri = new URI(application);
            boolean isPlain = "http".equals(uri.getScheme()) && uri.getHost() != null;
            if (isPlain) {
                return Optional.of(new ScrapeConfig((int) number, uri));
            }
        } catch (URISyntaxException _) {
            // Said below.
        }
        findings.reject(
                join(path, "application"),
                "'" + application + "' (expected: as http://127.0.0.1:9080/metrics)");
        return Optional.empty();
    }

    private OptionalInt workers(Map<String, Value> fields) {
        Value said = fields.get("concurrency");
        if (said == null) {
            return OptionalInt.empty();
        }
        double workers = said.getNumberValue();
        boolean isNumber = said.getKindCase() == Value.KindCase.NUMBER_VALUE;
        if (!isNumber || workers != Math.rint(workers) || workers < 0 || workers > MAX_WORKERS) {
            findings.reject(
                    join(PATH, "concurrency"),
                    (isNumber ? workers : "not a number") + " (expected: 0 to 64)");
            return OptionalInt.empty();
        }
        return OptionalInt.of((int) workers);
    }

    private boolean truth(String path, String field, Map<String, Value> fields) {
        String said = text(fields, field);
        if (!YES.contains(said) && !NO.contains(said)) {
            findings.reject(join(path, field), "'" + said + "' (expected: true or false)");
        }
        return YES.contains(said);
    }

    /// As in `45s` or `1m30s`.
    private Optional<Duration> duration(String path, String field, Map<String, Value> fields) {
        if (!fields.containsKey(field)) {
            return Optional.empty();
        }
        String said = text(fields, field);
        if (!WHOLE.matcher(said).matches()) {
            findings.reject(join(path, field), "'" + said + "' (expected: a duration, as in 5s)");
            return Optional.empty();
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(said);
        while (part.find()) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit(part.group(2))));
        }
        return Optional.of(Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValue()));
    }

    private static BigDecimal unit(String name) {
        return BigDecimal.valueOf(
                switch (name) {
                    case "h" -> 3_600_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "ms" -> 1_000_000L;
                    case "ns" -> 1L;
                    default -> 1_000L; // a microsecond, which has two spellings
                });
    }

    private static String text(Map<String, Value> fields, String field) {
        Value said = fields.get(field);
        return said == null ? "" : said.getStringValue();
    }
}
