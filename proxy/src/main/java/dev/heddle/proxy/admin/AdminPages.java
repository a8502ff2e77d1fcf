package dev.heddle.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.proxy.config.RuntimeLayers;
import dev.heddle.proxy.flight.FlightQuery;
import dev.heddle.telemetry.Meters;
import dev.heddle.xds.token.JsonText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The list of admin pages.
public final class AdminPages {

    /// A page and how it may be asked.
    ///
    /// @param changes whether it does something, so that it takes POST only
    /// @param parameters of the query that it knows; any other is an error, unless it is
    ///   [#ANYTHING]
    record Entry(String help, boolean changes, Set<String> parameters, Page page) {
        boolean takes(String parameter) {
            return parameters.contains(parameter) || parameters.equals(ANYTHING);
        }
    }

    /// Of a page that reads its parameters itself.
    private static final Set<String> ANYTHING = Set.of("*");

    /// What the proxy tells its admin pages, and does for them. Callable from any thread.
    public interface Subject {
        /// `LIVE`, `DRAINING`, `INITIALIZING` or `PRE_INITIALIZING`.
        String state();

        /// What it was told, as JSON, or the part of it that was asked for.
        Page.Answer configDump(Map<String, String> query);

        /// The clusters and their hosts.
        ///
        /// @param filter found somewhere in the names of those that are wanted
        String clusters(boolean asJson, Pattern filter);

        /// What listeners wait for before they open.
        List<Unready> unready();

        /// The memory that it holds, as JSON.
        String memory();

        /// The layers of the runtime and their values, as JSON.
        String runtime();

        /// The last requests, as JSON.
        String flights(FlightQuery query);

        /// Has values of the runtime be others, or as they were where the text is empty.
        ///
        /// @return whether they were taken
        RuntimeLayers.Modified modifyRuntime(Map<String, String> said);

        /// Opens the files of access logs anew.
        void reopenLogs();

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

        /// Asks clients to go one by one, and has listeners take no more of them.
        ///
        /// @param inboundOnly whether it is about listeners to the workload only
        void drainListeners(boolean inboundOnly, Stop stop);

        /// Ends the process gracefully; returns at once.
        void quit();
    }

    /// When drained listeners take no more connections.
    public enum Stop {
        NOW,
        /// When the time for draining is over.
        AFTER_DRAIN,
        NEVER
    }

    /// Something that waits, and for what.
    ///
    /// @param name as in `Listener-local-init-manager web 6579818560162990253`
    /// @param targets as in `target SdsApi web`
    public record Unready(String name, List<String> targets) {}

    /// A listener and where it listens.
    public record BoundListener(String name, String host, int port) {}

    private final Map<String, Entry> pages = new LinkedHashMap<>();

