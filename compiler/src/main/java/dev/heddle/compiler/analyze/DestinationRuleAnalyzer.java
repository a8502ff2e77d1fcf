package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.ClientTlsSettings.Mode;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.PortTrafficPolicy;
import dev.heddle.model.istio.DestinationRule.Subset;
import dev.heddle.model.kinds.Kinds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks at DestinationRules: whether there is their host, whether their subsets choose a Pod, and
/// by whose word their servers are believed.
final class DestinationRuleAnalyzer implements Analyzer {
    private static final List<String> PLACES =
            List.of(
                    "topology.kubernetes.io/region",
                    "topology.kubernetes.io/zone",
                    "topology.istio.io/subzone");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        var hosts = Hosts.of(subject);
        List<Map<String, String>> pods = placed(subject);
        for (Resource<DestinationRule> rule : subject.resources().all(Kinds.DESTINATION_RULE)) {
            certificates(rule, findings);
            Optional<Hosts.Known> host =
                    hosts.find(
                            rule.spec().host(),
                            rule.metadata().namespace(),
                            rule.spec().exportTo());
            if (host.isEmpty()) {
                findings.add(
                        DiagnosticCode.UNKNOWN_DESTINATION_RULE_HOST,
                        rule.origin(FieldPath.of("spec", "host")),
                        "no service has the host '" + rule.spec().host() + "'",
                        "Define it, or correct the name");
            } else {
                subsets(subject, rule, host.get(), pods, findings);
            }
        }
    }

    private static void subsets(
            Subject subject,
            Resource<DestinationRule> rule,
            Hosts.Known host,
            List<Map<String, String>> pods,
            Diagnostics findings) {
        List<Subset> subsets = rule.spec().subsets();
        for (int i = 0; i < subsets.size(); i++) {
            var wanted = new HashMap<>(host.selector());
            wanted.putAll(subsets.get(i).labels());
            boolean isSome =
                    pods.stream().anyMatch(p -> p.entrySet().containsAll(wanted.entrySet()))
                            || subject.workloads("")
                                    .anyMatch(p -> p.entrySet().containsAll(wanted.entrySet()));
            if (!isSome) {
                findings.add(
                        subject.missing(
                                DiagnosticCode.SUBSET_SELECTS_NO_PODS,
                                rule.origin(FieldPath.of("spec", "subsets").index(i)),
                                "no Pod has the labels "
                                        + wanted
                                        + " of subset '"
                                        + subsets.get(i).name()
                                        + "'",
                                "Correct the labels, or remove the subset"));
            }
        }
    }

    /// The labels of Pods on nodes, with those of their place.
    private static List<Map<String, String>> placed(Subject subject) {
        Map<String, Map<String, String>> nodes = new HashMap<>();
        subject.all("", "v1", "Node")
                .forEach(n -> nodes.put(n.metadata().name(), n.metadata().labels()));
        return subject.pods().stream()
                .filter(p -> !p.spec().at("nodeName").text().isEmpty())
                .map(p -> placed(p, nodes))
                .toList();
    }

    private static Map<String, String> placed(Pod pod, Map<String, Map<String, String>> nodes) {
        var labels = new HashMap<String, String>(pod.labels());
        String node = pod.spec().at("nodeName").text();
        Map<String, String> there = nodes.getOrDefault(node, Map.of());
        for (String place : PLACES) {
            String value = there.getOrDefault(place, "");
            if (!value.isEmpty()) {
                labels.put(place, value);
            }
        }
        labels.put("kubernetes.io/hostname", node);
        return labels;
    }

    private static void certificates(Resource<DestinationRule> rule, Diagnostics findings) {
        rule.spec()
                .trafficPolicy()
                .ifPresent(policy -> {
                    FieldPath path = FieldPath.of("spec", "trafficPolicy");
                    policy.tls()
                            .filter(tls -> isUnverified(tls, rule))
                            .ifPresent(tls ->
                                    unverified(
                                            DiagnosticCode.NO_SERVER_VERIFICATION,
                                            rule,
                                            path.field("tls"),
                                            tls.mode(),
                                            findings));
                    List<PortTrafficPolicy> ports = policy.portLevelSettings();
                    for (int i = 0; i < ports.size(); i++) {
                        FieldPath at = path.field("portLevelSettings").index(i).field("tls");
                        ports.get(i)
                                .tls()
                                .filter(tls -> isUnverified(tls, rule))
                                .ifPresent(tls ->
                                        unverified(
                                                DiagnosticCode.NO_SERVER_VERIFICATION_AT_PORT,
                                                rule,
                                                at,
                                                tls.mode(),
                                                findings));
                    }
                });
    }

    private static boolean isUnverified(ClientTlsSettings tls, Resource<DestinationRule> rule) {
        boolean isOurs = tls.mode() == Mode.SIMPLE || tls.mode() == Mode.MUTUAL;
        boolean isInSecret =
                !tls.credentialName().isEmpty() && rule.spec().workloadSelector().isPresent();
        return isOurs && tls.caCertificates().isEmpty() && !isInSecret;
    }

    private static void unverified(
            DiagnosticCode code,
            Resource<DestinationRule> rule,
            FieldPath path,
            Mode mode,
            Diagnostics findings) {
        findings.add(
                code,
                rule.origin(path),
                "mode "
                        + mode
                        + " without 'caCertificates': the roots of the machine decide who is '"
                        + rule.spec().host()
                        + "'",
                "Set 'caCertificates'");
    }
}
