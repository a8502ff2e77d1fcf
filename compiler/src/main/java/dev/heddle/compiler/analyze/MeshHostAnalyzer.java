package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Looks for hosts that several VirtualServices of the mesh have, where one namespace sees both.
final class MeshHostAnalyzer implements Analyzer {
    private static final String ALL = "*";

    /// A host as a namespace sees it, or `*`, all.
    private record Scoped(String scope, Hostname host) {}

    /// One who has it.
    ///
    /// @param index of the host in its resource
    private record Claim(Resource<VirtualService> by, int index) {
        String name() {
            return by.metadata().namespace() + "/" + by.metadata().name();
        }
    }

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        Map<Scoped, List<Claim>> claims = claims(subject);
        var told = new HashSet<Object>();
        claims.forEach((place, own) -> {
            var rivals = new ArrayList<>(own);
            if (!place.scope().equals(ALL)) {
                claims.forEach((other, theirs) -> {
                    if (other.scope().equals(ALL) && place.host().overlaps(other.host())) {
                        rivals.addAll(theirs);
                    }
                });
            }
            if (rivals.size() > 1) {
                Set<String> names = new TreeSet<>();
                rivals.forEach(r -> names.add(r.name()));
                rivals.stream()
                        .filter(r -> told.add(r.by().id()))
                        .forEach(r -> conflict(r, place.host(), names, findings));
            }
        });
    }

    private static Map<Scoped, List<Claim>> claims(Subject subject) {
        var claims = new LinkedHashMap<Scoped, List<Claim>>();
        String domain = subject.world().index().domain();
        for (Resource<VirtualService> rule : subject.resources().all(Kinds.VIRTUAL_SERVICE)) {
            List<String> gateways = rule.spec().gateways();
            if (!gateways.isEmpty() && !gateways.contains("mesh")) {
                continue;
            }
            List<String> hosts = rule.spec().hosts();
            for (int i = 0; i < hosts.size(); i++) {
                if (hosts.get(i).isEmpty()) {
                    continue;
                }
                var host = Hostname.complete(hosts.get(i), rule.metadata().namespace(), domain);
                for (String scope : scopes(rule)) {
                    claims.computeIfAbsent(new Scoped(scope, host), _ -> new ArrayList<>())
                            .add(new Claim(rule, i));
                }
            }
        }
        return claims;
    }

    private static Set<String> scopes(Resource<VirtualService> rule) {
        Set<String> scopes = new TreeSet<>();
        rule.spec()
                .exportTo()
                .forEach(to -> scopes.add(to.equals(".") ? rule.metadata().namespace() : to));
        return scopes.isEmpty() || scopes.contains(ALL) ? Set.of(ALL) : scopes;
    }

    private static void conflict(
            Claim claim, Hostname host, Set<String> names, Diagnostics findings) {
        findings.add(
                DiagnosticCode.CONFLICTING_MESH_GATEWAY_HOSTS,
                claim.by().origin(FieldPath.of("spec", "hosts").index(claim.index())),
                "the VirtualServices "
                        + String.join(", ", names)
                        + " have the host '"
                        + host
                        + "' for sidecars",
                "Put the rules into one VirtualService");
    }
}
