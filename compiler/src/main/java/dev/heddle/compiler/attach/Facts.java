package dev.heddle.compiler.attach;

import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.compiler.service.Namespaces;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.Resources;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What everything here is found out from.
record Facts(
        Resources resources,
        ServiceCatalog services,
        Credentials credentials,
        Namespaces namespaces,
        Grants grants,
        String domain,
        Map<String, List<MeshService>> entries) {

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
        return services
                .claims()
                .getOrDefault(new Hostname(name + "." + namespace + ".svc." + domain), List.of())
                .stream()
                .filter(s -> s.registry() == Registry.CORE)
                .findFirst();
    }

    /// The services that a ServiceEntry names, in its order.
    List<MeshService> entry(String namespace, String name) {
        return entries.getOrDefault(key(namespace, name), List.of());
    }
}
