package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.BackendReference;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.gatewayapi.RouteBackend;
import dev.heddle.model.gatewayapi.RouteRule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Looks at what all routes of the Gateway API have in common: parents, hostnames, names of rules,
/// and whom rules send requests to.
final class RouteFrameCheck {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final FieldPath RULES = SPEC.field("rules");
    private static final int MOST_PARENTS = 32;
    private static final int MOST_BACKENDS = 16;
    private static final int MOST_WEIGHT = 1_000_000;

    private RouteFrameCheck() {}

    private record Parent(String group, String kind, String name, Optional<String> namespace) {}

    private record Section(Parent parent, Optional<String> section, OptionalInt port) {}

    static void check(Route<?> route, int mostHostnames, int mostRules, Findings findings) {
        checkParents(route.parentRefs(), findings);
        checkHostnames(route.hostnames(), mostHostnames, findings);
        checkNames(route.rules(), findings);
        GatewayTexts.most(route.rules(), mostRules, RULES, findings);
    }

    private static void checkParents(List<ParentReference> parents, Findings findings) {
        FieldPath path = SPEC.field("parentRefs");
        GatewayTexts.most(parents, MOST_PARENTS, path, findings);
        var before = new ArrayList<Section>();
        Set<Section> seen = new HashSet<>();
        for (int i = 0; i < parents.size(); i++) {
            ParentReference ref = parents.get(i);
            FieldPath at = path.index(i);
            GatewayTexts.reference(
                    ref.groupOrGateways(), ref.kindOrGateway(), ref.name(), at, findings);
            GatewayTexts.namespace(ref.namespace(), at.field("namespace"), findings);
            GatewayTexts.subdomain(ref.sectionName(), at.field("sectionName"), findings);
            GatewayTexts.port(ref.port(), at.field("port"), findings);
            var section =
                    new Section(
                            new Parent(
                                    ref.groupOrGateways(),
                                    ref.kindOrGateway(),
                                    ref.name(),
                                    ref.namespace()),
                            ref.sectionName(),
                            ref.port());
            if (before.stream().anyMatch(b -> isUneven(b, section))) {
                findings.error(
                        at,
                        "of several references to one parent each needs sectionName or port"
                                + " (expected: the same of the two in all of them)");
            } else if (!seen.add(section)) {
                findings.error(
                        at, "the same parent, sectionName and port are here for the second time");
            }
            before.add(section);
        }
    }

    private static boolean isUneven(Section one, Section other) {
        return one.parent().equals(other.parent())
                && (one.section().isPresent() != other.section().isPresent()
                        || one.port().isPresent() != other.port().isPresent());
    }

    private static void checkHostnames(List<String> hostnames, int most, Findings findings) {
        FieldPath path = SPEC.field("hostnames");
        GatewayTexts.most(hostnames, most, path, findings);
        for (int i = 0; i < hostnames.size(); i++) {
            GatewayTexts.hostname(hostnames.get(i), path.index(i), findings);
        }
    }

    private static void checkNames(List<? extends RouteRule> rules, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            FieldPath at = RULES.index(i).field("name");
            GatewayTexts.subdomain(rules.get(i).name(), at, findings);
            rules.get(i)
                    .name()
                    .filter(name -> !seen.add(name))
                    .ifPresent(name ->
                            findings.error(at, "'" + name + "' is here for the second time"));
        }
    }

    /// @param path of the rule
    static void checkBackends(RouteRule rule, FieldPath path, Findings findings) {
        FieldPath refs = path.field("backendRefs");
        GatewayTexts.most(rule.backendRefs(), MOST_BACKENDS, refs, findings);
        for (int i = 0; i < rule.backendRefs().size(); i++) {
            RouteBackend ref = rule.backendRefs().get(i);
            checkBackend(ref.reference(), refs.index(i), findings);
            checkWeight(ref.weight(), refs.index(i), findings);
        }
    }

    static void checkBackend(BackendReference ref, FieldPath path, Findings findings) {
        GatewayTexts.reference(ref.group(), ref.kindOrService(), ref.name(), path, findings);
        GatewayTexts.namespace(ref.namespace(), path.field("namespace"), findings);
        GatewayTexts.port(ref.port(), path.field("port"), findings);
        if (ref.group().isEmpty()
                && ref.kindOrService().equals("Service")
                && ref.port().isEmpty()) {
            findings.missing(path.field("port"), "a Service needs a port (expected: 1 to 65535)");
        }
    }

    private static void checkWeight(OptionalInt weight, FieldPath path, Findings findings) {
        weight.ifPresent(w -> {
            if (w < 0 || w > MOST_WEIGHT) {
                findings.invalid(path.field("weight"), w, "0 to " + MOST_WEIGHT);
            }
        });
    }
}
