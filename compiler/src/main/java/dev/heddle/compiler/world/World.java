package dev.heddle.compiler.world;

import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.Ingresses;
import dev.heddle.compiler.select.MeshConfigs;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.ProxyConfigs;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.Namespaces;
import dev.heddle.compiler.service.WorkloadGroups;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.ProxyConfig;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshProxyConfig;
import dev.heddle.model.mesh.MeshProxyConfig.InterceptionMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Everything known about the mesh at one moment, under one number. Immutable.
///
/// @param version grows by one with every change that is put in force
/// @param resources what users and registries say
/// @param settings what Istio calls MeshConfig, as far as it is in force
/// @param index the same resources, prepared for look-ups once for all proxies
public record World(long version, Resources resources, MeshSettings settings, MeshIndex index) {
    private static final String METADATA = "proxyMetadata";
    private static final String DNS_CAPTURE = "DNS_CAPTURE";

    /// A world of resources, which get their index here. Costs time in proportion to them.
    ///
    /// @param settings where the resources say nothing else
    public static World of(long version, Resources resources, MeshSettings settings) {
        MeshSettings said = settings.with(resources);
        Resources known = known(resources, said);
        return new World(version, known, said, MeshIndex.of(all(known, said), said.index()));
    }

    /// The world after this one: equal to one that is made anew, and with this one's objects
    /// wherever nothing has changed that they were made of. That is how who compiled this one can
    /// tell what is left to do, and costs hardly more than to look at each resource once.
    ///
    /// @param others all that there are then
    /// @param said as for [#of]
    public World next(long number, Resources others, MeshSettings said) {
        MeshSettings then = said.with(others);
        MeshSettings kept = then.equals(settings) ? settings : then;
        Resources known = known(others, kept).keeping(resources);
        Resources all = all(known, kept);
        // What Ingresses come to has its lines from all of them.
        boolean isMadeAlike =
                known.hasTheSame(resources, Kinds.INGRESS, Kinds.INGRESS_CLASS, Kinds.SERVICE);
        return new World(
                number,
                known,
                kept,
                index.next(isMadeAlike ? all.keeping(index.resources()) : all, kept.index()));
    }

    private static Resources known(Resources resources, MeshSettings settings) {
        return WorkloadGroups.merged(
                Namespaces.discovered(
                        resources,
                        settings.config().map(MeshConfig::discoverySelectors).orElse(List.of()),
                        settings.home()));
    }

    /// With what Ingresses come to.
    private static Resources all(Resources known, MeshSettings settings) {
        return Ingresses.of(known, settings.config()).resources();
    }

    /// The cluster that a proxy is in, where that counts; else empty.
    public String site(ProxyScope scope) {
        return index.services().isSomeClusterLocal() ? scope.clusterId() : "";
    }

    /// The services that the workload of a proxy is part of.
    public List<MeshService> services(ProxyScope scope) {
        return index.services().of(scope.namespace(), scope.labels(), scope.node().addresses());
    }

    /// The scope as far as it makes a difference here: addresses that no service lists tell no two
    /// proxies apart.
    public ProxyScope effective(ProxyScope scope) {
        return scope.node().addresses().isEmpty()
                ? scope
                : scope.at(index.services().known(scope.node().addresses()));
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

    /// The Telemetries that count for a proxy, the widest first.
    public List<Same<Resource<Telemetry>>> telemetries(ProxyScope scope) {
        return Same.each(index.telemetries().of(scope.namespace(), scope.labels()));
    }

    /// Whether the kernel sends a sidecar its workload's questions for names: Istio's
    /// `ISTIO_META_DNS_CAPTURE`, as the proxy's node says it, or else those who say how it is run.
    public boolean answersNames(ProxyScope scope) {
        if (!(scope.interception() instanceof Interception.Redirect)) {
            return false;
        }
        String said = scope.node().metadata().get(DNS_CAPTURE);
        return Boolean.parseBoolean(
                said == null
                        ? process(scope).environment().getOrDefault(MeshProxyConfig.DNS_CAPTURE, "")
                        : said);
    }

    /// What somebody says of how a proxy is run.
    ///
    /// @param origin where each field stands, by its name
    /// @param variables what the field with the variables is called there
    public record Said(ProcessOptions options, Function<String, Origin> origin, String variables) {}

    /// Everything that is said of how a proxy is run, in Istio's order, what goes before the rest
    /// first: a ProxyConfig that chooses the workload, the workload's own annotation, the
    /// ProxyConfigs of its namespace and of the root namespace, the mesh's `defaultConfig`.
    public List<Said> processes(ProxyScope scope) {
        ProxyConfigs configs =
                ProxyConfigs.of(
                        resources, settings.rootNamespace(), scope.namespace(), scope.labels());
        Origin annotation = WorkloadAnnotations.origin(scope.namespace());
        var said = new ArrayList<Said>();
        configs.workload().map(World::said).ifPresent(said::add);
        said.add(new Said(scope.annotations().process(), _ -> annotation, METADATA));
        configs.namespace().map(World::said).ifPresent(said::add);
        configs.root().map(World::said).ifPresent(said::add);
        if (settings.config().isPresent()) {
            said.add(new Said(settings.process(), this::originOfDefault, METADATA));
        }
        return said;
    }

    /// Reads the settings again, so it is asked for by findings alone.
    private Origin originOfDefault(String field) {
        return MeshConfigs.of(resources, settings.home())
                .inForce()
                .map(chosen -> chosen.originOfDefault(field))
                .orElseGet(() ->
                        new Origin(
                                "MeshConfig",
                                FieldPath.of("defaultConfig", field),
                                "",
                                Position.UNKNOWN));
    }

    private static Said said(Resource<ProxyConfig> config) {
        return new Said(
                ProcessOptions.of(config.spec()),
                field -> config.origin(FieldPath.of("spec", field)),
                "environmentVariables");
    }

    /// How a proxy of that scope is to be run.
    public ProcessOptions process(ProxyScope scope) {
        return processes(scope).stream()
                .map(Said::options)
                .reduce(ProcessOptions.NONE, ProcessOptions::over);
    }
}
