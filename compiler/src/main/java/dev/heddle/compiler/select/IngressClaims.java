package dev.heddle.compiler.select;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Ingress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Finds paths of a host that several Ingresses have. Of those of one namespace the oldest has it;
/// the rules of the namespace whose Ingress for the host is the oldest go before others'.
///
/// Filled by one caller, the oldest Ingress first, then asked once.
final class IngressClaims {
    private static final Comparator<IngressGateway> OLDEST_FIRST =
            Comparator.comparing((IngressGateway g) ->
                            g.ingress().metadata().created().orElse(Instant.MIN))
                    .thenComparing(IngressGateway::name);

    private final Map<Place, List<Claim>> claims = new LinkedHashMap<>();
    private final Map<Place, IngressGateway> oldest = new HashMap<>();

    /// A path of a host; or a namespace that has rules for a host.
    private record Place(String host, String of) {}

    private record Claim(Resource<Ingress> ingress, FieldPath at) {
        String namespace() {
            return ingress.metadata().namespace();
        }

        Origin origin() {
            return ingress.origin(at);
        }
    }

    /// @param host empty for all
    /// @param path the same text for paths that take the same requests
    void add(String host, String path, FieldPath at, IngressGateway gateway) {
        var claim = new Claim(gateway.ingress(), at);
        claims.computeIfAbsent(new Place(host, path), _ -> new ArrayList<>()).add(claim);
        oldest.merge(
                new Place(host, claim.namespace()),
                gateway,
                (a, b) -> OLDEST_FIRST.compare(a, b) <= 0 ? a : b);
    }

    void find(Diagnostics findings) {
        claims.forEach((place, all) -> {
            Claim first =
                    all.stream()
                            .min(
                                    Comparator.comparing(
                                            c -> gateway(place.host(), c.namespace()),
                                            OLDEST_FIRST))
                            .orElseThrow();
            for (Claim claim : all) {
                if (!claim.ingress().id().equals(first.ingress().id())) {
                    findings.add(
                            DiagnosticCode.CONFLICT,
                            claim.origin(),
                            "%s of %s is %s's already, so this does not count"
                                    .formatted(
                                            place.of().isEmpty()
                                                    ? "the default backend"
                                                    : "the path '" + place.of() + "'",
                                            place.host().isEmpty()
                                                    ? "all hosts"
                                                    : "host '" + place.host() + "'",
                                            first.ingress().id()),
                            "The older Ingress has a path, then the one whose name comes first:"
                                    + " keep one of the two ("
                                    + first.origin()
                                    + ")");
                }
            }
        });
    }

    private IngressGateway gateway(String host, String namespace) {
        IngressGateway found = oldest.get(new Place(host, namespace));
        if (found == null) {
            throw new AssertionError(host + " of " + namespace + ": claimed by nobody");
        }
        return found;
    }
}
