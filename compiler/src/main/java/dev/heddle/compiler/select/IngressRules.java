package dev.heddle.compiler.select;

import dev.heddle.compiler.select.IngressBackends.Backend;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Ingress;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import dev.heddle.model.tree.Node.Mapping;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The VirtualService that the Ingresses of a namespace come to for one host. The longer path goes
/// first, of two equal ones the exact one, and the default backend comes last.
///
/// Filled by one caller, then asked once.
final class IngressRules {
    private final String namespace;
    private final String host;
    private final List<Rule> rules = new ArrayList<>();
    private final Set<String> gateways = new LinkedHashSet<>();

    /// A path and who answers it.
    ///
    /// @param length of the path; -1 for the default backend
    /// @param uri condition on the path; empty for all
    private record Rule(
            int length,
            boolean isExact,
            Optional<Mapping> uri,
            Backend backend,
            Resource<Ingress> ingress,
            FieldPath path) {
        Origin origin() {
            return ingress.origin(path);
        }

        /// Of a rule's path that is its host, as in `spec.rules[0].host`.
        Origin hostOrigin() {
            List<FieldPath.Segment> segments = path.segments();
            return segments.size() < 3
                    ? origin()
                    : ingress.origin(new FieldPath(segments.subList(0, 3)).field("host"));
        }
    }

    /// @param host empty for all
    IngressRules(String namespace, String host) {
        this.namespace = namespace;
        this.host = host;
    }

    void add(
            Resource<Ingress> ingress,
            FieldPath at,
            Ingress.Path path,
            Backend backend,
            IngressGateway gateway) {
        gateways.add(gateway.name());
        rules.add(
                new Rule(
                        length(path),
                        path.pathType() == Ingress.PathType.Exact,
                        uri(path),
                        backend,
                        ingress,
                        at));
    }

    void addDefault(
            Resource<Ingress> ingress, FieldPath at, Backend backend, IngressGateway gateway) {
        gateways.add(gateway.name());
        rules.add(new Rule(-1, false, Optional.empty(), backend, ingress, at));
    }

    /// A slash at the end of a prefix makes no difference, here neither.
    private static int length(Ingress.Path path) {
        return path.pathType() == Ingress.PathType.Prefix
                ? segments(path.path()).length()
                : path.path().length();
    }

    private static String segments(String prefix) {
        return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    }

    /// A path, as in `prefix: /cart`: the same text for all that take the same requests.
    static String condition(Ingress.Path path) {
        return uri(path).stream()
                .flatMap(uri -> uri.entries().stream())
                .map(e ->
                        e.key() + ": " + (e.value() instanceof Node.Text said ? said.value() : ""))
                .findFirst()
                .orElse("prefix: /");
    }

    private static Optional<Mapping> uri(Ingress.Path path) {
        String text = path.path();
        return switch (path.pathType()) {
            case Exact -> Optional.of(Mapping.EMPTY.with("exact", text));
            case Prefix -> {
                String segments = segments(text);
                yield segments.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Mapping.EMPTY.with("prefix", segments));
            }
            case ImplementationSpecific -> {
                if (text.isEmpty()) {
                    yield Optional.empty();
                }
                boolean isAny = text.endsWith(".*");
                if (isAny || text.endsWith("/*")) {
                    // Its beginning letter by letter, unlike that of segments.
                    String prefix = text.substring(0, text.length() - (isAny ? 2 : 1));
                    yield Optional.of(Mapping.EMPTY.with("regex", Pattern.quote(prefix) + ".*"));
                }
                yield Optional.of(Mapping.EMPTY.with("exact", text));
            }
        };
    }

    Optional<Resource<VirtualService>> resource(Diagnostics findings) {
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        List<Rule> sorted =
                rules.stream()
                        .sorted(
                                Comparator.comparingInt(Rule::length)
                                        .reversed()
                                        .thenComparing(rule -> !rule.isExact()))
                        .toList();
        String of = host.isEmpty() ? "*" : host;
        return MadeResource.of(
                Kinds.VIRTUAL_SERVICE,
                namespace,
                of.replace('.', '-').replace("*", "any")
                        + "-"
                        + sorted.getFirst().ingress().metadata().name()
                        + "-istio-autogenerated-k8s-ingress",
                Map.of(RouteSemantics.ANNOTATION, RouteSemantics.INGRESS),
                Mapping.EMPTY
                        .with("hosts", List.of(Node.of(of)))
                        .with("gateways", gateways.stream().map(Node::of).toList())
                        .with("http", sorted.stream().map(this::route).toList()),
                new MadeResource.Source(sorted.getFirst().ingress(), path -> origin(path, sorted)),
                findings);
    }

    private static Optional<Origin> origin(FieldPath path, List<Rule> rules) {
        return path.segments().contains(new FieldPath.Segment.Field("hosts"))
                ? Optional.of(rules.getFirst().hostOrigin())
                : rule(path, rules).map(Rule::origin);
    }

    /// The rule that a field of the VirtualService was made of.
    private static Optional<Rule> rule(FieldPath path, List<Rule> rules) {
        return path.segments().stream()
                .filter(FieldPath.Segment.Index.class::isInstance)
                .map(FieldPath.Segment.Index.class::cast)
                .map(FieldPath.Segment.Index::index)
                .filter(index -> index < rules.size())
                .filter(_ -> path.segments().contains(new FieldPath.Segment.Field("http")))
                .findFirst()
                .map(rules::get);
    }

    private Mapping route(Rule rule) {
        Mapping match = Mapping.EMPTY;
        if (rule.uri().isPresent()) {
            match = match.with("uri", rule.uri().get());
        }
        if (host.startsWith("*.")) {
            // A star is one label here.
            match =
                    match.with(
                            "authority",
                            Mapping.EMPTY.with(
                                    "regex",
                                    "[^.:]+" + Pattern.quote(host.substring(1)) + "(:[0-9]+)?"));
        }
        Mapping route =
                Mapping.EMPTY
                        .with("name", rule.ingress().metadata().name())
                        .with(
                                "route",
                                List.of(
                                        Mapping.EMPTY.with(
                                                "destination",
                                                Mapping.EMPTY
                                                        .with("host", rule.backend().service())
                                                        .with(
                                                                "port",
                                                                Mapping.EMPTY.with(
                                                                        "number",
                                                                        rule.backend().port())))));
        return match.entries().isEmpty() ? route : route.with("match", List.of(match));
    }
}
