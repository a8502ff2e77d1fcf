package dev.heddle.cli.plan;

import dev.heddle.cli.plan.LineFormat.Reading;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.observe.AccessLogs;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.telemetry.AccessLogFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The formats that lines of a sample may have.
///
/// A collector of logs may have put a line into an object of its own, as Fluent Bit does: under
/// `log` or `message`, with the Pod's labels under `kubernetes`.
///
/// @param texts tried in turn
record LogFormats(List<LineFormat> texts, LineFormat json) {
    private static final List<String> ENVELOPES = List.of("log", "message");

    LogFormats {
        texts = List.copyOf(texts);
    }

    /// A line that was read.
    ///
    /// @param labels of the Pod whose proxy wrote it, where a collector says so; empty otherwise
    /// @param namespace of that Pod
    record Line(Reading reading, Map<String, String> labels, String namespace) {}

    /// Those that proxies have if nobody says otherwise: Istio's text and its JSON, Envoy's text.
    static LogFormats usual() {
        return new LogFormats(
                List.of(
                        LineFormat.text(AccessLogs.istioText()),
                        LineFormat.text(AccessLogFormat.ENVOY_DEFAULT)),
                istioJson());
    }

    private static LineFormat istioJson() {
        Node.Mapping members = Node.Mapping.EMPTY;
        for (Map.Entry<String, String> field : AccessLogs.istioFields().entrySet()) {
            members = members.with(field.getKey(), field.getValue());
        }
        return LineFormat.json(members);
    }

    /// One that somebody names: Envoy's format string, or its `json_format`.
    ///
    /// @throws Failure when lines of it cannot be read back
    static LogFormats named(String format) {
        try {
            if (!format.startsWith("{")) {
                return new LogFormats(List.of(LineFormat.text(format)), istioJson());
            }
            if (Json.parse(format) instanceof Node.Mapping members) {
                return new LogFormats(usual().texts(), LineFormat.json(members));
            }
            throw new IllegalArgumentException("no JSON object");
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "--format: " + e.getMessage(),
                    "give the proxies' own format: a text with operators, or a json_format as a"
                            + " JSON object");
        }
    }

    /// The request's headers that some of them tell.
    Set<String> headers() {
        var names = new LinkedHashSet<String>(json.headers());
        texts.forEach(it -> names.addAll(it.headers()));
        return names;
    }

    Line read(String line) {
        if (!line.startsWith("{")) {
            return new Line(text(line), Map.of(), "");
        }
        try {
            return Json.parse(line) instanceof Node.Mapping object
                    ? read(object)
                    : unreadable("it is no JSON object");
        } catch (IllegalArgumentException e) {
            return unreadable("it is no JSON: " + e.getMessage());
        }
    }

    private static Line unreadable(String why) {
        return new Line(new Reading.Unreadable(why), Map.of(), "");
    }

    private Line read(Node.Mapping object) {
        Optional<Node.Mapping> pod =
                object.get("kubernetes")
                        .filter(Node.Mapping.class::isInstance)
                        .map(Node.Mapping.class::cast);
        var labels = new LinkedHashMap<String, String>();
        pod.flatMap(it -> it.get("labels"))
                .filter(Node.Mapping.class::isInstance)
                .map(Node.Mapping.class::cast)
                .ifPresent(it -> it.entries().forEach(e -> labels.put(e.key(), text(e.value()))));
        String namespace =
                pod.flatMap(it -> it.get("namespace_name")).map(LogFormats::text).orElse("");
        for (String name : ENVELOPES) {
            String inner = object.get(name).map(LogFormats::text).orElse("").strip();
            if (!inner.isEmpty()) {
                return new Line(read(inner).reading(), labels, namespace);
            }
        }
        return new Line(json.read(object), labels, namespace);
    }

    private static String text(Node node) {
        return node instanceof Node.Text(String value, _) ? value : "";
    }

    private Reading text(String line) {
        var reasons = new ArrayList<String>();
        for (LineFormat format : texts) {
            switch (format.read(line)) {
                case Reading.Entry entry -> {
                    return entry;
                }
                case Reading.Unreadable(String why) -> reasons.add(why);
            }
        }
        return new Reading.Unreadable(
                texts.size() == 1
                        ? reasons.getFirst()
                        : "it has neither Istio's format (%s) nor Envoy's (%s)"
                                .formatted(reasons.getFirst(), reasons.getLast()));
    }
}
