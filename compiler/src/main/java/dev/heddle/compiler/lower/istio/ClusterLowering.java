package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.Cluster.ServiceRef;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.MergedRule.OwnedSubset;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Service.Port;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lowers services, with the DestinationRules that are in force for them, into clusters: one for
/// each port, and one more for each port and subset.
public final class ClusterLowering {
    private final SidecarScope scope;
    private final PoolDefaults otherwise;
    private final MeshSettings mesh;
    private final Outlook.Place place;
    private final boolean redirected;
    private final ClientTlsLowering tls;
    private final List<Cluster> clusters = new ArrayList<>();
    private final List<LoadAssignment> assignments = new ArrayList<>();

    /// @param scope what these proxies know
    /// @param secrets takes those that the clusters name
    public ClusterLowering(World world, Outlook outlook, SidecarScope scope, TlsSecrets secrets) {
        this.scope = scope;
        this.otherwise = PoolDefaults.of(world.settings());
        this.mesh = world.settings();
        this.place = outlook.place();
        this.redirected = outlook.calls() == Outlook.Calls.REDIRECTED;
        this.tls = new ClientTlsLowering(secrets);
    }

    /// Adds the clusters of all ports of a service.
    public void add(MeshService service) {
        Optional<MergedRule> rule = scope.destinationRule(service);
        for (Port port : service.service().ports()) {
            if (port.protocol() == AppProtocol.UDP) {
                continue;
            }
            add(service, port, rule, Optional.empty());
            rule.ifPresent(r -> r.subsets().forEach(s -> add(service, port, rule, Optional.of(s))));
        }
    }

    /// The clusters so far, in the order in which they were added.
    public List<Cluster> clusters() {
        return List.copyOf(clusters);
    }

    /// The hosts of those clusters that find theirs by EDS.
    public List<LoadAssignment> assignments() {
        return List.copyOf(assignments);
    }

    private void add(
            MeshService service,
            Port port,
            Optional<MergedRule> rule,
            Optional<OwnedSubset> subset) {
        String subsetName = subset.map(s -> s.subset().name()).orElse("");
        String host = service.service().host().name();
        String name = ClusterName.outbound(port.number(), subsetName, host);
        Map<String, String> labels = subset.map(s -> s.subset().labels()).orElse(Map.of());
        TrafficPolicies policy = TrafficPolicies.of(rule, subsetName, port.number());
        LocalityLowering localities = policy.localities(service, mesh, place);
        LoadAssignment hosts = Assignments.of(name, service, port.number(), labels, localities);
        Discovery discovery = discovery(service, policy, hosts);
        Origin origin =
                subset.map(OwnedSubset::origin)
                        .or(() -> rule.map(MergedRule::origin))
                        .orElse(service.service().origin());
        clusters.add(
                new Cluster(
                        name,
                        discovery,
                        discovery instanceof Discovery.OriginalDestination
                                ? new LoadBalancing.ByCluster()
                                : policy.loadBalancing(),
                        localities.places(),
                        policy.protocol(port.protocol(), otherwise),
                        policy.connectionPool(otherwise),
                        policy.tls().flatMap(t -> tls.lower(t, service.service().host(), origin)),
                        Optional.of(
                                new ServiceRef(
                                        host,
                                        service.metadata().name(),
                                        service.service().namespace(),
                                        subsetName,
                                        port.number())),
                        false,
                        rule.map(MergedRule::config).orElse(""),
                        origin));
        if (discovery instanceof Discovery.Eds) {
            assignments.add(hosts);
        }
    }

    /// A service that is not resolved goes to where the connection was meant to go. Where nobody
    /// knows that (gateways, explicit listeners), it goes to the endpoints that are known.
    private Discovery discovery(MeshService service, TrafficPolicies policy, LoadAssignment hosts) {
        if (policy.passesThrough() && redirected) {
            return new Discovery.OriginalDestination("");
        }
        Resolution resolution = service.service().resolution();
        return switch (resolution) {
            case STATIC -> new Discovery.Eds();
            case DNS -> new Discovery.StrictDns(hosts);
            case PASSTHROUGH ->
                    redirected ? new Discovery.OriginalDestination("") : new Discovery.Eds();
        };
    }
}
