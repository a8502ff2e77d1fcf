package dev.heddle.compiler.analyze;

import dev.heddle.compiler.observe.MetricProviders;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.AccessLogging;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.ExtensionProvider;
import dev.heddle.model.mesh.MeshConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Looks at Telemetries: which of several counts, whom they choose, and who takes what they ask
/// for.
final class TelemetryAnalyzer implements Analyzer {
    private static final FieldPath SELECTOR = FieldPath.of("spec", "selector");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        List<Resource<Telemetry>> all = subject.resources().all(Kinds.TELEMETRY);
        forAll(all, findings);
        selected(subject, all, findings);
        all.forEach(t -> accessLogs(subject, t, findings));
        all.forEach(t -> metrics(subject, t, findings));
        all.forEach(t -> tracing(subject, t, findings));
    }

    private static void forAll(List<Resource<Telemetry>> all, Diagnostics findings) {
        all.stream()
                .filter(t -> t.spec().selector().isEmpty() && t.spec().targets().isEmpty())
                .collect(Collectors.groupingBy(t -> t.metadata().namespace()))
                .values()
                .stream()
                .filter(rivals -> rivals.size() > 1)
                .forEach(rivals ->
                        rivals.forEach(t ->
                                findings.add(
                                        DiagnosticCode.MULTIPLE_TELEMETRIES,
                                        t.origin(),
                                        "the Telemetries "
                                                + names(rivals)
                                                + " of namespace '"
                                                + t.metadata().namespace()
                                                + "' have no workload selector",
                                        "Put all into one")));
    }

    private static void selected(
            Subject subject, List<Resource<Telemetry>> all, Diagnostics findings) {
        Map<String, List<Resource<Telemetry>>> byPod = new TreeMap<>();
        for (Resource<Telemetry> telemetry : all) {
            Map<String, String> wanted =
                    telemetry.spec().selector().map(s -> s.matchLabels()).orElse(Map.of());
            if (wanted.isEmpty()) {
                continue;
            }
            String namespace = telemetry.metadata().namespace();
            boolean isSome =
                    subject.workloads(namespace)
                            .anyMatch(l -> l.entrySet().containsAll(wanted.entrySet()));
            if (!isSome) {
                findings.add(
                        subject.missing(
                                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                                telemetry.origin(SELECTOR),
                                "no workload of the namespace has the labels " + wanted,
                                "Correct the labels"));
            }
            subject.pods().stream()
                    .filter(p -> p.namespace().equals(namespace))
                    .filter(p -> p.labels().entrySet().containsAll(wanted.entrySet()))
                    .forEach(p ->
                            byPod.computeIfAbsent(
                                            p.namespace() + "/" + p.name(), _ -> new ArrayList<>())
                                    .add(telemetry));
        }
        byPod.forEach((pod, rivals) -> {
            if (rivals.size() > 1) {
                rivals.forEach(t ->
                        findings.add(
                                DiagnosticCode.CONFLICTING_TELEMETRIES,
                                t.origin(SELECTOR),
                                "the Telemetries "
                                        + names(rivals)
                                        + " choose the Pod '"
                                        + pod
                                        + "'",
                                "Narrow the selectors"));
            }
        });
    }

    private static String names(List<Resource<Telemetry>> telemetries) {
        return telemetries.stream()
                .map(t -> t.metadata().name())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static void accessLogs(
            Subject subject, Resource<Telemetry> telemetry, Diagnostics findings) {
        boolean isDefault =
                mesh(subject)
                        .flatMap(MeshConfig::defaultProviders)
                        .filter(providers -> !providers.accessLogging().isEmpty())
                        .isPresent();
        List<AccessLogging> logs = telemetry.spec().accessLogging();
        for (int i = 0; i < logs.size(); i++) {
            boolean isAsked = !logs.get(i).disabled().orElse(false);
            if (isAsked && logs.get(i).providers().isEmpty() && !isDefault) {
                findings.add(
                        DiagnosticCode.INVALID_TELEMETRY_PROVIDER,
                        telemetry.origin(FieldPath.of("spec", "accessLogging").index(i)),
                        "no provider takes these access logs",
                        "Name one in 'providers', or set the mesh's"
                                + " defaultProviders.accessLogging");
            }
        }
    }

    private static void metrics(
            Subject subject, Resource<Telemetry> telemetry, Diagnostics findings) {
        Optional<MeshConfig> mesh = mesh(subject);
        Set<String> known = MetricProviders.names(mesh);
        boolean isDefault =
                mesh.flatMap(MeshConfig::defaultProviders)
                        .filter(providers -> !providers.metrics().isEmpty())
                        .isPresent();
        List<Telemetry.Metrics> metrics = telemetry.spec().metrics();
        for (int i = 0; i < metrics.size(); i++) {
            var origin = telemetry.origin(FieldPath.of("spec", "metrics").index(i));
            boolean isKept = subject.world().settings().keepsSignals();
            if (metrics.get(i).providers().isEmpty() && !isDefault && !isKept) {
                findings.add(
                        DiagnosticCode.INVALID_TELEMETRY_PROVIDER,
                        origin,
                        "no provider takes these metrics",
                        "Name one in 'providers', or set the mesh's defaultProviders.metrics");
            }
            for (var provider : metrics.get(i).providers()) {
                if (!known.contains(provider.name())) {
                    findings.add(
                            DiagnosticCode.INVALID_TELEMETRY_PROVIDER,
                            origin,
                            "provider '" + provider.name() + "' is no Prometheus of this mesh",
                            "Use 'prometheus', or one that the mesh's extensionProviders have");
                }
            }
        }
    }

    private static void tracing(
            Subject subject, Resource<Telemetry> telemetry, Diagnostics findings) {
        List<String> old =
                mesh(subject).stream()
                        .flatMap(m -> m.extensionProviders().stream())
                        .filter(TelemetryAnalyzer::isLightstep)
                        .map(ExtensionProvider::name)
                        .toList();
        List<Telemetry.Tracing> tracing = telemetry.spec().tracing();
        for (int i = 0; i < tracing.size(); i++) {
            for (var provider : tracing.get(i).providers()) {
                if (old.contains(provider.name())) {
                    findings.add(
                            DiagnosticCode.DEPRECATED,
                            telemetry.origin(FieldPath.of("spec", "tracing").index(i)),
                            "provider '"
                                    + provider.name()
                                    + "' is a Lightstep, which is deprecated",
                            "Use an OpenTelemetry provider");
                }
            }
        }
    }

    private static boolean isLightstep(ExtensionProvider provider) {
        return !Written.of(provider.lightstep()).isAbsent();
    }

    private static Optional<MeshConfig> mesh(Subject subject) {
        return subject.world().settings().config();
    }
}
