package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.RuleForms.Way;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.compiler.service.Visibility;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/// Finds the services whose clients a VirtualService is for, inside of the mesh.
///
/// A VirtualService that everybody sees is for all clients, as a route in the namespace of the
/// service is. One that only some namespaces see is for their clients, as routes in those
/// namespaces are.
record MeshForms(MeshIndex index, Losses losses) {
    private static final FieldPath HOSTS = FieldPath.of("spec", "hosts");
    private static final FieldPath EXPORT_TO = FieldPath.of("spec", "exportTo");

    /// A port of a service, for the clients of the namespace that a route is in.
    ///
    /// @param isWhole whether the rules are for every port of the service
    record Parent(MeshService service, Way way, boolean isWhole) {}

    /// Every port whose requests or connections the VirtualService decides about.
    ///
    /// @param isMeant ports that its rules are for
    List<Parent> parents(BoundVirtualService service, Predicate<Port> isMeant) {
        var parents = new ArrayList<Parent>();
        for (int i = 0; i < service.hosts().size(); i++) {
            Hostname host = service.hosts().get(i);
            Optional<MeshService> found =
                    index.services()
                            .find(host, service.namespace())
                            .filter(s -> s.service().host().equals(host));
            if (found.isEmpty()) {
                losses.add(
                        service.resource(),
                        HOSTS.index(i),
                        "no Service or ServiceEntry here has the host '"
                                + host
                                + "', and a route of the mesh is for one",
                        "Give its file, too; nothing is made for it");
                continue;
            }
            if (found.get().registry() == Registry.ENTRY && !isAlone(found.get())) {
                losses.add(
                        service.resource(),
                        HOSTS.index(i),
                        "ServiceEntry "
                                + found.get().metadata().namespace()
                                + "/"
                                + found.get().metadata().name()
                                + " has other hosts, too, and a route would be for all of them",
                        "Give '" + host + "' a ServiceEntry of its own");
                continue;
            }
            if (index.gatewayApi().meshRoutes().isAny(host, found.get().metadata().namespace())) {
                losses.add(
                        service.resource(),
                        HOSTS.index(i),
                        "a route of the Gateway API is for '" + host + "' already",
                        "Nothing is made beside it: bring both together by hand");
            } else if (isInForce(service, host)) {
                for (String namespace : namespaces(service, found.get())) {
                    add(found.get(), namespace, service, isMeant, parents);
                }
            }
        }
        return parents;
    }

    private static void add(
            MeshService found,
            String namespace,
            BoundVirtualService service,
            Predicate<Port> isMeant,
            List<Parent> parents) {
        List<Port> all = found.service().ports();
        List<Port> ports = all.stream().filter(isMeant).toList();
        for (Port port : ports) {
            parents.add(
                    new Parent(
                            found,
                            new Way(
                                    BoundVirtualService.MESH,
                                    port.number(),
                                    service.namespace(),
                                    namespace),
                            ports.equals(all)));
        }
    }

    private boolean isAlone(MeshService entry) {
        return index.services().all().stream()
                        .filter(s -> s.registry() == Registry.ENTRY)
                        .filter(s -> s.metadata().namespace().equals(entry.metadata().namespace()))
                        .filter(s -> s.metadata().name().equals(entry.metadata().name()))
                        .count()
                == 1;
    }

    /// Of several VirtualServices for a host the first counts.
    private boolean isInForce(BoundVirtualService service, Hostname host) {
        return index
                .virtualServices()
                .inForce(service.namespace(), BoundVirtualService.MESH)
                .stream()
                .filter(s -> s.hosts().contains(host))
                .findFirst()
                .filter(service::equals)
                .isPresent();
    }

    private List<String> namespaces(BoundVirtualService service, MeshService of) {
        String home = of.metadata().namespace();
        if (Visibility.isPublic(service.exportTo())) {
            return List.of(home);
        }
        List<String> all =
                service.exportTo().stream()
                        .map(n -> n.equals(".") ? service.namespace() : n)
                        .distinct()
                        .toList();
        if (all.contains(home)) {
            losses.add(
                    service.resource(),
                    EXPORT_TO,
                    "a route in the namespace of its Service is for all clients in the Gateway API",
                    "Nothing is made for clients in '" + home + "'");
        }
        return all.stream().filter(n -> !n.equals(home)).toList();
    }

    /// References to services, with their ports where others are left.
    static List<ParentReference> references(List<Parent> parents) {
        var references = new ArrayList<ParentReference>();
        for (Parent parent : parents) {
            long own = parents.stream().filter(p -> p.service().equals(parent.service())).count();
            boolean isAll = parent.isWhole() && own == parent.service().service().ports().size();
            ParentReference reference =
                    reference(
                            parent,
                            isAll ? OptionalInt.empty() : OptionalInt.of(parent.way().port()));
            if (!references.contains(reference)) {
                references.add(reference);
            }
        }
        return references;
    }

    static ParentReference reference(Parent parent, OptionalInt port) {
        Kind<?> kind =
                switch (parent.service().registry()) {
                    case CORE -> Kinds.SERVICE;
                    case IMPORT -> Kinds.SERVICE_IMPORT;
                    case ENTRY -> Kinds.SERVICE_ENTRY;
                    case BACKEND -> Kinds.X_BACKEND;
                };
        String in = parent.service().metadata().namespace();
        return new ParentReference(
                Optional.of(kind.group()),
                Optional.of(kind.name()),
                parent.service().metadata().name(),
                Optional.of(in).filter(n -> !n.equals(parent.way().namespace())),
                Optional.empty(),
                port);
    }
}
