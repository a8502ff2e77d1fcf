package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.gatewayapi.GatewayClass;
import dev.heddle.model.gatewayapi.ParametersReference;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Which GatewayClasses are ours: those that name our controller, or Istio's, whose place we take.
/// Two names are ours although no GatewayClass has them, as Istio makes its own.
final class Classes {
    /// Our controller.
    static final String CONTROLLER = "heddle.dev/gateway-controller";

    /// Istio's controller, whose place we take.
    static final String ISTIO = "istio.io/gateway-controller";

    private static final Set<String> CONTROLLERS = Set.of(CONTROLLER, ISTIO);
    private static final Map<String, String> BUILT_IN =
            Map.of("heddle", CONTROLLER, "istio", ISTIO);
    private static final FieldPath PARAMETERS = FieldPath.of("spec", "parametersRef");

    private final Resources resources;
    private final Map<String, Outcome> ours = new TreeMap<>();

    /// A GatewayClass that is ours.
    record Outcome(Resource<GatewayClass> resource, List<Condition> conditions) {}

    Classes(Resources resources) {
        this.resources = resources;
        for (Resource<GatewayClass> resource : resources.all(Kinds.GATEWAY_CLASS)) {
            if (CONTROLLERS.contains(resource.spec().controllerName())) {
                ours.put(
                        resource.metadata().name(),
                        new Outcome(resource, List.of(accepted(resource))));
            }
        }
    }

    private Condition accepted(Resource<GatewayClass> resource) {
        return resource.spec()
                .parametersRef()
                .filter(p -> !isKnown(resources, p, p.namespace().orElse("")))
                .map(p ->
                        Condition.no(
                                Condition.ACCEPTED,
                                Reason.InvalidParameters,
                                unknown(p),
                                PARAMETERS))
                .orElseGet(() ->
                        Condition.yes(
                                Condition.ACCEPTED,
                                Reason.Accepted,
                                "Gateways of this class are served"));
    }

    /// Whether settings are there that a class or Gateway names: a ConfigMap, as Istio has it.
    static boolean isKnown(Resources resources, ParametersReference ref, String namespace) {
        return ref.group().orElse("").isEmpty()
                && ref.kind().equals("ConfigMap")
                && resources.find(Kinds.CONFIG_MAP, namespace, ref.name()).isPresent();
    }

    static String unknown(ParametersReference ref) {
        return ref.group().orElse("").isEmpty() && ref.kind().equals("ConfigMap")
                ? "there is no ConfigMap '" + ref.name() + "'"
                : "parameters of kind '" + ref.kind() + "' are not known (expected: ConfigMap)";
    }

    /// Those that are ours.
    List<Outcome> all() {
        return List.copyOf(ours.values());
    }

    /// The controller of a class that is ours; empty for another's class, and for one that is not
    /// accepted.
    Optional<String> controller(String name) {
        Outcome outcome = ours.get(name);
        if (outcome != null) {
            return outcome.conditions().getFirst().isTrue()
                    ? Optional.of(outcome.resource().spec().controllerName())
                    : Optional.empty();
        }
        boolean isAnothers = resources.find(Kinds.GATEWAY_CLASS, "", name).isPresent();
        return isAnothers ? Optional.empty() : Optional.ofNullable(BUILT_IN.get(name));
    }
}
