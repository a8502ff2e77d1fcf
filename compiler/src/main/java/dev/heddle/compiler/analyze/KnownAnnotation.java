package dev.heddle.compiler.analyze;

import dev.heddle.compiler.world.StatsAnnotations;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.check.Addresses;
import dev.heddle.model.codec.Spelling;
import dev.heddle.model.codec.YamlReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// An annotation that Istio knows: the table of its API, `annotation/annotations.yaml` of version
/// 1.31.
///
/// @param name as in `sidecar.istio.io/inject`
/// @param kinds that it is read at; `Any` for all
record KnownAnnotation(
        String name, boolean isAlpha, boolean isDeprecated, Value value, List<String> kinds) {

    /// What values it takes.
    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    enum Value {
        ANY("anything", _ -> true),
        MODE("REDIRECT, TPROXY or NONE", v -> List.of("REDIRECT", "TPROXY", "NONE").contains(v)),
        PORT("a port", KnownAnnotation::isPort),
        NUMBER("a whole number", v -> v.matches("[0-9]{1,9}")),
        RANGES("addresses with their lengths, as in 10.0.0.0/8", KnownAnnotation::areRanges),
        RANGES_OR_ALL("'*', or as in 10.0.0.0/8", v -> v.equals("*") || areRanges(v)),
        PORTS("ports with commas between", KnownAnnotation::arePorts),
        PORTS_OR_ALL("'*', or ports with commas between", v -> v.equals("*") || arePorts(v)),
        BOOL("true or false", v -> v.matches("(?i)true|false|[01tf]")),
        YAML("fields of a ProxyConfig in YAML", KnownAnnotation::isYaml),
        FLUSH("from 1ms to less than 5m, as in 10s", v -> isOf(StatsAnnotations.FLUSH, v)),
        EVICTION("a time, as in 5m", v -> isOf(StatsAnnotations.EVICTION, v)),
        BUCKETS(
                "JSON, as in {\"istio\": [1, 10, 100]}, each above 0 and there once",
                v -> isOf(StatsAnnotations.BUCKETS, v)),
        BINS(
                "JSON, as in {\"istio\": 50}, each from 1 to 46082",
                v -> isOf(StatsAnnotations.BINS, v)),
        REGEXPS("regular expressions with commas between", v -> isOf(StatsAnnotations.REGEXPS, v)),
        QUANTITY("as in 100m or 128Mi", v -> QUANTITIES.matcher(v).matches());

        private final String expected;
        private final Predicate<String> takes;

        Value(String expected, Predicate<String> takes) {
            this.expected = expected;
            this.takes = takes;
        }
    }

    private static final Pattern QUANTITIES =
            Pattern.compile(
                    "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)"
                            + "([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?");

    /// Name, status of the feature, whether it is deprecated, what values it takes, kinds.
    private static final String TABLE =
            """
            alpha.istio.io/canonical-serviceaccounts alpha deprecated ANY Service
            alpha.istio.io/kubernetes-serviceaccounts alpha deprecated ANY Service
            ambient.istio.io/bypass-inbound-capture alpha current ANY Pod
            ambient.istio.io/dns-capture alpha current ANY Pod
            ambient.istio.io/redirection beta current ANY Pod
            ambient.istio.io/waypoint-inbound-binding alpha current ANY GatewayClass,Gateway
            galley.istio.io/analyze-suppress alpha current ANY Any
            gateway.istio.io/controller-version alpha current ANY Any
            gateway.istio.io/name-override alpha current ANY Gateway
            gateway.istio.io/service-account alpha current ANY Gateway
            inject.istio.io/templates alpha current ANY Pod
            istio.io/autoRegistrationGroup alpha current ANY WorkloadEntry
            istio.io/connectedAt alpha current ANY WorkloadEntry
            istio.io/disconnectedAt alpha current ANY WorkloadEntry
            istio.io/dry-run alpha current ANY AuthorizationPolicy
            istio.io/reroute-virtual-interfaces alpha current ANY Pod
            istio.io/rev alpha current ANY Pod
            istio.io/use-waypoint-canary-weight alpha current ANY Service,ServiceEntry,Namespace
            istio.io/workloadController alpha current ANY WorkloadEntry
            kubernetes.io/ingress.class stable current ANY Ingress
            networking.istio.io/exportTo alpha current ANY Service
            networking.istio.io/service-type alpha current ANY Gateway
            networking.istio.io/traffic-distribution alpha current ANY \
            Namespace,Service,ServiceEntry
            prometheus.istio.io/merge-metrics alpha current BOOL Pod
            proxy.istio.io/config beta current YAML Pod
            proxy.istio.io/overrides alpha current ANY Pod
            readiness.status.sidecar.istio.io/applicationPorts alpha current ANY Pod
            readiness.status.sidecar.istio.io/failureThreshold alpha current NUMBER Pod
            readiness.status.sidecar.istio.io/initialDelaySeconds alpha current NUMBER Pod
            readiness.status.sidecar.istio.io/periodSeconds alpha current NUMBER Pod
            sidecar.istio.io/agentLogLevel alpha current ANY Pod
            sidecar.istio.io/bootstrapOverride alpha current ANY Pod
            sidecar.istio.io/componentLogLevel alpha current ANY Pod
            sidecar.istio.io/discoveryAddress alpha deprecated ANY Pod
            sidecar.istio.io/extraStatTags alpha deprecated ANY Pod
            sidecar.istio.io/inject beta deprecated ANY Pod
            sidecar.istio.io/interceptionMode alpha current MODE Pod
            sidecar.istio.io/logLevel alpha current ANY Pod
            sidecar.istio.io/nativeSidecar alpha current ANY Pod
            sidecar.istio.io/proxyCPU alpha current QUANTITY Pod
            sidecar.istio.io/proxyCPULimit alpha current QUANTITY Pod
            sidecar.istio.io/proxyImage alpha current ANY Pod
            sidecar.istio.io/proxyImageType alpha current ANY Pod
            sidecar.istio.io/proxyMemory alpha current QUANTITY Pod
            sidecar.istio.io/proxyMemoryLimit alpha current QUANTITY Pod
            sidecar.istio.io/rewriteAppHTTPProbers alpha current ANY Pod
            sidecar.istio.io/statsCompression alpha deprecated ANY Pod
            sidecar.istio.io/statsEvictionInterval alpha current EVICTION Pod
            sidecar.istio.io/statsFlushInterval alpha current FLUSH Pod
            sidecar.istio.io/statsHistogramBins alpha current BINS Pod
            sidecar.istio.io/statsHistogramBuckets alpha current BUCKETS Pod
            sidecar.istio.io/statsInclusionPrefixes alpha deprecated ANY Pod
            sidecar.istio.io/statsInclusionRegexps alpha deprecated REGEXPS Pod
            sidecar.istio.io/statsInclusionSuffixes alpha deprecated ANY Pod
            sidecar.istio.io/status alpha current ANY Pod
            sidecar.istio.io/userVolume alpha current ANY Pod
            sidecar.istio.io/userVolumeMount alpha current ANY Pod
            status.sidecar.istio.io/port alpha current PORT Pod
            topology.istio.io/controlPlaneClusters alpha current ANY Namespace
            traffic.istio.io/nodeSelector stable current ANY Service
            traffic.sidecar.istio.io/excludeInboundPorts alpha current PORTS Pod
            traffic.sidecar.istio.io/excludeInterfaces alpha current ANY Pod
            traffic.sidecar.istio.io/excludeOutboundIPRanges alpha current RANGES Pod
            traffic.sidecar.istio.io/excludeOutboundPorts alpha current PORTS Pod
            traffic.sidecar.istio.io/includeInboundPorts alpha current PORTS_OR_ALL Pod
            traffic.sidecar.istio.io/includeOutboundIPRanges alpha current RANGES_OR_ALL Pod
            traffic.sidecar.istio.io/includeOutboundPorts alpha current ANY Pod
            traffic.sidecar.istio.io/kubevirtInterfaces alpha deprecated ANY Pod
            """;

    private static final Map<String, KnownAnnotation> ALL =
            TABLE.lines()
                    .map(line -> line.split(" "))
                    .map(row ->
                            new KnownAnnotation(
                                    row[0],
                                    row[1].equals("alpha"),
                                    row[2].equals("deprecated"),
                                    Value.valueOf(row[3]),
                                    List.of(row[4].split(","))))
                    .collect(
                            Collectors.toMap(
                                    KnownAnnotation::name, a -> a, (a, _) -> a, TreeMap::new));

    static Optional<KnownAnnotation> find(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    /// The name that was likely meant.
    static Optional<String> similar(String name) {
        return Spelling.nearest(name, ALL.keySet());
    }

    boolean isFor(String kind) {
        return kinds.contains("Any") || kinds.contains(kind);
    }

    /// What is expected, where the value is not that.
    Optional<String> objection(String given) {
        return value.takes.test(given) ? Optional.empty() : Optional.of(value.expected);
    }

    private static boolean isOf(String annotation, String value) {
        return StatsAnnotations.problem(annotation, value).isEmpty();
    }

    private static boolean isPort(String text) {
        String digits = text.strip();
        return digits.matches("[0-9]{1,5}") && Integer.parseInt(digits) <= 65_535;
    }

    private static boolean arePorts(String text) {
        return text.isBlank()
                || Arrays.stream(text.strip().split(",", -1)).allMatch(KnownAnnotation::isPort);
    }

    private static boolean areRanges(String text) {
        return text.isEmpty()
                || Arrays.stream(text.split(",", -1))
                        .allMatch(r -> r.indexOf('/') > 0 && Addresses.isRange(r));
    }

    private static boolean isYaml(String text) {
        var findings = new Diagnostics();
        YamlReader.read("annotation", text, findings);
        return !findings.hasErrors();
    }
}
