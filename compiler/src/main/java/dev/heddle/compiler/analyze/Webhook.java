package dev.heddle.compiler.analyze;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.match.Selector;
import dev.heddle.model.match.Selector.Requirement;
import dev.heddle.model.match.Selector.Requirement.Operator;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// One webhook of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration.
///
/// @param resource that it stands in
/// @param path of it there
/// @param client whom it calls
record Webhook(
        Resource<Node> resource,
        FieldPath path,
        String name,
        List<Selector> namespaces,
        List<Selector> objects,
        Written client) {
    static final String GROUP = "admissionregistration.k8s.io";

    /// All of that kind.
    static Stream<Webhook> all(Subject subject, String kind) {
        return subject.all(GROUP, "v1", kind).stream().flatMap(Webhook::of);
    }

    private static Stream<Webhook> of(Resource<Node> resource) {
        List<Written> hooks = Written.of(resource.spec()).at("webhooks").items();
        return Stream.iterate(0, i -> i < hooks.size(), i -> i + 1)
                .map(i ->
                        new Webhook(
                                resource,
                                FieldPath.of("webhooks").index(i),
                                hooks.get(i).at("name").text(),
                                selector(hooks.get(i).at("namespaceSelector")),
                                selector(hooks.get(i).at("objectSelector")),
                                hooks.get(i).at("clientConfig")));
    }

    /// Whether it is asked about objects with these labels in namespaces with those.
    boolean isAsked(Map<String, String> namespaceLabels, Map<String, String> objectLabels) {
        return namespaces.stream().allMatch(s -> s.matches(namespaceLabels))
                && objects.stream().allMatch(s -> s.matches(objectLabels));
    }

    boolean isIstios() {
        return name.endsWith("istio.io");
    }

    /// No selector chooses everything.
    private static List<Selector> selector(Written written) {
        if (written.isAbsent()) {
            return List.of();
        }
        var requirements = new ArrayList<Requirement>();
        for (Written each : written.at("matchExpressions").items()) {
            String said = each.at("operator").text();
            Arrays.stream(Operator.values())
                    .filter(o -> o.name().equals(said))
                    .map(o ->
                            new Requirement(
                                    each.at("key").text(),
                                    o,
                                    each.at("values").items().stream().map(Written::text).toList()))
                    .forEach(requirements::add);
        }
        return List.of(new Selector(written.at("matchLabels").texts(), requirements));
    }

    /// The values that its selectors name for a label.
    Stream<String> named(String label) {
        return Stream.concat(namespaces.stream(), objects.stream())
                .flatMap(s ->
                        Stream.concat(
                                Stream.ofNullable(s.matchLabels().get(label)),
                                s.matchExpressions().stream()
                                        .filter(r -> r.key().equals(label))
                                        .flatMap(r -> r.values().stream())));
    }
}
