package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.BackendReference;
import dev.heddle.model.gatewayapi.ParentReference;
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
    private static final int MOST_WEIGHT = 1_000_000;

    private RouteFrameCheck() {}

    private record Parent(String group, String kind, String name, Optional<String> namespace) {}

    private record Section(Parent parent, Optional<String> section, OptionalInt port) {}

    static void checkParents(List<ParentReference> parents, Findings findings) {
        FieldPath path = SPEC.field("parentRefs");
        GatewayTexts.most(parents, 32, path, findings);
        var before = new ArrayList<Section>();
        Set<Section> seen = new HashSet<>();
        for (int i = 0; i < parents.size(); i++) {
            ParentReference ref = parents.get(i);
            FieldPath at = path.index(i);
            GatewayTexts.group(ref.group(), at.field("group"), findings);
            GatewayTexts.kind(ref.kind(), at.field("kind"), findings);
            GatewayTexts.name(ref.name(), at.field("name"), findings);
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

    static void checkHostnames(List<String> hostnames, int most, Findings findings) {
        FieldPath path = SPEC.field("hostnames");
        GatewayTexts.most(hostnames, most, path, findings);
        for (int i = 0; i < hostnames.size(); i++) {
            GatewayTexts.hostname(hostnames.get(i), path.index(i), findings);
        }
    }

    static void checkNames(List<Optional<String>> names, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            FieldPath at = SPEC.field("rules").index(i).field("name");
            GatewayTexts.subdomain(names.get(i), at, findings);
            names.get(i)
                    .filter(name -> !seen.add(name))
                    .ifPresent(name ->
                            findings.error(at, "'" + name + "' is here for the second time"));
        }
    }

    static void checkBackend(BackendReference ref, FieldPath path, Findings findings) {
        GatewayTexts.group(ref.group(), path.field("group"), findings);
        GatewayTexts.kind(ref.kind(), path.field("kind"), findings);
        GatewayTexts.name(ref.name(), path.field("name"), findings);
        GatewayTexts.namespace(ref.namespace(), path.field("namespace"), findings);
        GatewayTexts.port(ref.port(), path.field("port"), findings);
        if (ref.group().isEmpty()
                && ref.kindOrService().equals("Service")
                && ref.port().isEmpty()) {
            findings.missing(path.field("port"), "a Service needs a port (expected: 1 to 65535)");
        }
    }

    static void checkWeight(OptionalInt weight, FieldPath path, Findings findings) {
        weight.ifPresent(w -> {
            if (w < 0 || w > MOST_WEIGHT) {
                findings.invalid(path.field("weight"), w, "0 to " + MOST_WEIGHT);
            }
        });
    }
}
