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
        return named(namespace, name, domain, Registry.CORE);
    }

    /// What the ServiceImport of that name brings.
    Optional<MeshService> imported(String namespace, String name) {
        return named(namespace, name, ServiceImport.DOMAIN, Registry.IMPORT);
    }

    private Optional<MeshService> named(
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
        String namespace = parent.namespace().orElse(from);
        return switch (type(parent)) {
            case SERVICE -> Optional.of(service(namespace, parent.name()).stream().toList());
            case IMPORT -> Optional.of(imported(namespace, parent.name()).stream().toList());
            case ENTRY -> Optional.of(entry(namespace, parent.name()));
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
