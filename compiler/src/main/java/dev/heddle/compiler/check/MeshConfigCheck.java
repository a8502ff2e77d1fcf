package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.mesh.Authorizers;
import dev.heddle.compiler.observe.AccessLogs;
import dev.heddle.compiler.observe.LoggingProviders;
import dev.heddle.compiler.observe.TracingProviders;
import dev.heddle.compiler.select.MeshConfigs;
import dev.heddle.compiler.select.MeshConfigs.Chosen;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.StatsAnnotations;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.mesh.MeshProxyConfig;
import java.util.List;
import java.util.Optional;

/// Checks the settings of the mesh: which count, and that they can be used.
final class MeshConfigCheck {
    private MeshConfigCheck() {}

    /// @param namespace whose ConfigMap counts
    static void check(
            MeshConfigs configs, String namespace, ServiceCatalog services, Diagnostics findings) {
        for (Resource<ConfigMap> map : configs.elsewhere()) {
            findings.add(
                    DiagnosticCode.CONFLICT,
                    map.origin(FieldPath.of("metadata", "namespace")),
                    "settings of the mesh in namespace '"
                            + map.metadata().namespace()
                            + "' do not count (expected: "
                            + namespace
                            + ")",
                    "Give it the namespace " + namespace);
        }
        if (configs.all().isEmpty()) {
            return;
        }
        Chosen first = configs.all().getFirst();
        List<Chosen> others = configs.all().subList(1, configs.all().size());
        for (Chosen other : others) {
            findings.add(
                    DiagnosticCode.CONFLICT,
                    other.resource().origin(other.path()),
                    "the mesh has settings already, by " + first.resource().id(),
                    "These do not count; put all into one");
        }
        Authorizers.of(Optional.of(first.config()), services, first.path())
                .problems()
                .forEach(problem ->
                        findings.add(
                                DiagnosticCode.INVALID_VALUE,
                                first.resource().origin(problem.path()),
                                problem.text(),
                                problem.hint()));
        LoggingProviders.of(Optional.of(first.config()), services, first.path())
                .problems()
                .forEach(problem ->
                        findings.add(
                                switch (problem.kind()) {
                                    case MISSING -> DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND;
                                    case TWICE -> DiagnosticCode.INVALID_VALUE;
                                    case UNKNOWN -> DiagnosticCode.NOT_IMPLEMENTED;
                                },
                                first.resource().origin(problem.path()),
                                problem.text(),
                                problem.kind() != LoggingProviders.Kind.UNKNOWN
                                        ? "It takes no logs until then"
                                        : "Heddle's own proxy refuses listeners with it and stays"
                                                + " with what it had; Envoy is given it as it"
                                                + " stands"));
        TracingProviders tracing =
                TracingProviders.of(Optional.of(first.config()), services, first.path());
        tracing.problems()
                .forEach(it ->
                        findings.add(
                                DiagnosticCode.INVALID_VALUE,
                                first.resource().origin(it.path()),
                                it.text(),
                                it.hint()));
        tracing.onlyOfEnvoy()
                .forEach(it ->
                        findings.add(
                                DiagnosticCode.NOT_IMPLEMENTED,
                                first.resource().origin(it.path()),
                                it.text(),
                                it.hint()));
        first.config()
                .defaultConfig()
                .flatMap(MeshProxyConfig::proxyStatsMatcher)
                .flatMap(it -> StatsAnnotations.problemOfRegexps(it.inclusionRegexps()))
                .ifPresent(problem ->
                        findings.add(
                                DiagnosticCode.INVALID_VALUE,
                                first.resource()
                                        .origin(
                                                first.path()
                                                        .field("defaultConfig")
                                                        .field("proxyStatsMatcher")
                                                        .field("inclusionRegexps")),
                                problem,
                                "It counts as not there"));
        AccessLogs.problem(first.config())
                .ifPresent(problem ->
                        findings.add(
                                DiagnosticCode.INVALID_VALUE,
                                first.resource().origin(first.path().field("accessLogFormat")),
                                problem,
                                "Istio's own format counts until then"));
        AccessLogs.unknown(first.config())
                .ifPresent(unknown ->
                        findings.add(
                                DiagnosticCode.NOT_IMPLEMENTED,
                                first.resource().origin(first.path().field("accessLogFormat")),
                                unknown,
                                "Heddle's own proxy refuses listeners with it and stays"
                                        + " with what it had; Envoy is given it as it stands"));
    }
}
