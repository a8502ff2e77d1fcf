package dev.heddle.console.api;

import dev.heddle.control.access.Role;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What can be asked about traffic.
final class SignalRoutes {
    private static final Rule READERS = new Rule.Somewhere(Role.VIEWER);

    private SignalRoutes() {}

    /// @param v1 what paths begin with
    static List<Route> of(SignalsApi api, String v1) {
        Map<String, String> window =
                Map.of(
                        "seconds", "how long until now (60)",
                        "from", "the first moment, as in 2026-01-31T12:00:00Z",
                        "to", "the moment after the last (now)",
                        "namespace", "only what is called in this namespace");
        var golden = new TreeMap<>(window);
        golden.putAll(
                Map.of(
                        "by", "service (the usual), version, workload, edge or route",
                        "service", "only calls of this host, or its first word",
                        "workload", "only what this workload answered",
                        "route", "only what the route of this name sent"));
        var series = new TreeMap<>(golden);
        series.put("steps", "how many at most, 1 to 60 (30); as fine as calls are added up");
        return List.of(
                new Route(
                        "GET",
                        v1 + "/series",
                        "the same in steps of time, for curves",
                        series,
                        READERS,
                        api::series),
                new Route(
                        "GET",
                        v1 + "/signals",
                        "how many calls, how many failed, how long they took",
                        golden,
                        READERS,
                        api::golden),
                new Route(
                        "GET",
                        v1 + "/graph",
                        "who called whom, as it was seen",
                        window,
                        READERS,
                        api::graph),
                new Route(
                        "GET",
                        v1 + "/logs",
                        "access logs and spans, the newest first; `next` is the next page's after",
                        searched(),
                        READERS,
                        api::logs),
                new Route(
                        "GET",
                        v1 + "/traces/{id}",
                        "logs and spans of a trace, or of a request",
                        Map.of(),
                        READERS,
                        api::trace),
                new Route(
                        "GET",
                        v1 + "/why/{id}",
                        "why a request ended as it did, in a sentence, and what shows it",
                        Map.of(),
                        READERS,
                        api::why));
    }

    /// What proxies are asked to tell for the moment.
    ///
    /// @param v1 what paths begin with
    static List<Route> live(TapApi tap, RecorderApi recorder, String v1) {
        return List.of(
                new Route(
                        "GET",
                        v1 + "/tap",
                        "requests while they are made: lines of JSON, each with a kind: begin, log,"
                                + " missed, alive, end",
                        Map.of(
                                "namespace", "only what proxies of this namespace tell",
                                "workload", "only what the proxy of this workload or service tells",
                                "from", "only from this workload or service",
                                "to", "only to this workload or service",
                                "filter", "an expression of CEL, as in response.code >= 500",
                                "seconds", "how long at most, 1 to 3600 (300)",
                                "rate", "how many a second at most, 1 to 1000 (100)"),
                        new Rule.Somewhere(Role.OPERATOR),
                        tap::tap),
                new Route(
                        "POST",
                        v1 + "/workloads/{namespace}/{name}/flight-recorder",
                        "has its proxies tell what they remember of their last requests: logs of"
                                + " kind remembered, with the dump of the answer",
                        Map.of(),
                        new Rule.InPath(Role.OPERATOR),
                        recorder::dump));
    }

    private static Map<String, String> searched() {
        var query = new TreeMap<String, String>();
        query.put("kind", "logs (the usual), spans, both, or remembered (by flight recorders)");
        query.put("dump", "what a flight recorder was asked for");
        query.put("from", "the first moment, as in 2026-01-31T12:00:00Z");
        query.put("to", "the moment after the last");
        query.put("service", "at either end: a host, or its first word");
        query.put("workload", "at either end");
        query.put("version", "at either end");
        query.put("code", "of HTTP, as in 503 or 5xx");
        query.put("flag", "one of Envoy's short ones, as in UH");
        query.put("errors", "only what failed");
        query.put("text", "words of method, path, details, reason, route; a last * is open");
        query.put("request", "an x-request-id");
        query.put("trace", "the id of a trace");
        query.put("after", "what the page before called next");
        query.put("limit", "how many at most, 1 to 1000 (100)");
        return query;
    }
}
