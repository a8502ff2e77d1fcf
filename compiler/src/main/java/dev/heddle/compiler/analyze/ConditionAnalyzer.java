package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.codec.Documents;
import dev.heddle.model.kinds.Kinds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Looks at what other controllers have written into the status of resources.
final class ConditionAnalyzer implements Analyzer {
    private static final Set<String> OF_GATEWAYS = Set.of("Accepted", "Programmed", "ResolvedRefs");
    private static final Set<String> OF_WAYPOINTS = Set.of("istio.io/WaypointBound");
    private static final FieldPath STATUS = FieldPath.of("status");

    /// The conditions that are bad where they are `False`.
    private static final Map<Kind<?>, Set<String>> LOOKED_AT = new LinkedHashMap<>();

    static {
        LOOKED_AT.put(Kinds.SERVICE, OF_WAYPOINTS);
        LOOKED_AT.put(Kinds.SERVICE_ENTRY, OF_WAYPOINTS);
        LOOKED_AT.put(Kinds.WORKLOAD_ENTRY, OF_WAYPOINTS);
        LOOKED_AT.put(Kinds.AUTHORIZATION_POLICY, Set.of("ZtunnelAccepted", "WaypointAccepted"));
        LOOKED_AT.put(Kinds.KUBERNETES_GATEWAY, OF_GATEWAYS);
        LOOKED_AT.put(Kinds.HTTP_ROUTE, OF_GATEWAYS);
        LOOKED_AT.put(Kinds.GRPC_ROUTE, OF_GATEWAYS);
    }

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        LOOKED_AT.forEach((kind, types) ->
                subject.resources().all(kind).forEach(r -> status(r, types, findings)));
    }

    private static void status(Resource<?> resource, Set<String> types, Diagnostics findings) {
        var status = new Written(Documents.written(resource, STATUS));
        conditions(resource, status, STATUS, types, findings);
        List<Written> parents = status.at("parents").items();
        for (int i = 0; i < parents.size(); i++) {
            FieldPath at = STATUS.field("parents").index(i);
            conditions(resource, parents.get(i), at, types, findings);
        }
    }

    private static void conditions(
            Resource<?> resource,
            Written in,
            FieldPath path,
            Set<String> types,
            Diagnostics findings) {
        List<Written> conditions = in.at("conditions").items();
        for (int i = 0; i < conditions.size(); i++) {
            Written condition = conditions.get(i);
            String type = condition.at("type").text();
            String reason = condition.at("reason").text();
            boolean isBad =
                    types.contains(type)
                            && (condition.at("status").text().equals("False")
                                    || (type.equals("WaypointAccepted")
                                            && reason.equals("PartiallyInvalid")));
            if (isBad) {
                findings.add(
                        DiagnosticCode.NEGATIVE_CONDITION,
                        resource.origin(path.field("conditions").index(i)),
                        "condition %s is %s: %s, %s"
                                .formatted(
                                        type,
                                        condition.at("status").text(),
                                        reason,
                                        condition.at("message").text()),
                        "");
            }
        }
    }
}
