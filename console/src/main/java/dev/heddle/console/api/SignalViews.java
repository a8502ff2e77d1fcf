package dev.heddle.console.api;

import dev.heddle.model.tree.Node;
import dev.heddle.signals.Signals;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.GoldenSignals;
import dev.heddle.signals.record.FlightEntry;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Signal;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.search.Found;
import dev.heddle.signals.why.Explanation;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/// What is known of traffic in JSON. As [Views]: fields are added, never changed.
final class SignalViews {
    private SignalViews() {}

    private static Node.Mapping covered(Window window) {
        return Node.Mapping.EMPTY
                .with("from", window.from().toString())
                .with("to", window.to().toString());
    }

    static Node.Mapping golden(Dimension by, Signals.Golden golden) {
        return covered(golden.covered()).with("by", by.toString()).with("signals", all(by, golden));
    }

    static Node.Mapping series(Dimension by, Collection<Signals.Golden> points) {
        return Node.Mapping.EMPTY
                .with("by", by.toString())
                .with(
                        "points",
                        points.stream()
                                .map(point ->
                                        covered(point.covered()).with("signals", all(by, point)))
                                .toList());
    }

    private static List<Node.Mapping> all(Dimension by, Signals.Golden golden) {
        return golden.signals().stream().map(it -> grouped(by, it)).toList();
    }

    private static Node.Mapping grouped(Dimension by, GoldenSignals signals) {
        Party to = signals.group().destination();
        var name = Node.Mapping.EMPTY.with("namespace", to.namespace());
        var named =
                switch (by) {
                    case SERVICE -> name.with("service", to.service());
                    case VERSION ->
                            name.with("service", to.service()).with("version", to.version());
                    case WORKLOAD ->
                            name.with("workload", to.workload()).with("version", to.version());
                    case EDGE ->
                            Node.Mapping.EMPTY
                                    .with("source", party(signals.group().source()))
                                    .with("destination", party(to))
                                    .with("protocol", signals.group().protocol());
                    case ROUTE ->
                            name.with("service", to.service())
                                    .with("route", signals.group().route());
                };
        return with(named, signals);
    }

    private static Node.Mapping with(Node.Mapping before, GoldenSignals signals) {
        var all =
                before.with("requests", signals.requests())
                        .with("perSecond", rounded(signals.perSecond()))
                        .with("errors", signals.errors())
                        .with("errorShare", rounded(signals.errorShare()))
                        .with("callersFaults", signals.callersFaults())
                        .with("p50Millis", rounded(signals.p50Millis()))
                        .with("p90Millis", rounded(signals.p90Millis()))
                        .with("p99Millis", rounded(signals.p99Millis()))
                        .with("received", signals.received())
                        .with("sent", signals.sent());
        return signals.secureShare() < 0
                ? all
                : all.with("secureShare", rounded(signals.secureShare()));
    }

    private static Node rounded(double number) {
        return Node.of(Math.round(number * 10_000) / 10_000.0);
    }

    static Node.Mapping graph(Signals.Graph graph) {
        return covered(graph.covered())
                .with(
                        "nodes",
                        graph.graph().nodes().stream()
                                .map(node ->
                                        Node.Mapping.EMPTY
                                                .with("id", node.id())
                                                .with("party", party(node.party())))
                                .toList())
                .with(
                        "edges",
                        graph.graph().edges().stream()
                                .map(edge ->
                                        with(
                                                Node.Mapping.EMPTY
                                                        .with("from", edge.from())
                                                        .with("to", edge.to())
                                                        .with(
                                                                "service",
                                                                edge.signals()
                                                                        .group()
                                                                        .destination()
                                                                        .service())
                                                        .with(
                                                                "protocol",
                                                                edge.signals().group().protocol()),
                                                edge.signals()))
                                .toList());
    }

    private static Node.Mapping party(Party party) {
        return Node.Mapping.EMPTY
                .with("workload", party.workload())
                .with("namespace", party.namespace())
                .with("service", party.service())
                .with("version", party.version());
    }

    static Node.Mapping found(Found found) {
        var answer =
                Node.Mapping.EMPTY.with(
                        "entries", found.signals().stream().map(SignalViews::signal).toList());
        return found.next().map(next -> answer.with("next", next.toString())).orElse(answer);
    }

    private static Node.Mapping signal(Signal signal) {
        return switch (signal) {
            case RequestLog log -> log(log).with("kind", "log");
            case Span span -> span(span).with("kind", "span");
            case FlightEntry entry ->
                    log(entry.log()).with("kind", "remembered").with("dump", entry.dump());
        };
    }

    static Node.Mapping trace(List<RequestLog> logs, List<Span> spans) {
        return Node.Mapping.EMPTY
                .with("logs", logs.stream().map(SignalViews::log).toList())
                .with("spans", spans.stream().map(SignalViews::span).toList());
    }

    /// @param changeBefore a sentence about what changed just before
    static Node.Mapping why(Explanation explanation, Optional<String> changeBefore) {
        Node.Mapping answer =
                trace(explanation.logs(), explanation.spans())
                        .with(
                                "sentence",
                                explanation.sentence()
                                        + changeBefore.map(it -> " " + it).orElse(""));
        return explanation.culprit().map(log -> answer.with("about", log(log))).orElse(answer);
    }

    private static String time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    private static Node millis(long micros) {
        return Node.of(micros / 1e3);
    }

    static Node.Mapping log(RequestLog log) {
        RequestLog.Outcome outcome = log.outcome();
        RequestLog.Way way = log.way();
        return Node.Mapping.EMPTY
                .with("time", time(log.timeMicros()))
                .with("reporter", log.reporter().side().toString())
                .with("node", log.reporter().node())
                .with("requestId", log.ids().requestId())
                .with("traceId", log.ids().traceId())
                .with("spanId", log.ids().spanId())
                .with("source", party(log.source()))
                .with("destination", party(log.destination()))
                .with("protocol", log.request().protocol())
                .with("method", log.request().method())
                .with("authority", log.request().authority())
                .with("path", log.request().path())
                .with("code", outcome.code())
                .with("grpcStatus", outcome.grpcStatus())
                .with("flags", ApiResponse.texts(outcome.flags()))
                .with("details", outcome.details())
                .with("reason", Explanation.reason(log))
                .with("durationMillis", millis(outcome.durationMicros()))
                .with("received", outcome.received())
                .with("sent", outcome.sent())
                .with("attempts", outcome.attempts())
                .with("upstreamHost", way.upstreamHost())
                .with("cluster", way.cluster())
                .with("route", way.route())
                .with("ruleOrigin", way.ruleOrigin())
                .with("ruleSource", way.ruleSource())
                .with("configVersion", way.configVersion())
                .with("remoteAddress", way.remoteAddress())
                .with("security", way.secure().toString())
                .with("peer", way.peer())
                .with("error", log.isError());
    }

    private static Node.Mapping span(Span span) {
        var attributes = new TreeMap<String, Node>();
        span.attributes().forEach((name, text) -> attributes.put(name, Node.of(text)));
        return Node.Mapping.EMPTY
                .with("time", time(span.timeMicros()))
                .with("traceId", span.traceId())
                .with("spanId", span.spanId())
                .with("parentId", span.parentId())
                .with("name", span.name())
                .with("spanKind", span.kind().toLowerCase(Locale.ROOT))
                .with("durationMillis", millis(span.durationMicros()))
                .with("error", span.isError())
                .with("statusText", span.statusText())
                .with("service", span.service())
                .with("node", span.node())
                .with("attributes", Node.Mapping.of(attributes));
    }
}
