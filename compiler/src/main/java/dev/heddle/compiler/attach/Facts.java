package dev.heddle.compiler.attach;

import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.compiler.service.Namespaces;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.Resources;
import dev.heddle.model.core.ServiceImport;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What everything here is found out from.
record Facts(
        Resources resources,
        ServiceCatalog services,
        Credentials credentials,
        Namespaces namespaces,
        Grants grants,
        String domain,
        Map<String, List<MeshService>> entries) {
    static final String SERVICE = "/Service";
    static final String IMPORT = "multicluster.x-k8s.io/ServiceImport";
    static final String ENTRY = "networking.istio.io/ServiceEntry";
    private static final Set<String> SERVICES = Set.of(SERVICE, IMPORT, ENTRY);

    static Facts of(
            Resources resources, ServiceCatalog services, Credentials credentials, String domain) {
        var entries = new HashMap<String, List<MeshService>>();
        for (MeshService service : services.all()) {
            if (service.registry() == Registry.ENTRY) {
                entries.computeIfAbsent(
                                key(service.metadata().namespace(), service.metadata().name()),
                                _ -> new ArrayList<>())
                        .add(service);
            }
        }
        return new Facts(
                resources,
                services,
                credentials,
                new Namespaces(resources),
                Grants.of(resources),
                domain,
                entries);
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }

    /// The Kubernetes Service of that name.
    Optional<MeshService> service(String namespace, String name) {
        return find(namespace, name, domain, Registry.CORE);
    }

    /// What the ServiceImport of that name brings.
    Optional<MeshService> imported(String namespace, String name) {
        return find(namespace, name, ServiceImport.DOMAIN, Registry.IMPORT);
    }

    private Optional<MeshService> find(
            String namespace, String name, String in, Registry registry) {
        return services
                .claims()
                .getOrDefault(Hostname.complete(name, namespace, in), List.of())
                .stream()
                .filter(s -> s.registry() == registry)
                .findFirst();
    }

    /// Whether a reference names services, rather than a Gateway.
    static boolean areServices(ParentReference parent) {
        return SERVICES.contains(type(parent));
    }

    /// The services that a reference names; empty where it names something else.
    ///
    /// @param from namespace of the route
    Optional<List<MeshService>> parents(ParentReference parent, String from) {
        return named(type(parent), parent.namespace().orElse(from), parent.name());
    }

    /// The services that a resource names; empty where it is of a kind that names none.
    ///
    /// @param type group and kind, as in [#IMPORT]
    Optional<List<MeshService>> named(String type, String namespace, String name) {
        return switch (type) {
            case SERVICE -> Optional.of(service(namespace, name).stream().toList());
            case IMPORT -> Optional.of(imported(namespace, name).stream().toList());
            case ENTRY -> Optional.of(entry(namespace, name));
            default -> Optional.empty();
        };
    }

    private static String type(ParentReference parent) {
        return parent.groupOrGateways() + "/" + parent.kindOrGateway();
    }

    /// The services that a ServiceEntry names, in its order.
    List<MeshService> entry(String namespace, String name) {
        return entries.getOrDefault(key(namespace, name), List.of());
    }
}
