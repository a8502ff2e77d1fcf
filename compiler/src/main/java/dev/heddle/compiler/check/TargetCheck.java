package dev.heddle.compiler.check;

import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.ListenerSet;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.TargetRef;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Looks whether there is what policies are for.
///
/// @param policy whose targets are looked at
record TargetCheck(MeshIndex index, Resource<?> policy, Diagnostics findings) {
    private static final List<Kind<?>> OF_GATEWAYS =
            List.of(
                    Kinds.KUBERNETES_GATEWAY,
                    Kinds.LISTENER_SET,
                    Kinds.HTTP_ROUTE,
                    Kinds.GRPC_ROUTE,
                    Kinds.GATEWAY,
                    Kinds.VIRTUAL_SERVICE);

    /// A service that is meant, and which of its ports.
    record Meant(MeshService service, List<Port> ports) {}

    /// Whether a target is a gateway, a part of one, or a route.
    static boolean isOfGateways(TargetRef ref) {
        return kind(ref).isPresent();
    }

    private static Optional<Kind<?>> kind(TargetRef ref) {
        return OF_GATEWAYS.stream()
                .filter(kind -> kind.name().equals(ref.kind()) && kind.group().equals(ref.group()))
                .findFirst();
    }

    /// The services that a target means, of which there is one, or several under one name; none
    /// with a finding.
    List<Meant> services(TargetRef target, FieldPath path) {
        String namespace = policy.metadata().namespace();
        List<MeshService> services =
                index.services().all().stream().filter(s -> s.isTarget(namespace, target)).toList();
        if (services.isEmpty()) {
            missing(target, path, "services");
        }
        return services.stream().map(s -> new Meant(s, ports(s, target, path))).toList();
    }

    private List<Port> ports(MeshService service, TargetRef target, FieldPath path) {
        List<Port> ports =
                service.service().ports().stream()
                        .filter(p ->
                                target.sectionName().isEmpty()
                                        || p.name().equals(target.sectionName()))
                        .toList();
        if (ports.isEmpty()) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    policy.origin(path.field("sectionName")),
                    "'%s' has no port '%s'".formatted(target.name(), target.sectionName()),
                    "Its ports are " + service.service().ports().stream().map(Port::name).toList());
        }
        return ports;
    }

    /// Whether there is a target that is a gateway, a part of one, or a route; a finding says what
    /// there is not.
    ///
    /// @param unasked what becomes of calls inside of the mesh
    /// @param instead what does it there
    boolean gateway(TargetRef ref, FieldPath path, String unasked, String instead) {
        Optional<Resource<?>> target = kind(ref).flatMap(kind -> find(kind, ref.name()));
        if (target.isEmpty()) {
            missing(ref, path, "gateways and routes");
            return false;
        }
        List<String> sections = sections(target.get());
        if (!ref.sectionName().isEmpty() && !sections.contains(ref.sectionName())) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    policy.origin(path.field("sectionName")),
                    "%s '%s' has no '%s'".formatted(ref.kind(), ref.name(), ref.sectionName()),
                    "It has " + sections);
        }
        if (!isAtGateways(target.get())) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    policy.origin(path),
                    "%s '%s' is for calls inside of the mesh alone, which are %s"
                            .formatted(ref.kind(), ref.name(), unasked),
                    instead + ", or attach it to a Gateway");
        }
        return true;
    }

    private void missing(TargetRef ref, FieldPath path, String kinds) {
        findings.add(
                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                policy.origin(path.field("name")),
                "there is no %s '%s' in namespace '%s'"
                        .formatted(ref.kind(), ref.name(), policy.metadata().namespace()),
                "A policy is for %s of its own namespace; correct the name, or move it"
                        .formatted(kinds));
    }

    private <S> Optional<Resource<?>> find(Kind<S> kind, String name) {
        return index.resources()
                .find(kind, policy.metadata().namespace(), name)
                .map(resource -> resource);
    }

    /// Whether requests come to it through a gateway. What is delegated to comes as who delegates.
    private static boolean isAtGateways(Resource<?> target) {
        return switch (target.spec()) {
            case VirtualService rules ->
                    rules.hosts().isEmpty()
                            || rules.gateways().stream()
                                    .anyMatch(it -> !it.equals(BoundVirtualService.MESH));
            case Route<?> route ->
                    route.wantsDefaults()
                            || route.parentRefs().stream()
                                    .anyMatch(it ->
                                            !it.kind().orElse("Gateway").startsWith("Service"));
            default -> true;
        };
    }

    /// The names of the parts of something.
    private static List<String> sections(Resource<?> target) {
        Stream<String> names =
                switch (target.spec()) {
                    case dev.heddle.model.gatewayapi.Gateway gateway ->
                            gateway.listeners().stream().map(l -> l.name());
                    case ListenerSet set -> set.listeners().stream().map(l -> l.name());
                    case dev.heddle.model.gatewayapi.HttpRoute route ->
                            route.rules().stream().flatMap(r -> r.name().stream());
                    case dev.heddle.model.gatewayapi.GrpcRoute route ->
                            route.rules().stream().flatMap(r -> r.name().stream());
                    case dev.heddle.model.istio.Gateway gateway ->
                            gateway.servers().stream()
                                    .flatMap(s -> Stream.of(s.port().name(), s.name()));
                    case VirtualService rules -> rules.http().stream().map(r -> r.name());
                    default -> Stream.of();
                };
        return names.filter(name -> !name.isEmpty()).distinct().toList();
    }
}
