package dev.heddle.compiler.convert;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.BackendReference;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.PortSelector;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Turns Istio's destinations into references to backends.
///
/// @param versions Services for subsets
record Backends(MeshIndex index, Versions versions, Documents documents, Losses losses) {
    private static final String ISTIO = "networking.istio.io";

    /// Where a destination is named.
    ///
    /// @param owner the resource, of whose namespace short names are
    /// @param path of the destination
    /// @param called port that the client called
    /// @param viewer namespace of the proxies
    /// @param kind of the route that is made
    /// @param namespace of the route
    record Place(
            Resource<?> owner,
            FieldPath path,
            int called,
            String viewer,
            Kind<?> kind,
            String namespace) {
        Place at(FieldPath other) {
            return new Place(owner, other, called, viewer, kind, namespace);
        }
    }

    private Optional<MeshService> service(Hostname host, String viewer, String own) {
        return index.services().find(host, viewer).or(() -> index.services().find(host, own));
    }

    /// What is spoken where a destination leads; empty where nobody knows.
    ///
    /// @param own namespace of whoever names it
    /// @param way by which requests come
    Optional<AppProtocol> protocol(Destination to, String own, RuleForms.Way way) {
        return service(index.complete(to.host(), own), way.viewer(), own)
                .flatMap(s -> s.service().port(port(to, s, way.port())))
                .map(Port::protocol);
    }

    /// The reference; empty, and a loss, where nothing can be referred to.
    Optional<BackendReference> of(Destination to, Place place) {
        String own = place.owner().metadata().namespace();
        Hostname host = index.complete(to.host(), own);
        Optional<MeshService> found = service(host, place.viewer(), own);
        if (found.isEmpty()) {
            losses.add(
                    place.owner(),
                    place.path().field("host"),
                    "nothing here says what '" + to.host() + "' is",
                    "Give the file of its Service or ServiceEntry, too; nothing is sent there");
            return Optional.empty();
        }
        MeshService service = found.get();
        int port = port(to, service, place.called());
        if (service.service().port(port).isEmpty()) {
            losses.add(
                    place.owner(),
                    place.path().field("port"),
                    "'" + host + "' has no port " + port,
                    "Name one that it has; nothing is sent there");
            return Optional.empty();
        }
        return switch (service.registry()) {
            case ENTRY -> entry(to, service, host, port, place);
            case CORE -> core(to, service, port, place);
            case IMPORT -> Optional.of(imported(to, service, port, place));
            // No host leads to one of these: they are in no catalog.
            case BACKEND -> Optional.empty();
        };
    }

    private static int port(Destination to, MeshService service, int called) {
        List<Port> ports = service.service().ports();
        return to.port()
                .map(PortSelector::number)
                .filter(n -> n > 0)
                .orElseGet(() -> ports.size() == 1 ? ports.getFirst().number() : called);
    }

    private Optional<BackendReference> entry(
            Destination to, MeshService service, Hostname host, int port, Place place) {
        if (host.isWildcard() || !service.service().host().equals(host)) {
            losses.add(
                    place.owner(),
                    place.path().field("host"),
                    "a backend is one host, not those of '" + service.service().host() + "'",
                    "Nothing is sent there");
            return Optional.empty();
        }
        loseSubset(to, "ServiceEntry", host, place);
        return Optional.of(
                new BackendReference(
                        ISTIO,
                        Optional.of("Hostname"),
                        host.name(),
                        Optional.empty(),
                        OptionalInt.of(port)));
    }

    private void loseSubset(Destination to, String kind, Hostname host, Place place) {
        if (!to.subset().isEmpty()) {
            losses.add(
                    place.owner(),
                    place.path().field("subset"),
                    "subsets of a " + kind + " have no Service of their own",
                    "Requests go to all of '" + host + "'");
        }
    }

    private BackendReference imported(Destination to, MeshService service, int port, Place place) {
        Kind<?> kind = Kinds.SERVICE_IMPORT;
        String in = service.metadata().namespace();
        String name = service.metadata().name();
        loseSubset(to, kind.name(), service.service().host(), place);
        documents.grant(place.kind(), place.namespace(), kind, name, in);
        return new BackendReference(
                kind.group(),
                Optional.of(kind.name()),
                name,
                Optional.of(in).filter(n -> !n.equals(place.namespace())),
                OptionalInt.of(port));
    }

    private Optional<BackendReference> core(
            Destination to, MeshService service, int port, Place place) {
        String in = service.metadata().namespace();
        String name = service.metadata().name();
        if (index.resources().find(Kinds.SERVICE, in, name).isEmpty()) {
            losses.add(
                    place.owner(),
                    place.path().field("host"),
                    "'" + to.host() + "' is no Service",
                    "Nothing is sent there");
            return Optional.empty();
        }
        if (!to.subset().isEmpty()) {
            name = versions.service(service, to.subset(), place).orElse(name);
        }
        documents.grant(place.kind(), place.namespace(), Kinds.SERVICE, name, in);
        return Optional.of(
                new BackendReference(
                        "",
                        Optional.empty(),
                        name,
                        Optional.of(in).filter(n -> !n.equals(place.namespace())),
                        OptionalInt.of(port)));
    }
}
