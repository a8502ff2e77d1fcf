package dev.heddle.compiler.xds.patch;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.istio.EnvoyFilter.PatchContext;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// What the EnvoyFilters of a proxy made of its configuration.
///
/// @param touches what was changed, in the order in which it was
/// @param findings patches that found nothing to change
public record Patched(Snapshot snapshot, List<Touch> touches, List<Diagnostic> findings) {

    public Patched {
        touches = List.copyOf(touches);
        findings = List.copyOf(findings);
    }

    /// Makes the patches that are for a proxy.
    ///
    /// @param filters of the world, for the proxy's namespace
    public static Patched of(
            EnvoyFilters filters, World world, ProxyScope scope, Snapshot snapshot) {
        List<Patch> patches =
                filters.patches(scope).stream()
                        .filter(patch -> patch.applyTo() != ApplyTo.BOOTSTRAP)
                        .toList();
        if (patches.isEmpty()) {
            return new Patched(snapshot, List.of(), List.of());
        }
        var run = new PatchRun(patches);
        List<String> hosts =
                world.services(scope).stream()
                        .map(MeshService::service)
                        .map(service -> service.host().toString())
                        .toList();
        var resources = new EnumMap<>(snapshot.resources());
        var work = new Work(run, scope.role(), hosts);
        if (run.has(ApplyTo.CLUSTER)) {
            resources.put(XdsType.CLUSTER, work.clusters(snapshot.of(XdsType.CLUSTER)));
        }
        if (RoutePatches.any(run)) {
            resources.put(XdsType.ROUTE, work.routes(snapshot.of(XdsType.ROUTE)));
        }
        if (ListenerPatches.any(run)) {
            resources.put(XdsType.LISTENER, work.listeners(snapshot.of(XdsType.LISTENER)));
        }
        return new Patched(
                new Snapshot(snapshot.version(), resources), run.touches(), unused(run, scope));
    }

    /// What is wrong with the EnvoyFilters of a world, whichever proxies they are for.
    public static List<Diagnostic> check(List<Resource<EnvoyFilter>> filters) {
        var findings = new Diagnostics();
        filters.forEach(filter -> PatchReader.read(filter, findings));
        return findings.toList();
    }

    private static List<Diagnostic> unused(PatchRun run, ProxyScope scope) {
        var findings = new Diagnostics();
        for (Patch patch : run.unused()) {
            // What is meant for many proxies need not fit every one of them.
            if (patch.isSelected() && isOf(patch.match().context(), scope.role())) {
                findings.add(
                        DiagnosticCode.PATCHES_NOTHING,
                        patch.origin(),
                        patch.what() + " finds nothing to change in a proxy that it is for",
                        "Compare its match with what that proxy is told: 'heddle compile'");
            }
        }
        return findings.toList();
    }

    private static boolean isOf(PatchContext context, Role role) {
        return switch (context) {
            case ANY -> true;
            case SIDECAR_INBOUND, SIDECAR_OUTBOUND -> role == Role.SIDECAR;
            case GATEWAY -> role == Role.GATEWAY;
            case WAYPOINT -> false;
        };
    }

    /// Patches all resources of a type.
    private record Work(PatchRun run, Role role, List<String> hosts) {

        private PatchContext context(boolean isInbound) {
            return switch (role) {
                case GATEWAY -> PatchContext.GATEWAY;
                case SIDECAR ->
                        isInbound ? PatchContext.SIDECAR_INBOUND : PatchContext.SIDECAR_OUTBOUND;
            };
        }

        NamedResources clusters(NamedResources all) {
            var patches = new ClusterPatches(run, hosts);
            Map<String, XdsResource> patched =
                    each(
                            all,
                            Cluster.getDefaultInstance(),
                            cluster -> patches.of(cluster, context(isInbound(cluster.getName()))));
            add(ApplyTo.CLUSTER, XdsType.CLUSTER, patched, Cluster.class, Cluster::getName);
            return NamedResources.of(patched);
        }

        private static boolean isInbound(String name) {
            return name.startsWith("inbound|") || name.startsWith("Inbound");
        }

        NamedResources routes(NamedResources all) {
            return NamedResources.of(
                    each(
                            all,
                            RouteConfiguration.getDefaultInstance(),
                            table ->
                                    Optional.of(
                                            new RoutePatches(
                                                            run,
                                                            context(isInbound(table.getName())),
                                                            XdsType.ROUTE,
                                                            table.getName())
                                                    .of(table))));
        }

        NamedResources listeners(NamedResources all) {
            Map<String, XdsResource> patched =
                    each(
                            all,
                            Listener.getDefaultInstance(),
                            listener ->
                                    new ListenerPatches(
                                                    run,
                                                    context(
                                                            listener.getTrafficDirection()
                                                                    == TrafficDirection.INBOUND),
                                                    listener.getName())
                                            .of(listener));
            add(ApplyTo.LISTENER, XdsType.LISTENER, patched, Listener.class, Listener::getName);
            return NamedResources.of(patched);
        }

        /// Adds what patches add, but nothing in the place of what is there.
        private <M extends Message> void add(
                ApplyTo applyTo,
                XdsType type,
                Map<String, XdsResource> to,
                Class<M> message,
                Function<M, String> name) {
            for (Patch patch : run.of(applyTo)) {
                boolean isMade = patch.adds(context(true)) || patch.adds(context(false));
                if (isMade) {
                    M added = message.cast(patch.value().orElseThrow());
                    String called = name.apply(added);
                    if (!called.isEmpty()
                            && to.putIfAbsent(called, XdsResource.of(called, added)) == null) {
                        run.touched(patch, type, called);
                    }
                }
            }
        }

        private static <M extends Message> Map<String, XdsResource> each(
                NamedResources all, M type, Function<M, Optional<M>> patch) {
            var patched = new TreeMap<String, XdsResource>();
            all.forEach((name, resource) -> {
                M before = unpacked(resource, type);
                patch.apply(before)
                        .ifPresent(after ->
                                patched.put(
                                        name,
                                        after.equals(before)
                                                ? resource
                                                : XdsResource.of(name, after)));
            });
            return patched;
        }

        private static <M extends Message> M unpacked(XdsResource resource, M type) {
            try {
                return TypedConfigs.unpack(resource.body().toProto(), type);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(
                        resource.name() + " does not hold what its type says", e);
            }
        }
    }
}
