package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.Backend.Refused;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Service;
import dev.heddle.model.gatewayapi.BackendReference;
import dev.heddle.model.gatewayapi.ExtensionReference;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.RouteExtension;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Hostname;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Finds whom the references of routes mean.
///
/// @param external hosts outside that they may name
/// @param isOfMesh whether it is for clients of the mesh: they can call services of any namespace
///   anyway, so that nobody has to grant that a route leads them there (as at Istio)
record References(Facts facts, XBackends external, boolean isOfMesh) {
    private static final String ISTIO = "networking.istio.io";
    private static final Grants.Type X_BACKEND =
            new Grants.Type(Kinds.X_BACKEND.group(), Kinds.X_BACKEND.name());

    /// What each reference of a route comes to.
    Map<FieldPath, Backend> of(RouteView route) {
        var found = new LinkedHashMap<FieldPath, Backend>();
        for (RouteReference reference : route.references()) {
            found.put(
                    reference.path(),
                    switch (reference) {
                        case RouteReference.Service(_, BackendReference to) -> of(route, to);
                        case RouteReference.Authorizer(_, BackendReference to, _) -> of(route, to);
                        case RouteReference.Extension(_, ExtensionReference to) ->
                                filter(route, to);
                    });
        }
        return found;
    }

    private Backend of(RouteView route, BackendReference to) {
        return switch (to.group() + "/" + to.kindOrService()) {
            case Facts.SERVICE -> service(route, to);
            case Facts.IMPORT -> imported(route, to);
            case ISTIO + "/Hostname" -> host(route, to);
            case Facts.ENTRY -> entry(route, to);
            case "gateway.networking.x-k8s.io/XBackend" -> external(route, to);
            default ->
                    new Refused(
                            Reason.InvalidKind,
                            "'"
                                    + to.kindOrService()
                                    + (to.group().isEmpty() ? "" : "." + to.group())
                                    + "' answers no requests (expected: Service, ServiceImport of "
                                    + Kinds.SERVICE_IMPORT.group()
                                    + ", XBackend of "
                                    + X_BACKEND.group()
                                    + ", or Hostname or ServiceEntry of "
                                    + ISTIO
                                    + ")");
        };
    }

    /// One that cannot be used is nobody: what is meant to be secured goes nowhere else.
    private Backend external(RouteView route, BackendReference to) {
        String namespace = to.namespace().orElse(route.namespace());
        Optional<Refused> refused = refused(route, to, X_BACKEND, namespace);
        if (refused.isPresent()) {
            return refused.get();
        }
        Backend found = external.find(route.type(), namespace, to.name(), isOfMesh);
        return found instanceof Backend.To there
                        && to.port().isPresent()
                        && to.port().getAsInt() != there.port()
                ? new Refused(
                        Reason.BackendNotFound,
                        "XBackend '"
                                + namespace
                                + "/"
                                + to.name()
                                + "' has no port "
                                + to.port().getAsInt())
                : found;
    }

    private Backend filter(RouteView route, ExtensionReference to) {
        Optional<Resource<RouteExtension>> found =
                RouteExtensions.find(facts.resources(), route.namespace(), to);
        if (found.isPresent()) {
            return new Backend.Filter(found.get().spec());
        }
        return RouteExtensions.isOne(to)
                ? new Refused(
                        Reason.FilterNotFound,
                        "there is no HTTPRouteFilter '"
                                + route.namespace()
                                + "/"
                                + to.name()
                                + "' that can be used")
                : new Refused(
                        Reason.InvalidKind,
                        "filters of kind '"
                                + to.kind()
                                + "."
                                + to.group().orElse("")
                                + "' are not known (expected: HTTPRouteFilter of heddle.dev)");
    }

    private Backend service(RouteView route, BackendReference to) {
        String namespace = to.namespace().orElse(route.namespace());
        Optional<Refused> refused = refused(route, to, Grants.Type.SERVICE, namespace);
        if (refused.isPresent()) {
            return refused.get();
        }
        Optional<MeshService> service = facts.service(namespace, to.name());
        if (service.isEmpty()) {
            boolean isAlias =
                    facts.resources()
                            .find(Kinds.SERVICE, namespace, to.name())
                            .map(Resource::spec)
                            .filter(s -> s.type() == Service.Type.ExternalName)
                            .isPresent();
            return new Refused(
                    Reason.BackendNotFound,
                    isAlias
                            ? "Service '"
                                    + namespace
                                    + "/"
                                    + to.name()
                                    + "' is an ExternalName, which routes cannot be led to"
                            : "there is no Service '" + namespace + "/" + to.name() + "'");
        }
        return port(
                route, service.get(), to.port(), "Service '" + namespace + "/" + to.name() + "'");
    }

