package dev.heddle.proxy.flight;

import dev.heddle.xds.token.JsonText;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Which of the remembered requests somebody wants to see.
///
/// @param leastCode the least code of the answer
/// @param mostCode the greatest one
/// @param leastMillis how long it took at least
/// @param path with which the path begins
/// @param limit how many, the newest
public record FlightQuery(int leastCode, int mostCode, long leastMillis, String path, int limit) {
    /// What may be said.
    public static final Set<String> PARAMETERS = Set.of("code", "min_duration_ms", "path", "limit");

    private static final int USUAL_LIMIT = 100;

    /// Reads what was said.
    ///
    /// @throws IllegalArgumentException naming what is wrong
    public static FlightQuery of(Map<String, String> query) {
        String code = query.getOrDefault("code", "");
        if (!code.matches("|[0-9]{1,3}|[1-5]xx")) {
            throw new IllegalArgumentException(
                    "code '" + code + "' (expected: as in 503, 5xx, or 0 for no answer)");
        }
        boolean isClass = code.endsWith("xx");
        int least = code.isEmpty() ? 0 : Integer.parseInt(code.replace("xx", "00"));
        return new FlightQuery(
                least,
                code.isEmpty() ? 999 : isClass ? least + 99 : least,
                number(query, "min_duration_ms", 0),
                query.getOrDefault("path", ""),
                (int) number(query, "limit", USUAL_LIMIT));
    }

    private static long number(Map<String, String> query, String name, long usual) {
        String said = query.getOrDefault(name, Long.toString(usual));
        if (!said.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(name + " '" + said + "' (expected: a number)");
        }
        return Long.parseLong(said);
    }

    private boolean takes(Flight flight) {
        return flight.code() >= leastCode
                && flight.code() <= mostCode
                && flight.durationNanos() >= TimeUnit.MILLISECONDS.toNanos(leastMillis)
                && flight.request().path().startsWith(path);
    }

    /// The wanted ones of several workers, the newest first, as JSON.
    public String json(List<List<Flight>> ofWorkers) {
        return ofWorkers.stream()
                .flatMap(List::stream)
                .filter(this::takes)
                .sorted(Comparator.comparingLong(Flight::epochNanos).reversed())
                .limit(limit)
                .map(flight -> JsonText.write(fields(flight)))
                .collect(Collectors.joining(",\n", "{\"requests\":[", "]}\n"));
    }

    private static Map<String, Object> fields(Flight flight) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("time", Instant.ofEpochSecond(0, flight.epochNanos()).toString());
        fields.put("duration_ms", flight.durationNanos() / 1e6);
        fields.put("method", flight.request().method());
        fields.put("authority", flight.request().authority());
        fields.put("path", flight.request().path());
        fields.put("response_code", flight.code());
        fields.put("response_flags", flight.flags().stream().map(Enum::name).toList());
        fields.put("response_code_details", flight.details());
        fields.put("attempts", flight.attempts());
        fields.put("direction", flight.way().direction());
        fields.put("route_name", flight.way().route());
        fields.put("rule", flight.way().rule());
        fields.put("upstream_cluster", flight.way().cluster());
        fields.put("upstream_host", flight.way().upstreamHost());
        fields.put("downstream_remote_address", flight.request().remoteAddress());
        fields.put("config_version", flight.way().configVersion());
        fields.put("request_id", flight.request().requestId());
        fields.put("trace_id", flight.request().traceId());
        fields.put("span_id", flight.request().spanId());
        return fields;
    }
}
