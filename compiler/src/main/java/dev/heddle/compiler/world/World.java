package dev.heddle.compiler.world;

import dev.heddle.compiler.select.Ingresses;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.Namespaces;
import dev.heddle.compiler.service.WorkloadGroups;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.model.Resources;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshProxyConfig.InterceptionMode;
import java.util.List;
import java.util.Optional;

/// Everything known about the mesh at one moment, under one number. Immutable.
///
/// @param version grows by one with every change that is put in force
/// @param resources what users and registries say
/// @param settings what Istio calls MeshConfig, as far as it is in force
/// @param index the same resources, prepared for look-ups once for all proxies
public record World(long version, Resources resources, MeshSettings settings, MeshIndex index) {

    /// A world of resources, which get their index here. Costs time in proportion to them.
    ///
    /// @param settings where the resources say nothing else
    public static World of(long version, Resources resources, MeshSettings settings) {
        MeshSettings said = settings.with(resources);
        Resources known =
                WorkloadGroups.merged(
                        Namespaces.discovered(
                                resources,
                                said.config().map(MeshConfig::discoverySelectors).orElse(List.of()),
                                said.home()));
        return new World(
                version,
                known,
                said,
                MeshIndex.of(
                        Ingresses.of(known, said.config()).resources(),
                        said.rootNamespace(),
                        said.domain(),
                        said.defaultRetry(),
                        said.config()));
    }

    /// The cluster that a proxy is in, where that counts; else empty.
    public String site(ProxyScope scope) {
        return index.services().isSomeClusterLocal() ? scope.clusterId() : "";
    }

    /// What proxies of that outlook know of the mesh. Costs time in proportion to its services.
    public SidecarScope scope(Outlook outlook) {
        return SidecarScope.of(
                index,
                outlook.namespace(),
                outlook.labels(),
                index.sidecars().find(outlook.sidecar()));
    }

    /// What counts for a proxy's listeners: its workload's own words over the mesh's. How traffic
    /// gets into the proxy is what the proxy itself says, if it does.
    public ProxyOptions options(ProxyScope scope) {
        ProxyOptions said = scope.annotations().options().over(settings.proxies());
        return switch (scope.interception()) {
            case Interception.Redirect(Interception.Kernel kernel) ->
                    switch (kernel) {
                        case UNSAID -> said;
                        case REDIRECT -> said.intercepting(Optional.of(InterceptionMode.REDIRECT));
                        case TPROXY -> said.intercepting(Optional.of(InterceptionMode.TPROXY));
                    };
            case Interception.Explicit _ -> said.intercepting(Optional.of(InterceptionMode.NONE));
        };
    }
}