    private Backend imported(RouteView route, BackendReference to) {
        String namespace = to.namespace().orElse(route.namespace());
        Optional<Refused> refused = refused(route, to, Grants.Type.SERVICE_IMPORT, namespace);
        if (refused.isPresent()) {
            return refused.get();
        }
        String shown = "ServiceImport '" + namespace + "/" + to.name() + "'";
        return facts.imported(namespace, to.name())
                .map(service -> port(route, service, to.port(), shown))
                .orElseGet(() -> new Refused(Reason.BackendNotFound, "there is no " + shown));
    }

    private Backend host(RouteView route, BackendReference to) {
        if (to.namespace().isPresent()) {
            return new Refused(
                    Reason.InvalidKind, "a Hostname is in no namespace, so none may be named");
        }
        Hostname host = new Hostname(to.name());
        return facts.services()
                .find(host, route.namespace())
                .map(s -> port(route, s, to.port(), "host '" + host + "'"))
                .orElseGet(() ->
                        new Refused(Reason.BackendNotFound, "there is no host '" + host + "'"));
    }

    private Backend entry(RouteView route, BackendReference to) {
        String namespace = to.namespace().orElse(route.namespace());
        Optional<Refused> refused =
                refused(route, to, new Grants.Type(ISTIO, "ServiceEntry"), namespace);
        if (refused.isPresent()) {
            return refused.get();
        }
        String shown = "ServiceEntry '" + namespace + "/" + to.name() + "'";
        List<MeshService> hosts = facts.entry(namespace, to.name());
        if (hosts.size() != 1) {
            return new Refused(
                    Reason.BackendNotFound,
                    hosts.isEmpty()
                            ? "there is no " + shown
                            : shown + " has " + hosts.size() + " hosts (expected: one)");
        }
        return port(route, hosts.getFirst(), to.port(), shown);
    }

    private Optional<Refused> refused(
            RouteView route, BackendReference to, Grants.Type type, String namespace) {
        return isOfMesh || facts.grants().allows(route.resource().id(), type, namespace, to.name())
                ? Optional.empty()
                : Optional.of(
                        new Refused(
                                Reason.RefNotPermitted,
                                "no ReferenceGrant in '"
                                        + namespace
                                        + "' lets a "
                                        + route.type().kind().name()
                                        + " of '"
                                        + route.namespace()
                                        + "' name "
                                        + type.kind()
                                        + " '"
                                        + to.name()
                                        + "'"));
    }

    private static Backend port(
            RouteView route, MeshService service, OptionalInt port, String shown) {
        List<dev.heddle.model.service.Service.Port> ports = service.service().ports();
        Optional<dev.heddle.model.service.Service.Port> chosen =
                port.isPresent()
                        ? service.service().port(port.getAsInt())
                        : ports.size() == 1 ? Optional.of(ports.getFirst()) : Optional.empty();
        if (chosen.isEmpty()) {
            return new Refused(
                    Reason.BackendNotFound,
                    port.isPresent()
                            ? shown + " has no port " + port.getAsInt()
                            : shown + " has " + ports.size() + " ports, and none is named");
        }
        boolean isDatagrams = chosen.get().protocol() == AppProtocol.UDP;
        if (isDatagrams != (route.type() == RouteType.UDP)) {
            return new Refused(
                    Reason.UnsupportedProtocol,
                    shown
                            + " has "
                            + (isDatagrams ? "datagrams" : "connections")
                            + " at port "
                            + chosen.get().number()
                            + ", and a "
                            + route.type().kind().name()
                            + " has not");
        }
        return new Backend.To(
                service.service().host(),
                service.service().namespace(),
                chosen.get().number(),
                chosen.get().protocol(),
                service.registry() == Registry.ENTRY);
    }
}
