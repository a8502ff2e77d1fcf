package dev.heddle.compiler.world;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.codec.EmbeddedReader;
import dev.heddle.model.mesh.MeshProxyConfig;
import dev.heddle.xds.EnvoyRuleHits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// What a workload's own annotations say of its proxy.
///
/// @param options that go before the mesh's
/// @param process how the proxy is to be run, which goes before what the mesh says
/// @param stats what they say of its statistics
/// @param scrape what they say of those who scrape its metrics
/// @param countsRules whether stock Envoy is to count how often rules are chosen
/// @param findings what is wrong with the annotations
public record WorkloadAnnotations(
        ProxyOptions options,
        ProcessOptions process,
        StatsAnnotations stats,
        ScrapeAnnotations scrape,
        boolean countsRules,
        List<Diagnostic> findings) {
    /// A ProxyConfig in YAML.
    public static final String PROXY_CONFIG = "proxy.istio.io/config";

    /// `true` or `false`: whether stock Envoy is to count how often rules are chosen.
    public static final String RULE_HITS = EnvoyRuleHits.ANNOTATION;

    /// No annotations.
    public static final WorkloadAnnotations NONE =
            new WorkloadAnnotations(
                    ProxyOptions.NONE,
                    ProcessOptions.NONE,
                    StatsAnnotations.NONE,
                    ScrapeAnnotations.NONE,
                    false,
                    List.of());

    public WorkloadAnnotations {
        findings = List.copyOf(findings);
    }

    /// Reads a workload's annotations; those of others are left alone. One that cannot be used
    /// counts as not there.
    ///
    /// @param namespace of the workload
    public static WorkloadAnnotations read(Map<String, String> annotations, String namespace) {
        var findings = new Diagnostics();
        Optional<MeshProxyConfig> said =
                Optional.ofNullable(annotations.get(PROXY_CONFIG))
                        .flatMap(text ->
                                EmbeddedReader.proxy(
                                        origin(PROXY_CONFIG, namespace), text, findings));
        said.flatMap(MeshProxyConfig::proxyStatsMatcher)
                .flatMap(it -> StatsAnnotations.problemOfRegexps(it.inclusionRegexps()))
                .ifPresent(problem ->
                        findings.add(
                                Diagnostic.of(
                                        DiagnosticCode.INVALID_VALUE,
                                        origin(PROXY_CONFIG, namespace),
                                        "proxyStatsMatcher.inclusionRegexps: " + problem,
                                        "It counts as not there")));
        String counts = annotations.getOrDefault(RULE_HITS, "false");
        if (!counts.equals("true") && !counts.equals("false")) {
            findings.add(
                    Diagnostic.of(
                            DiagnosticCode.INVALID_VALUE,
                            origin(RULE_HITS, namespace),
                            "'" + counts + "' (expected: true or false)",
                            "Rules are not counted for this proxy"));
        }
        BiConsumer<String, String> problems =
                (name, problem) ->
                        findings.add(
                                Diagnostic.of(
                                        DiagnosticCode.INVALID_VALUE,
                                        origin(name, namespace),
                                        problem,
                                        "It counts as not there"));
        StatsAnnotations stats = StatsAnnotations.read(annotations, problems);
        return new WorkloadAnnotations(
                said.map(ProxyOptions::of)
                        .orElse(ProxyOptions.NONE)
                        .evicting(stats.eviction().isPresent()),
                said.map(ProcessOptions::of).orElse(ProcessOptions.NONE),
                stats,
                ScrapeAnnotations.read(annotations, problems),
                counts.equals("true"),
                findings.toList());
    }

    /// Where a workload's own words of its proxy stand, as findings call it.
    ///
    /// @param namespace of the workload
    public static Origin origin(String namespace) {
        return origin(PROXY_CONFIG, namespace);
    }

    private static Origin origin(String annotation, String namespace) {
        return new Origin(
                "workload in " + namespace,
                FieldPath.of("metadata", "annotations", annotation),
                "",
                Position.UNKNOWN);
    }
}
