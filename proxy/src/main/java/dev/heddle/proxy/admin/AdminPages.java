package dev.heddle.proxy.admin;

import dev.heddle.telemetry.Meters;
import dev.heddle.telemetry.PrometheusText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The list of admin pages.
public final class AdminPages {

    /// A page and how it may be asked.
    ///
    /// @param changes whether it does something, so that it takes POST only
    /// @param parameters of the query that it knows; any other is an error
    record Entry(String help, boolean changes, Set<String> parameters, Page page) {}

    /// What the proxy tells its admin pages, and does for them. Callable from any thread.
    public interface Subject {
        /// `LIVE`, `DRAINING`, `INITIALIZING` or `PRE_INITIALIZING`.
        String state();

        /// Everything that it was told, as JSON.
        String configDump(boolean includeEndpoints);

        /// The clusters and their hosts.
        String clusters(boolean asJson);

        /// The listeners with the addresses that they got.
        List<BoundListener> listeners();

        /// The process, as JSON.
        String serverInfo();

        /// The certificates in use, as JSON.
        String certificates();

        /// Destinations whose servers were found to speak first.
        String protocolDetection();

        /// Fields that were left out, and resources that were rejected.
        String unsupported();

        /// Makes [#state()] `DRAINING`, or takes that back.
        void failHealthCheck(boolean fail);

        /// Stops listening; requests that go on may end, always (Envoy's `graceful`).
        void drainListeners(boolean inboundOnly);

        /// Ends the process gracefully; returns at once.
        void quit();
    }

    /// A listener and where it listens.
    public record BoundListener(String name, String host, int port) {}

    private final Map<String, Entry> pages = new LinkedHashMap<>();

    public AdminPages(Subject subject, Meters meters) {
        var stats = new StatsPage(meters);
        reads("/ready", "whether the proxy serves: LIVE, or 503 and why not", _ -> ready(subject));
        reads(
                "/certs",
                "certificates and roots in use",
                _ -> Page.Answer.json(subject.certificates()));
        reads(
                "/clusters",
                "clusters and their hosts",
                Set.of("format"),
                query ->
                        formatted(
                                query,
                                () -> subject.clusters(false),
                                () -> subject.clusters(true)));
        reads(
                "/config_dump",
                "everything that the proxy was told",
                Set.of("include_eds"),
                query -> Page.Answer.json(subject.configDump(query.containsKey("include_eds"))));
        reads(
                "/listeners",
                "listeners and their addresses",
                Set.of("format"),
                query ->
                        formatted(
                                query,
                                () -> listenersText(subject.listeners()),
                                () -> listenersJson(subject.listeners())));
        reads(
                "/protocol_detection",
                "destinations whose servers were found to speak first",
                _ -> Page.Answer.text(subject.protocolDetection()));
        reads(
                "/server_info",
                "version, state, uptime, node",
                _ -> Page.Answer.json(subject.serverInfo()));
        reads(
                "/stats",
                "counters, gauges and histograms",
                Set.of("filter", "format", "usedonly"),
                stats);
        reads(
                "/stats/prometheus",
                "the same for Prometheus",
                Set.of("filter", "usedonly"),
                query ->
                        new Page.Answer(200, PrometheusText.CONTENT_TYPE, stats.prometheus(query)));
        reads(
                "/unsupported",
                "fields that were left out, resources that were rejected",
                _ -> Page.Answer.text(subject.unsupported()));
        changes(
                "/drain_listeners",
                "stop listening",
                Set.of("inboundonly", "graceful"),
                query -> {
                    subject.drainListeners(query.containsKey("inboundonly"));
                    return Page.Answer.text("OK\n");
                });
        changes(
                "/healthcheck/fail",
                "say DRAINING on /ready",
                Set.of(),
                _ -> {
                    subject.failHealthCheck(true);
                    return Page.Answer.text("OK\n");
                });
        changes(
                "/healthcheck/ok",
                "take /healthcheck/fail back",
                Set.of(),
                _ -> {
                    subject.failHealthCheck(false);
                    return Page.Answer.text("OK\n");
                });
        changes(
                "/quitquitquit",
                "end the process gracefully",
                Set.of(),
                _ -> {
                    subject.quit();
                    return Page.Answer.text("OK\n");
                });
        reads("/help", "this list", _ -> Page.Answer.text(help()));
        reads("/", "this list", _ -> Page.Answer.text(help()));
    }

    private void reads(String path, String help, Page page) {
        reads(path, help, Set.of(), page);
    }

    private void reads(String path, String help, Set<String> parameters, Page page) {
        pages.put(path, new Entry(help, false, parameters, page));
    }

    private void changes(String path, String help, Set<String> parameters, Page page) {
        pages.put(path, new Entry(help, true, parameters, page));
    }

    /// The page at a path; null when there is none.
    @Nullable Entry find(String path) {
        return pages.get(path);
    }

    private String help() {
        return pages.entrySet().stream()
                .map(page ->
                        "  %s: %s%s\n"
                                .formatted(
                                        page.getKey(),
                                        page.getValue().help(),
                                        page.getValue().changes() ? " (POST)" : ""))
                .collect(Collectors.joining("", "admin pages are:\n", ""));
    }

    private static Page.Answer ready(Subject subject) {
        String state = subject.state();
        return state.equals("LIVE") ? Page.Answer.text("LIVE\n") : Page.Answer.error(503, state);
    }

    private interface Body {
        String make();
    }

    private static Page.Answer formatted(Map<String, String> query, Body text, Body json) {
        return switch (query.getOrDefault("format", "text")) {
            case "text" -> Page.Answer.text(text.make());
            case "json" -> Page.Answer.json(json.make());
            default ->
                    Page.Answer.error(
                            400, "format '" + query.get("format") + "' (expected: text or json)");
        };
    }

    private static String listenersText(List<BoundListener> listeners) {
        return listeners.stream()
                .map(it -> it.name() + "::" + address(it) + "\n")
                .collect(Collectors.joining());
    }

    private static String address(BoundListener listener) {
        return listener.host().indexOf(':') >= 0
                ? "[" + listener.host() + "]:" + listener.port()
                : listener.host() + ":" + listener.port();
    }

    private static String listenersJson(List<BoundListener> listeners) {
        return listeners.stream()
                .map(it ->
                        """
                        {"name":%s,"local_address":{"socket_address":{"address":"%s",\
                        "port_value":%d}}}\
                        """
                                .formatted(JsonText.quoted(it.name()), it.host(), it.port()))
                .collect(Collectors.joining(",", "{\"listener_statuses\":[", "]}\n"));
    }
}
