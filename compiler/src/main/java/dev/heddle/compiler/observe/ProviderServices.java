package dev.heddle.compiler.observe;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.FieldPath;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Optional;

/// Finds the services of the mesh that `extensionProviders` name, as in
/// `zipkin.obs.svc.cluster.local` or `obs/zipkin.obs.svc.cluster.local`.
public final class ProviderServices {
    private final ServiceCatalog services;

    /// @param services of the mesh
    public ProviderServices(ServiceCatalog services) {
        this.services = services;
    }

    /// What a provider's service turned out to be.
    ///
    /// @param cluster through which it is reached; of no service where something is wrong
    /// @param host its name without its namespace
    public record Found(String cluster, String host, Optional<Wrong> wrong) {}

    /// Why a service cannot be used.
    ///
    /// @param path of the field
    public record Wrong(FieldPath path, String text) {}

    /// The service of a provider.
    ///
    /// @param service its host, with or without its namespace
    /// @param path of the provider's record, which has the fields `service` and `port`
    public Found find(String service, int port, FieldPath path) {
        String host = host(service);
        return new Found(ClusterName.outbound(port, "", host), host, wrong(service, port, path));
    }

    private Optional<Wrong> wrong(String service, int port, FieldPath path) {
        String host = host(service);
        String namespace = service.contains("/") ? service.replaceAll("/.*", "") : "";
        List<MeshService> found =
                host.isEmpty() || host.contains("*") || host.contains("/")
                        ? List.of()
                        : services.claims().getOrDefault(new Hostname(host), List.of()).stream()
                                .filter(it ->
                                        namespace.isEmpty()
                                                || it.service().namespace().equals(namespace))
                                .toList();
        long namespaces = found.stream().map(it -> it.service().namespace()).distinct().count();
        if (namespaces == 0) {
            return Optional.of(
                    new Wrong(
                            path.field("service"),
                            "'" + service + "' (expected: a service of the mesh)"));
        }
        if (namespaces > 1) {
            return Optional.of(
                    new Wrong(
                            path.field("service"),
                            "'"
                                    + service
                                    + "' is in "
                                    + namespaces
                                    + " namespaces (expected: namespace/host)"));
        }
        if (found.stream().allMatch(it -> it.service().port(port).isEmpty())) {
            return Optional.of(
                    new Wrong(path.field("port"), port + " (expected: a port of " + host + ")"));
        }
        return Optional.empty();
    }

    private static String host(String service) {
        return service.substring(service.indexOf('/') + 1);
    }
}
