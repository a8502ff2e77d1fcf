package dev.heddle.compiler.check;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Checks DestinationRules: their hosts, and what becomes of several for one host.
final class DestinationRuleCheck {
    private static final int SUGGESTIONS = 3;

    private DestinationRuleCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (Resource<DestinationRule> rule : index.resources().all(Kinds.DESTINATION_RULE)) {
            if (rule.spec().host().isEmpty()) {
                continue;
            }
            Hostname host = index.complete(rule.spec().host(), rule.metadata().namespace());
            host(index, rule, host, findings);
            new ClientTlsCheck(index, rule, host, findings).check();
            List<Resource<DestinationRule>> siblings =
                    index.destinationRules().of(rule.metadata().namespace(), host);
            if (siblings.getFirst().id().equals(rule.id())) {
                siblings.stream()
                        .collect(Collectors.groupingBy(r -> r.spec().workloadSelector()))
                        .values()
                        .forEach(same -> subsets(same, findings));
            }
        }
    }

    private static void host(
            MeshIndex index, Resource<DestinationRule> rule, Hostname host, Diagnostics findings) {
        Set<Hostname> known = index.services().byHost().keySet();
        boolean exists =
                known.contains(host)
                        || (host.isWildcard() && known.stream().anyMatch(host::covers));
        if (!exists) {
            String near =
                    index.services().similar(host, SUGGESTIONS).stream()
                            .map(Hostname::name)
                            .collect(Collectors.joining(" or "));
            findings.add(
                    DiagnosticCode.UNKNOWN_DESTINATION_RULE_HOST,
                    rule.origin(FieldPath.of("spec", "host")),
                    "no service has the host '" + host + "'",
                    near.isEmpty()
                            ? "Define it, or correct the name"
                            : "Did you mean " + near + "?");
        }
    }

    /// Of several rules for the same clients: of several subsets of one name the oldest rule's
    /// counts; of several policies for the host as a whole, too.
    private static void subsets(List<Resource<DestinationRule>> rules, Diagnostics findings) {
        Map<String, Resource<DestinationRule>> first = new LinkedHashMap<>();
        for (Resource<DestinationRule> rule : rules) {
            List<DestinationRule.Subset> subsets = rule.spec().subsets();
            for (int i = 0; i < subsets.size(); i++) {
                Resource<DestinationRule> other = first.putIfAbsent(subsets.get(i).name(), rule);
                if (other != null) {
                    findings.add(
                            DiagnosticCode.CONFLICT,
                            rule.origin(FieldPath.of("spec", "subsets").index(i).field("name")),
                            "subset '"
                                    + subsets.get(i).name()
                                    + "' is defined already by "
                                    + other.id(),
                            "This one does not count; give it another name, or remove it");
                }
            }
        }
        List<Resource<DestinationRule>> withPolicy =
                rules.stream().filter(r -> r.spec().trafficPolicy().isPresent()).toList();
        for (Resource<DestinationRule> rule :
                withPolicy.subList(Math.min(1, withPolicy.size()), withPolicy.size())) {
            findings.add(
                    DiagnosticCode.CONFLICT,
                    rule.origin(FieldPath.of("spec", "trafficPolicy")),
                    "the host has a trafficPolicy already, by " + withPolicy.getFirst().id(),
                    "This one does not count; put both into one DestinationRule");
        }
    }
}
