package dev.heddle.cli.offline;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.tree.Node;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// `heddle authz suggest`: the least that one workload's policy must allow, by what its sidecar's
/// access log says that it was asked.
///
/// Only requests that were answered well count, by callers whose certificate says who they are:
/// what somebody tried in vain must not become his right. What a log says of paths is written by
/// callers, so a path that a policy would take for a pattern is left out.
public final class Suggest {
    private static final String FORMAT =
            "{\"source_principal\": \"%DOWNSTREAM_PEER_URI_SAN%\","
                    + " \"method\": \"%REQ(:METHOD)%\","
                    + " \"path\": \"%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%\","
                    + " \"response_code\": \"%RESPONSE_CODE%\","
                    + " \"upstream_cluster\": \"%UPSTREAM_CLUSTER_RAW%\"}";
    private static final int MOST_PATHS = 50;

    private Suggest() {}

    /// For which workload.
    ///
    /// @param labels that select it
    /// @param name of the policy
    /// @param paths whether to allow paths one by one
    public record Wish(String namespace, Map<String, String> labels, String name, boolean paths) {}

    /// What a caller did.
    private record Use(TreeSet<String> methods, TreeSet<String> paths) {}

    /// What the log says.
    ///
    /// @param byPrincipal who was answered well, and what he asked
    /// @param counts of lines by what became of them, in words
    private record Traffic(TreeMap<String, Use> byPrincipal, TreeMap<String, Integer> counts) {
        void count(String what) {
            counts.merge(what, 1, Integer::sum);
        }
    }

    /// Prints a policy that changes nothing yet, and on standard error what it would do.
    ///
    /// @return 1 when there is nothing to suggest
    public static int run(List<Path> logs, Wish wish, Machine machine) {
        var traffic = new Traffic(new TreeMap<>(), new TreeMap<>());
        for (Path log : logs) {
            try (Stream<String> lines = Files.lines(log)) {
                lines.forEach(line -> read(line, traffic));
            } catch (IOException | java.io.UncheckedIOException e) {
                throw Failure.of("%s cannot be read: %s".formatted(log, e.getMessage()), "");
            }
        }
        traffic.counts()
                .forEach((what, count) -> machine.err().println("%6d %s".formatted(count, what)));
        if (traffic.byPrincipal().isEmpty()) {
            throw Failure.of(
                    "nobody with an identity was answered, so nobody is to be allowed",
                    "the log must be the receiving sidecar's, with accessLogEncoding: JSON and"
                            + " accessLogFormat: '"
                            + FORMAT
                            + "'");
        }
        machine.out().print(YamlWriter.write(policy(wish, traffic)));
        return 0;
    }

    private static void read(String line, Traffic traffic) {
        Optional<Node.Mapping> entry = parsed(line);
        if (entry.isEmpty()) {
            traffic.count("lines are no JSON: passed over");
            return;
        }
        if (!text(entry.get(), "upstream_cluster").startsWith("inbound|")) {
            traffic.count("lines are of requests that did not reach the workload: passed over");
            return;
        }
        String principal = text(entry.get(), "source_principal");
        if (SpiffeId.parse(principal).flatMap(SpiffeId::account).isEmpty()) {
            traffic.count("requests came without an identity: they WOULD BE DENIED");
            return;
        }
        String method = text(entry.get(), "method");
        String code = text(entry.get(), "response_code");
        boolean isHttp = method.matches("[A-Z]+");
        if (isHttp && !code.matches("[23]..")) {
            traffic.count("requests were answered as mistakes or failures: not allowed for them");
            return;
        }
        traffic.count("requests are allowed");
        Use use =
                traffic.byPrincipal()
                        .computeIfAbsent(
                                principal.substring("spiffe://".length()),
                                _ -> new Use(new TreeSet<>(), new TreeSet<>()));
        if (isHttp) {
            use.methods().add(method);
            use.paths().add(text(entry.get(), "path").split("[?#]", 2)[0]);
        }
    }

    private static Optional<Node.Mapping> parsed(String line) {
        try {
            return Json.parse(line) instanceof Node.Mapping mapping
                    ? Optional.of(mapping)
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static String text(Node.Mapping entry, String key) {
        return switch (entry.get(key).orElse(Node.of(""))) {
            case Node.Text(var value, _) -> value;
            case Node.Numeric(var digits, _) -> digits;
            case Node.Bool _, Node.Null _, Node.Sequence _, Node.Mapping _ -> "";
        };
    }

    private static Node.Mapping policy(Wish wish, Traffic traffic) {
        var labels = new TreeMap<String, Node>();
        wish.labels().forEach((key, value) -> labels.put(key, Node.of(value)));
        return Node.Mapping.EMPTY
                .with("apiVersion", "security.istio.io/v1")
                .with("kind", "AuthorizationPolicy")
                .with(
                        "metadata",
                        Node.Mapping.EMPTY
                                .with("name", wish.name())
                                .with("namespace", wish.namespace())
                                .with(
                                        "annotations",
                                        Node.Mapping.EMPTY.with("istio.io/dry-run", "true")))
                .with(
                        "spec",
                        Node.Mapping.EMPTY
                                .with(
                                        "selector",
                                        Node.Mapping.EMPTY.with(
                                                "matchLabels", Node.Mapping.of(labels)))
                                .with("action", "ALLOW")
                                .with(
                                        "rules",
                                        traffic.byPrincipal().entrySet().stream()
                                                .map(e -> rule(e.getKey(), e.getValue(), wish))
                                                .toList()));
    }

    private static Node.Mapping rule(String principal, Use use, Wish wish) {
        Node.Mapping rule =
                Node.Mapping.EMPTY.with("from", one("source", "principals", List.of(principal)));
        if (use.methods().isEmpty()) {
            return rule;
        }
        Node.Mapping operation =
                Node.Mapping.EMPTY.with("methods", texts(List.copyOf(use.methods())));
        Predicate<String> isExact = path -> path.matches("/[^*{}]*");
        boolean isShort = use.paths().size() <= MOST_PATHS;
        if (wish.paths() && isShort && use.paths().stream().allMatch(isExact)) {
            operation = operation.with("paths", texts(List.copyOf(use.paths())));
        }
        return rule.with("to", List.of(Node.Mapping.EMPTY.with("operation", operation)));
    }

    private static List<Node.Mapping> one(String outer, String inner, List<String> values) {
        return List.of(
                Node.Mapping.EMPTY.with(outer, Node.Mapping.EMPTY.with(inner, texts(values))));
    }

    private static List<Node> texts(List<String> values) {
        return values.stream().map(Node::of).toList();
    }
}
