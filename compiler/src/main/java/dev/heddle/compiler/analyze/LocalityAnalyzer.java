package dev.heddle.compiler.analyze;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.LoadBalancerSettings;
import dev.heddle.model.istio.LoadBalancerSettings.LocalityLoadBalancerSetting;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Locality;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Looks at settings about localities that cannot do anything: they are switched off, nobody is
/// anywhere, or nobody is where they say.
final class LocalityAnalyzer implements Analyzer {
    private static final FieldPath SETTING =
            FieldPath.of("spec", "trafficPolicy", "loadBalancer", "localityLbSetting");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        MeshIndex index = subject.world().index();
        for (Resource<DestinationRule> rule : index.resources().all(Kinds.DESTINATION_RULE)) {
            rule.spec()
                    .trafficPolicy()
                    .flatMap(p -> p.loadBalancer())
                    .flatMap(LoadBalancerSettings::localityLbSetting)
                    .ifPresent(s -> setting(index, rule, s, findings));
        }
    }

    private static void setting(
            MeshIndex index,
            Resource<DestinationRule> rule,
            LocalityLoadBalancerSetting setting,
            Diagnostics findings) {
        boolean isOff = !setting.enabled().orElse(true);
        boolean saysSomething =
                !setting.distribute().isEmpty()
                        || !setting.failover().isEmpty()
                        || !setting.failoverPriority().isEmpty();
        if (isOff && saysSomething) {
            findings.add(
                    DiagnosticCode.INEFFECTIVE_LOCALITY,
                    rule.origin(SETTING.field("enabled")),
                    "'enabled: false' switches off what stands beside it",
                    "Remove one of the two");
            return;
        }
        Set<Locality> known = localities(index, rule);
        boolean isByLabels =
                !setting.failoverPriority().isEmpty()
                        && setting.distribute().isEmpty()
                        && setting.failover().isEmpty();
        if (known.isEmpty() || isOff || isByLabels) {
            return;
        }
        if (known.equals(Set.of(Locality.UNKNOWN))) {
            findings.add(
                    DiagnosticCode.INEFFECTIVE_LOCALITY,
                    rule.origin(SETTING),
                    "no workload of '" + rule.spec().host() + "' has a locality",
                    "Give them one: 'locality' of a WorkloadEntry, or the zone of an"
                            + " EndpointSlice");
            return;
        }
        for (int i = 0; i < setting.distribute().size(); i++) {
            FieldPath path = SETTING.field("distribute").index(i).field("to");
            for (String to : setting.distribute().get(i).to().keySet()) {
                if (known.stream().noneMatch(l -> isIn(l, to))) {
                    nobody(rule, path.field(to), to, known, findings);
                }
            }
        }
        for (int i = 0; i < setting.failover().size(); i++) {
            String to = setting.failover().get(i).to();
            if (known.stream().noneMatch(l -> isIn(l, to))) {
                nobody(rule, SETTING.field("failover").index(i).field("to"), to, known, findings);
            }
        }
    }

    private static void nobody(
            Resource<DestinationRule> rule,
            FieldPath path,
            String to,
            Set<Locality> known,
            Diagnostics findings) {
        findings.add(
                DiagnosticCode.INEFFECTIVE_LOCALITY,
                rule.origin(path),
                "no workload of '" + rule.spec().host() + "' is in '" + to + "'",
                "They are in "
                        + known.stream()
                                .map(Locality::toString)
                                .filter(l -> !l.isEmpty())
                                .sorted()
                                .collect(Collectors.joining(", ")));
    }

    /// Where the workloads of the rule's host are; none when it has none.
    private static Set<Locality> localities(MeshIndex index, Resource<DestinationRule> rule) {
        if (rule.spec().host().isEmpty()) {
            return Set.of();
        }
        Hostname host = index.complete(rule.spec().host(), rule.metadata().namespace());
        Optional<MeshService> service = index.services().find(host, rule.metadata().namespace());
        var known = new TreeSet<Locality>(Comparator.comparing(Locality::toString));
        service.ifPresent(s -> s.endpoints().forEach(e -> known.add(e.locality())));
        return Set.copyOf(known);
    }

    /// @param pattern as in `us-west/zone1/*`
    private static boolean isIn(Locality locality, String pattern) {
        List<String> wanted = List.of(pattern.split("/", -1));
        List<String> parts = List.of(locality.region(), locality.zone(), locality.subZone());
        for (int i = 0; i < Math.min(wanted.size(), parts.size()); i++) {
            if (!wanted.get(i).equals("*") && !wanted.get(i).equals(parts.get(i))) {
                return false;
            }
        }
        return true;
    }
}
