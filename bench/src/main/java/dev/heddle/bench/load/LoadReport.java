package dev.heddle.bench.load;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a load generator saw.
///
/// @param requests how many answers were right
/// @param errors how many were not, or never came
/// @param bytes bytes received, heads included
/// @param connects how many connections were opened
/// @param resumed how many of them resumed a TLS session
/// @param seconds how long it took
/// @param p50Micros median latency
/// @param p99Micros latency that one answer in a hundred exceeds; 0 when it is not known
public record LoadReport(
        long requests,
        long errors,
        long bytes,
        long connects,
        long resumed,
        double seconds,
        double p50Micros,
        double p99Micros) {
    private static final Pattern H2_FINISHED =
            Pattern.compile("finished in ([0-9.]+)(us|ms|s|m|h),");
    private static final Pattern H2_REQUESTS =
            Pattern.compile(
                    "requests: (\\d+) total, \\d+ started, \\d+ done, "
                            + "\\d+ succeeded, (\\d+) failed");
    private static final Pattern H2_STATUS = Pattern.compile("status codes: (\\d+) 2xx");
    private static final Pattern H2_TRAFFIC = Pattern.compile("traffic: \\S+ \\((\\d+)\\) total");
    private static final Pattern H2_MEAN =
            Pattern.compile("time for request: +\\S+ +\\S+ +([0-9.]+)(us|ms|s) ");

    /// Answers a second.
    public double rate() {
        return seconds > 0 ? requests / seconds : 0;
    }

    /// Reads the line of the bench's own generator: names and values in turn.
    public static LoadReport parse(String printed) {
        String[] words = printed.strip().split("\\s+", -1);
        Map<String, Double> values = new HashMap<>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            values.put(words[i], Double.parseDouble(words[i + 1]));
        }
        return new LoadReport(
                (long) need(values, "requests", printed),
                (long) need(values, "errors", printed),
                (long) need(values, "bytes", printed),
                (long) need(values, "connects", printed),
                (long) need(values, "resumed", printed),
                need(values, "seconds", printed),
                need(values, "p50", printed),
                need(values, "p99", printed));
    }

    private static double need(Map<String, Double> values, String name, String printed) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "report: '" + printed.strip() + "' (expected: a value for " + name + ")");
        }
        return value;
    }

    /// Reads h2load's output. It prints no percentiles, so [#p50Micros] is its mean and
    /// [#p99Micros] is 0. What was under way when the time was over is not counted.
    public static LoadReport parseH2load(String printed, int connections) {
        Matcher finished = find(H2_FINISHED, printed);
        Matcher requests = find(H2_REQUESTS, printed);
        Matcher status = find(H2_STATUS, printed);
        Matcher traffic = find(H2_TRAFFIC, printed);
        Matcher mean = find(H2_MEAN, printed);
        long good = Long.parseLong(status.group(1));
        long total = Long.parseLong(requests.group(1));
        return new LoadReport(
                good,
                Math.max(total - good, Long.parseLong(requests.group(2))),
                Long.parseLong(traffic.group(1)),
                connections,
                0,
                micros(finished) / 1e6,
                micros(mean),
                0);
    }

    private static Matcher find(Pattern pattern, String printed) {
        Matcher m = pattern.matcher(printed);
        if (!m.find()) {
            throw new IllegalArgumentException(
                    "h2load: no match for '" + pattern + "' in '" + printed.strip() + "'");
        }
        return m;
    }

    private static double micros(Matcher m) {
        double value = Double.parseDouble(m.group(1));
        return switch (m.group(2)) {
            case "us" -> value;
            case "ms" -> value * 1e3;
            case "s" -> value * 1e6;
            case "m" -> value * 60e6;
            default -> value * 3600e6;
        };
    }
}
