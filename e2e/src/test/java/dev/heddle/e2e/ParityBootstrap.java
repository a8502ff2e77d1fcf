package dev.heddle.e2e;

import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The configuration that both proxies run: a listener for each connection manager of the table.
final class ParityBootstrap {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    /// What is compared of the log; the first word says which connection it was.
    private static final String LOG_FORMAT =
            "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS% %REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%"
                    + " %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%"
                    + " received=%BYTES_RECEIVED% sent=%BYTES_SENT%"
                    + " client=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%\n";

    /// A circuit breaker that is always open.
    private static final Map<String, Object> NO_REQUESTS =
            Map.of("circuit_breakers", Map.of("thresholds", List.of(Map.of("max_requests", 0))));

    private ParityBootstrap() {}

    /// @param ports of the listeners, by connection manager
    /// @param backend the upstream's port
    /// @param nobody a port where nobody listens
    static String json(Map<String, Integer> ports, int backend, int nobody, Path log) {
        var listeners = new ArrayList<Object>();
        ports.forEach((name, port) ->
                listeners.add(
                        Map.of(
                                "name",
                                name,
                                "address",
                                address(port),
                                "filter_chains",
                                List.of(
                                        Map.of(
                                                "filters",
                                                List.of(
                                                        Map.of(
                                                                "name",
                                                                "manager",
                                                                "typed_config",
                                                                manager(name, log))))))));
        return new GsonBuilder()
                .disableHtmlEscaping()
                .create()
                .toJson(
                        Map.of(
                                "node",
                                Map.of("id", "parity", "cluster", "parity"),
                                "static_resources",
                                Map.of(
                                        "listeners",
                                        listeners,
                                        "clusters",
                                        List.of(
                                                cluster("backend", List.of(backend), Map.of()),
                                                cluster("empty", List.of(), Map.of()),
                                                cluster("dead", List.of(nobody), Map.of()),
                                                cluster("full", List.of(backend), NO_REQUESTS)))));
    }

    private static Map<String, Object> manager(String name, Path log) {
        var manager = new LinkedHashMap<String, Object>();
        manager.put(
                "@type", TYPE + "filters.network.http_connection_manager.v3.HttpConnectionManager");
        manager.put("stat_prefix", name.replace('-', '_'));
        manager.put("delayed_close_timeout", "0.05s");
        manager.put(
                "access_log",
                List.of(
                        Map.of(
                                "name",
                                "file",
                                "typed_config",
                                Map.of(
                                        "@type",
                                        TYPE + "access_loggers.file.v3.FileAccessLog",
                                        "path",
                                        log.toString(),
                                        "log_format",
                                        Map.of(
                                                "text_format_source",
                                                Map.of("inline_string", LOG_FORMAT))))));
        manager.put(
                "http_filters",
                List.of(
                        Map.of(
                                "name",
                                "envoy.filters.http.router",
                                "typed_config",
                                Map.of("@type", TYPE + "filters.http.router.v3.Router"))));
        manager.put("route_config", routes());
        ((Map<?, ?>) Objects.requireNonNull(ParityCase.managers().get(name)))
                .forEach((field, value) -> manager.put(field.toString(), value));
        return manager;
    }

    private static Map<String, Object> routes() {
        return Map.of(
                "name",
                "routes",
                "validate_clusters",
                false,
                "virtual_hosts",
                List.of(
                        Map.of(
                                "name",
                                "nowhere",
                                "domains",
                                List.of("nowhere.test"),
                                "routes",
                                List.of(route("/only", "route", Map.of("cluster", "backend")))),
                        Map.of(
                                "name",
                                "any",
                                "domains",
                                List.of("*"),
                                "routes",
                                List.of(
                                        route(
                                                "/direct",
                                                "direct_response",
                                                Map.of(
                                                        "status",
                                                        200,
                                                        "body",
                                                        Map.of("inline_string", "direct"))),
                                        route(
                                                "/redirect",
                                                "redirect",
                                                Map.of("path_redirect", "/x")),
                                        route("/none", "route", Map.of("cluster", "missing")),
                                        route("/empty", "route", Map.of("cluster", "empty")),
                                        route("/dead", "route", Map.of("cluster", "dead")),
                                        route("/full", "route", Map.of("cluster", "full")),
                                        route(
                                                "/slow",
                                                "route",
                                                Map.of("cluster", "backend", "timeout", "0.2s")),
                                        route("/", "route", Map.of("cluster", "backend"))))));
    }

    private static Map<String, Object> route(String prefix, String action, Object what) {
        return Map.of("match", Map.of("prefix", prefix), action, what);
    }

    private static Map<String, Object> cluster(
            String name, List<Integer> ports, Map<String, Object> more) {
        var cluster = new LinkedHashMap<String, Object>(more);
        cluster.put("name", name);
        cluster.put("type", "STATIC");
        cluster.put("connect_timeout", "1s");
        cluster.put(
                "load_assignment",
                Map.of(
                        "cluster_name",
                        name,
                        "endpoints",
                        List.of(
                                Map.of(
                                        "lb_endpoints",
                                        ports.stream()
                                                .map(port ->
                                                        Map.of(
                                                                "endpoint",
                                                                Map.of("address", address(port))))
                                                .toList()))));
        return cluster;
    }

    private static Map<String, Object> address(int port) {
        return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
    }
}
