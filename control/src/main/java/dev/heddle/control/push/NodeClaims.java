package dev.heddle.control.push;

import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.service.Endpoint;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.identity.SpiffeId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Whether what a node says of itself agrees with what its certificate proves.
public final class NodeClaims {
    private static final String IN_CLUSTER = ".svc.";

    private NodeClaims() {}

    /// What can be told without the mesh: a node is of the namespace and the service account that
    /// its certificate names, wherever it says one.
    ///
    /// @return why it is not, empty where it is
    public static Optional<String> refusal(SpiffeId proven, NodeInfo node) {
        Optional<SpiffeId.Account> account = proven.account();
        if (account.isEmpty()) {
            return Optional.of(
                    "certificate: '%s' (expected: spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT)"
                            .formatted(proven));
        }
        String namespace = account.get().namespace();
        List<String> id = List.of(node.id().split("~", -1));
        if (id.size() == 4) {
            String name = id.get(2);
            String domain = id.get(3);
            int end = domain.indexOf(IN_CLUSTER);
            if (!name.endsWith("." + namespace)
                    || (end >= 0 && !domain.substring(0, end).equals(namespace))) {
                return Optional.of(other("node id", node.id(), "namespace", namespace));
            }
        }
        return contrary(node, "NAMESPACE", "namespace", namespace)
                .or(() ->
                        contrary(node, "SERVICE_ACCOUNT", "service account", account.get().name()));
    }

    private static Optional<String> contrary(
            NodeInfo node, String field, String what, String proven) {
        return node.text(field)
                .filter(said -> !said.equals(proven))
                .map(said -> other("node metadata." + field, said, what, proven));
    }

    private static String other(String field, String said, String what, String proven) {
        return "%s: '%s' (expected: the %s of its certificate, '%s')"
                .formatted(field, said, what, proven);
    }

    /// What the mesh knows besides: whose workloads are of a service is of one of the service
    /// accounts that these run as, if any is known. Labels are a node's own word, and would get it
    /// what is another workload's.
    ///
    /// @return why it is not, empty where it is, or where nothing is known
    static Optional<String> refusal(SpiffeId proven, ProxyScope scope, World world) {
        String own = proven.account().map(SpiffeId.Account::name).orElse("");
        for (MeshService service : world.services(scope)) {
            if (isKnown(service, _ -> true) && !isKnown(service, own::equals)) {
                return Optional.of(
                        "service account '%s': by its labels the node is of service '%s' (expected:"
                                        .formatted(own, service.service().host())
                                + " one of its workloads' accounts)");
            }
        }
        return Optional.empty();
    }

    /// Whether one of a service's workloads is known to run as such an account. Mostly the first
    /// one tells.
    private static boolean isKnown(MeshService service, Predicate<String> account) {
        return service.endpoints().stream()
                .map(Endpoint::account)
                .anyMatch(a -> !a.isEmpty() && account.test(a));
    }
}