    /// @param levels of this process's own log; empty where they are fixed
    public AdminPages(Subject subject, Meters meters, Optional<LogLevels> levels) {
        var stats = new StatsPage(meters);
        reads("/ready", "whether the proxy serves: LIVE, or 503 and why not", _ -> ready(subject));
        reads(
                "/certs",
                "certificates and roots in use",
                _ -> Page.Answer.json(subject.certificates()));
        reads(
                "/clusters",
                "clusters and their hosts",
                Set.of("format", "filter"),
                query -> clusters(subject, query));
        reads(
                "/config_dump",
                "everything that the proxy was told",
                Set.of("include_eds", "resource", "mask", "name_regex"),
                subject::configDump);
        reads(
                "/init_dump",
                "what listeners wait for before they open",
                Set.of("mask"),
                query -> Page.Answer.json(initDump(subject, query.getOrDefault("mask", ""))));
        reads("/hot_restart_version", "there is none", _ -> Page.Answer.text("disabled\n"));
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
        reads("/stats", "counters, gauges and histograms", StatsPage.PARAMETERS, stats);
        reads(
                "/stats/prometheus",
                "the same for Prometheus",
                StatsPage.PROMETHEUS_PARAMETERS,
                stats.prometheus());
        reads("/memory", "memory in use, in bytes", _ -> Page.Answer.json(subject.memory()));
        reads(
                "/runtime",
                "the layers of the runtime and their values",
                _ -> Page.Answer.json(subject.runtime()));
        reads(
                "/flight_recorder",
                "what was decided about the last requests, the newest first",
                FlightQuery.PARAMETERS,
                query -> flights(subject, query));
        reads(
                "/unsupported",
                "fields that were left out, resources that were rejected",
                _ -> Page.Answer.text(subject.unsupported()));
        changes(
                "/drain_listeners",
                "ask clients to go and stop listening: now, after the drain time (graceful), never"
                        + " (skip_exit)",
                Set.of("inboundonly", "graceful", "skip_exit"),
                query -> {
                    subject.drainListeners(
                            query.containsKey("inboundonly"),
                            query.containsKey("skip_exit")
                                    ? Stop.NEVER
                                    : query.containsKey("graceful") ? Stop.AFTER_DRAIN : Stop.NOW);
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
        changes(
                "/logging",
                "show or change the levels of the process's own log",
                ANYTHING,
                new LoggingPage(levels));
        changes(
                "/reopen_logs",
                "open the files of access logs anew",
                Set.of(),
                _ -> {
                    subject.reopenLogs();
                    return Page.Answer.text("OK\n");
                });
        changes(
                "/runtime_modify",
                "have values of the runtime be others: key=value&…; an empty value takes one back",
                ANYTHING,
                query -> modified(subject, query));
        changes(
                "/reset_counters",
                "have counters begin at nothing again",
                Set.of(),
                _ -> {
                    meters.resetCounters();
                    return Page.Answer.text("OK\n");
                });
        EnvoysOwnPages.reads()
                .forEach((path, why) ->
                        reads(
                                path,
                                "not here, as it " + why,
                                ANYTHING,
                                _ -> EnvoysOwnPages.answer(path, why)));
        EnvoysOwnPages.changes()
                .forEach((path, why) ->
                        changes(
                                path,
                                "not here, as it " + why,
                                ANYTHING,
                                _ -> EnvoysOwnPages.answer(path, why)));
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

    String help() {
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

    private static Page.Answer flights(Subject subject, Map<String, String> query) {
        try {
            return Page.Answer.json(subject.flights(FlightQuery.of(query)));
        } catch (IllegalArgumentException e) {
            return Page.Answer.error(400, String.valueOf(e.getMessage()));
        }
    }

    private static Page.Answer modified(Subject subject, Map<String, String> query) {
        if (query.isEmpty()) {
            return Page.Answer.error(
                    400,
                    "usage: /runtime_modify?key1=value1&key2=value2; an empty value removes what"
                            + " was set before");
        }
        return switch (subject.modifyRuntime(query)) {
            case YES -> Page.Answer.text("OK\n");
            case NO_LAYER ->
                    Page.Answer.error(
                            503,
                            "no admin layer specified (expected: one with admin_layer in"
                                    + " layered_runtime of the bootstrap)");
            case TOO_MANY ->
                    Page.Answer.error(
                            400,
                            "too many values (expected: at most "
                                    + RuntimeLayers.MOST_OF_OPERATOR
                                    + " that are set here; an empty value takes one back)");
        };
    }

    private interface Body {
        String make();
    }

    private static Page.Answer clusters(Subject subject, Map<String, String> query) {
        Pattern filter;
        try {
            filter = Pattern.compile(query.getOrDefault("filter", ""));
        } catch (PatternSyntaxException e) {
            return Page.Answer.error(400, "Invalid re2 regex: " + e.getMessage());
        }
        return formatted(
                query, () -> subject.clusters(false, filter), () -> subject.clusters(true, filter));
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
                                .formatted(JsonText.write(it.name()), it.host(), it.port()))
                .collect(Collectors.joining(",", "{\"listener_statuses\":[", "]}\n"));
    }

    /// @param mask what to show: listeners, of which alone something is known, or nothing
    private static String initDump(Subject subject, String mask) {
        List<Unready> waiting =
                mask.isEmpty() || List.of(mask.split(",", -1)).contains("listener")
                        ? subject.unready()
                        : List.of();
        if (waiting.isEmpty()) {
            return "{}\n";
        }
        return waiting.stream()
                .map(it ->
                        "{\"name\":%s,\"target_names\":%s}"
                                .formatted(
                                        JsonText.write("init manager " + it.name()),
                                        it.targets().stream()
                                                .map(JsonText::write)
                                                .collect(Collectors.joining(",", "[", "]"))))
                .collect(Collectors.joining(",", "{\"unready_targets_dumps\":[", "]}\n"));
    }
}
