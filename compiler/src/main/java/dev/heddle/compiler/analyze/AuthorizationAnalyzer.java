package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.AuthorizationPolicy;
import dev.heddle.model.istio.AuthorizationPolicy.From;
import dev.heddle.model.istio.AuthorizationPolicy.Rule;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Looks at AuthorizationPolicies: whether they protect a workload, and whether there are the
/// namespaces that they let in.
final class AuthorizationAnalyzer implements Analyzer {

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        for (Resource<AuthorizationPolicy> policy :
                subject.resources().all(Kinds.AUTHORIZATION_POLICY)) {
            if (policy.spec().targets().isEmpty()) {
                workloads(subject, policy, findings);
            }
            List<Rule> rules = policy.spec().rules();
            for (int i = 0; i < rules.size(); i++) {
                List<From> from = rules.get(i).from();
                for (int k = 0; k < from.size(); k++) {
                    FieldPath source =
                            FieldPath.of("spec", "rules")
                                    .index(i)
                                    .field("from")
                                    .index(k)
                                    .field("source");
                    namespaces(
                            subject,
                            policy,
                            from.get(k).source().namespaces(),
                            source.field("namespaces"),
                            findings);
                    namespaces(
                            subject,
                            policy,
                            from.get(k).source().notNamespaces(),
                            source.field("notNamespaces"),
                            findings);
                }
            }
        }
    }

    private static void workloads(
            Subject subject, Resource<AuthorizationPolicy> policy, Diagnostics findings) {
        String own = policy.metadata().namespace();
        boolean isOfMesh = own.equals(subject.world().settings().rootNamespace());
        boolean isSelecting = policy.spec().selector().isPresent();
        if (isOfMesh && !isSelecting) {
            return;
        }
        Map<String, String> wanted =
                policy.spec().selector().map(s -> s.matchLabels()).orElse(Map.of());
        boolean isSome =
                inMesh(subject, isOfMesh ? "" : own)
                        .anyMatch(labels -> labels.entrySet().containsAll(wanted.entrySet()));
        if (!isSome) {
            findings.add(
                    subject.missing(
                            DiagnosticCode.NO_MATCHING_WORKLOADS,
                            policy.origin(
                                    isSelecting
                                            ? FieldPath.of("spec", "selector")
                                            : FieldPath.of("metadata", "namespace")),
                            isSelecting
                                    ? "no workload of the mesh has the labels " + wanted
                                    : "no workload of the mesh is in namespace '" + own + "'",
                            "Correct the " + (isSelecting ? "labels" : "namespace")));
        }
    }

    /// The labels of workloads with a proxy. Whether what is to run will have one is not asked.
    private static Stream<Map<String, String>> inMesh(Subject subject, String namespace) {
        return subject.isWhole()
                ? subject.pods().stream()
                        .filter(p -> namespace.isEmpty() || p.namespace().equals(namespace))
                        .filter(p -> p.isAmbient() || Injection.isInMesh(subject, p))
                        .map(Pod::labels)
                : subject.workloads(namespace);
    }

    private static void namespaces(
            Subject subject,
            Resource<AuthorizationPolicy> policy,
            List<String> named,
            FieldPath path,
            Diagnostics findings) {
        for (int i = 0; i < named.size(); i++) {
            String wanted = named.get(i);
            boolean isThere =
                    subject.resources().all(Kinds.NAMESPACE).stream()
                            .anyMatch(n -> isMatched(wanted, n.metadata().name()));
            if (!isThere) {
                findings.add(
                        subject.missing(
                                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                                policy.origin(path.index(i)),
                                "there is no namespace '" + wanted + "'",
                                "Correct the name"));
            }
        }
    }

    private static boolean isMatched(String pattern, String name) {
        if (pattern.equals("*")) {
            return true;
        }
        if (pattern.startsWith("*")) {
            return name.endsWith(pattern.substring(1));
        }
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equalsIgnoreCase(pattern);
    }
}
