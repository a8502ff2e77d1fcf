package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Namespace;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Looks at who gets a proxy: what namespaces say, and which Pods lack one.
final class InjectionAnalyzer implements Analyzer {
    private static final FieldPath LABELS = FieldPath.of("metadata", "labels");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        Set<String> injected = new HashSet<>();
        for (Resource<Namespace> namespace : subject.resources().all(Kinds.NAMESPACE)) {
            String name = namespace.metadata().name();
            if (!name.equals("istio-system")) {
                namespace(subject, namespace, findings);
                Map<String, String> labels = namespace.metadata().labels();
                boolean isAmbient = "ambient".equals(labels.get(Injection.MODE));
                if (!isAmbient && Injection.ENABLED.equals(labels.get(Injection.OF_NAMESPACE))) {
                    injected.add(name);
                }
            }
        }
        subject.pods().stream()
                .filter(p -> injected.contains(p.namespace()) && lacksProxy(p))
                .forEach(p ->
                        findings.add(
                                DiagnosticCode.POD_MISSING_PROXY,
                                p.resource().origin(p.path()),
                                "the Pod has no proxy, though its namespace is injected",
                                "Create it again, or label it sidecar.istio.io/inject=false"));
    }

    private static boolean lacksProxy(Pod pod) {
        String own =
                pod.labels()
                        .getOrDefault(
                                Injection.OF_POD,
                                pod.annotations().getOrDefault(Injection.OF_POD, ""));
        return !own.equalsIgnoreCase("false")
                && !pod.spec().at("hostNetwork").text().equals("true")
                && !pod.hasProxy();
    }

    private static void namespace(
            Subject subject, Resource<Namespace> namespace, Diagnostics findings) {
        Map<String, String> labels = namespace.metadata().labels();
        String injection = labels.get(Injection.OF_NAMESPACE);
        List<String> said = new ArrayList<>();
        if (injection != null) {
            said.add(Injection.OF_NAMESPACE + "=" + injection);
        }
        for (String other : List.of(Injection.REVISION, Injection.MODE)) {
            boolean counts = injection == null || injection.equals(Injection.ENABLED);
            if (labels.containsKey(other) && counts) {
                said.add(other + "=" + labels.get(other));
            }
        }
        if (said.size() > 1) {
            findings.add(
                    DiagnosticCode.NAMESPACE_MULTIPLE_INJECTION_LABELS,
                    namespace.origin(LABELS),
                    "the labels " + String.join(", ", said) + " contradict each other",
                    "Keep one");
        }
        boolean isSilent =
                (injection == null || injection.isEmpty())
                        && !labels.containsKey(Injection.REVISION)
                        && !"ambient".equals(labels.get(Injection.MODE));
        if (isSilent) {
            silent(subject, namespace, findings);
        }
    }

    private static void silent(
            Subject subject, Resource<Namespace> namespace, Diagnostics findings) {
        boolean isInjected =
                subject.resources().all(Kinds.CONFIG_MAP).stream()
                        .filter(m -> m.metadata().name().equals(Injection.settings("")))
                        .map(Injection::values)
                        .anyMatch(v ->
                                v.at("sidecarInjectorWebhook", "enableNamespacesByDefault")
                                        .text()
                                        .equals("true"));
        String name = namespace.metadata().name();
        if (isInjected) {
            findings.add(
                    DiagnosticCode.NAMESPACE_INJECTED_BY_DEFAULT,
                    namespace.origin(LABELS),
                    "its workloads get proxies, as all do that say nothing",
                    "Label it istio-injection=disabled where that is not meant");
        } else {
            findings.add(
                    DiagnosticCode.NAMESPACE_NOT_INJECTED,
                    namespace.origin(LABELS),
                    "its workloads get no proxies",
                    ("'kubectl label namespace %s istio-injection=enabled', or '=disabled'"
                                    + " where that is meant")
                            .formatted(name));
        }
    }
}
