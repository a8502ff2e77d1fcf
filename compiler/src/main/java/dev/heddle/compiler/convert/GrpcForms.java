package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.RuleForms.Result;
import dev.heddle.compiler.convert.RuleForms.Way;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.lower.istio.ActionLowering;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.world.World;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import java.util.List;
import java.util.Optional;

/// Finds VirtualServices that are for calls of gRPC alone.
///
/// @param defaultRetry what the mesh does where no rule says retries
record GrpcForms(World world, Backends backends, Optional<Retry> defaultRetry) {

    /// The rules as those of a GRPCRoute, where all of them lead to ports for gRPC, a GRPCRoute can
    /// say them without a loss, and nobody else has rules for the hosts: the Gateway API wants a
    /// host to have routes of one kind.
    Optional<List<GrpcRoute.Rule>> of(BoundVirtualService service, Way way) {
        boolean isOfCalls =
                service.http().stream()
                        .allMatch(rule ->
                                ActionLowering.takers(rule.spec()).stream()
                                        .allMatch(to ->
                                                backends.protocol(
                                                                to.destination(),
                                                                rule.namespace(),
                                                                way)
                                                        .filter(p -> p == AppProtocol.GRPC)
                                                        .isPresent()));
        if (!isOfCalls || !isAlone(service)) {
            return Optional.empty();
        }
        // What comes of it is looked at before anything is made.
        var lost = new Losses();
        var made = new Documents(world.resources(), lost);
        var trial =
                new RuleForms(
                        new Backends(
                                world.index(), new Versions(world.index(), made, lost), made, lost),
                        defaultRetry,
                        lost);
        Result result = trial.of(service, way, Kinds.GRPC_ROUTE);
        return lost.toList().isEmpty() ? GrpcRules.of(result) : Optional.empty();
    }

    private boolean isAlone(BoundVirtualService service) {
        return world.index().virtualServices().all().stream()
                .filter(o -> !o.name().equals(service.name()))
                .filter(o -> o.gateways().stream().anyMatch(service::isFor))
                .flatMap(o -> o.hosts().stream())
                .noneMatch(h -> service.hosts().stream().anyMatch(h::overlaps));
    }

    /// Whether a port of the mesh is for gRPC.
    static boolean isForCalls(MeshForms.Parent parent) {
        return parent.service()
                .service()
                .port(parent.way().port())
                .filter(p -> p.protocol() == AppProtocol.GRPC)
                .isPresent();
    }
}
