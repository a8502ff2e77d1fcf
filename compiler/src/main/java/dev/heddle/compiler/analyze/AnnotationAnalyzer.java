package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Looks at Istio's annotations of Kubernetes' resources: whether there is such a one, whether it
/// is read at that kind, and whether its value can be.
final class AnnotationAnalyzer implements Analyzer {
    private static final String INJECT = "sidecar.istio.io/inject";

    /// Those that programs set, and nobody is to be told of.
    private static final Set<String> SET_BY_PROGRAMS =
            Set.of(
                    "sidecar.istio.io/status",
                    "gateway.istio.io/controller-version",
                    "istio.io/rev");

    /// Those that injection sets, unless an init container shows that it does without.
    private static final Set<String> SET_BY_INJECTION =
            Set.of(
                    "sidecar.istio.io/interceptionMode",
                    "traffic.sidecar.istio.io/includeInboundPorts",
                    "traffic.sidecar.istio.io/excludeInboundPorts",
                    "traffic.sidecar.istio.io/includeOutboundIPRanges");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        resources(subject)
                .forEach(resource -> {
                    for (String name : resource.metadata().annotations().keySet()) {
                        if (isIstios(name) && !SET_BY_PROGRAMS.contains(name)) {
                            one(resource, name, findings);
                        }
                    }
                });
    }

    private static Stream<Resource<?>> resources(Subject subject) {
        return Stream.of(
                        subject.resources().all(Kinds.NAMESPACE),
                        subject.resources().all(Kinds.SERVICE),
                        subject.all("", "v1", "Pod"),
                        subject.deployments())
                .flatMap(List::stream);
    }

    private static boolean isIstios(String name) {
        return name.equals("kubernetes.io/ingress.class")
                || name.substring(0, Math.max(0, name.indexOf('/'))).endsWith("istio.io");
    }

    private static void one(Resource<?> resource, String name, Diagnostics findings) {
        Origin at = resource.origin(FieldPath.of("metadata", "annotations", name));
        Optional<KnownAnnotation> found = KnownAnnotation.find(name);
        if (found.isEmpty()) {
            findings.add(
                    DiagnosticCode.UNKNOWN_ANNOTATION,
                    at,
                    "there is no annotation '" + name + "'",
                    KnownAnnotation.similar(name)
                            .map(near -> "Did you mean '" + near + "'?")
                            .orElse("Remove it"));
            return;
        }
        KnownAnnotation known = found.get();
        if (known.isDeprecated() && !isBesideItsLabel(resource, name)) {
            findings.add(
                    DiagnosticCode.DEPRECATED_ANNOTATION,
                    at,
                    "'" + name + "' is deprecated",
                    name.equals(INJECT)
                            ? "Write the label '" + INJECT + "' of the Pod in its place"
                            : "Do without it");
        }
        if (!known.isFor(resource.kind().name())) {
            findings.add(
                    DiagnosticCode.MISPLACED_ANNOTATION,
                    at,
                    "'" + name + "' is not read at a " + resource.kind().name(),
                    "It belongs to: "
                            + String.join(", ", known.kinds())
                            + (resource.kind().name().equals("Deployment")
                                    ? "; for the Pods of this one, to spec.template.metadata"
                                    : ""));
        } else {
            String value = resource.metadata().annotations().getOrDefault(name, "");
            known.objection(value)
                    .ifPresent(expected ->
                            findings.add(
                                    DiagnosticCode.INVALID_ANNOTATION,
                                    at,
                                    "'"
                                            + value
                                            + "' is no value of it (expected: "
                                            + expected
                                            + ")",
                                    "Correct the value"));
        }
        if (known.isAlpha() && !isSetByInjection(resource, name)) {
            findings.add(
                    DiagnosticCode.ALPHA_ANNOTATION,
                    at,
                    "'" + name + "' is of a feature that Istio calls alpha",
                    "");
        }
    }

    private static boolean isBesideItsLabel(Resource<?> resource, String name) {
        return name.equals(INJECT) && resource.metadata().labels().containsKey(INJECT);
    }

    private static boolean isSetByInjection(Resource<?> resource, String name) {
        return resource.kind().name().equals("Pod")
                && SET_BY_INJECTION.contains(name)
                && Written.of((Node) resource.spec()).at("spec", "initContainers").items().stream()
                        .noneMatch(c -> c.at("name").text().equals("istio-init"));
    }
}
