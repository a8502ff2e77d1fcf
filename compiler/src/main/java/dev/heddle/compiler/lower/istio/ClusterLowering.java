package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.attach.BackendTls;
import dev.heddle.compiler.attach.GatewayApi;
import dev.heddle.compiler.ir.CircuitBreaker;
import dev.heddle.compiler.ir.ClientTls;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.Cluster.ServiceRef;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.ConnectionPool;
import dev.heddle.compiler.ir.Health;
import dev.heddle.compiler.ir.HealthCheck;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.Places;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.select.BackendTrafficPolicies;
import dev.heddle.compiler.select.BackendTrafficPolicies.Section;
import dev.heddle.compiler.select.DestinationRules;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.MergedRule.OwnedSubset;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.PeerAuthentications;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.XBackendTrafficPolicy;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.OutlierDetection;
import dev.heddle.model.istio.PeerAuthentication.MutualTls.Mode;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.policy.BackendTrafficPolicy;
import dev.heddle.model.policy.BackendTrafficPolicy.PeakEwma;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import dev.heddle.model.service.Service.Resolution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Lowers services, with the DestinationRules that are in force for them, into clusters: one for
/// each port, and one more for each port and subset.
public final class ClusterLowering {
    /// Proxies look names up no more often.
    private static final Duration LEAST_REFRESH = Duration.ofMillis(1);

    private final MeshIndex index;
    private final SidecarScope scope;
    private final List<MeshService> services;
    private final PoolDefaults otherwise;
    private final MeshSettings mesh;
    private final Outlook.Place place;
    private final Optional<OutlierDetection> outliers;
    private final BackendTrafficPolicies policies;
    private final boolean redirected;
    private final boolean isGateway;
    private final RoutedPorts routed;
    private final String site;
    private final String certificate;
    private final Optional<Duration> dnsRefresh;
    private final TlsSecrets secrets;
    private final ClientTlsLowering tls;
    private final Pieces pieces;
    private final MeshTls meshTls;
    private final boolean tellsWorkloads;
    private final List<Cluster> clusters = new ArrayList<>();
    private final List<LoadAssignment> assignments = new ArrayList<>();

    /// All that counts for the clusters of all services, beside the outlook and the mesh's
    /// settings.
    record All(
            List<Same<MeshService>> services,
            Same<DestinationRules> rules,
            Same<BackendTrafficPolicies> policies,
            Optional<Same<PeerAuthentications>> peers,
            Same<GatewayApi> gatewayApi,
            Optional<Same<Credentials>> secrets) {}

    /// All that counts for the clusters of a service, beside the outlook and the mesh's settings.
    ///
    /// @param rules DestinationRules that are in force for it
    /// @param policies that name it
    /// @param peers how strict its workloads are, as far as it counts
    /// @param tls what the Gateway API's policies say of connections to its ports
    /// @param traffic the Gateway API's policy that names it
    /// @param datagrams those of its ports to which datagrams are led
    /// @param calls those that do not say what they speak, and to which calls of gRPC are led
    /// @param secrets that there are, as far as some rule may name one
    record Parts(
            Same<MeshService> service,
            List<Same<Resource<DestinationRule>>> rules,
            List<Same<Resource<BackendTrafficPolicy>>> policies,
            Optional<PeerAuthentications.Home> peers,
            List<BackendTls> tls,
            Optional<Same<Resource<XBackendTrafficPolicy>>> traffic,
            List<Integer> datagrams,
            List<Integer> calls,
            Optional<Same<Credentials>> secrets) {}

    /// What one service comes to.
    record Made(List<Cluster> clusters, List<LoadAssignment> assignments, List<TlsSecret> secrets) {
        Made {
            clusters = List.copyOf(clusters);
            assignments = List.copyOf(assignments);
            secrets = List.copyOf(secrets);
        }
    }

    /// @param scope what these proxies know
    /// @param secrets takes those that the clusters name
    /// @param pieces made before, and to keep
    public ClusterLowering(
            World world, Outlook outlook, SidecarScope scope, TlsSecrets secrets, Pieces pieces) {
        this.index = world.index();
        this.scope = scope;
        Stream<MeshService> external =
                outlook.external().stream().flatMap(h -> index.gatewayApi().external(h).stream());
        this.services = Stream.concat(scope.services().stream(), external).toList();
        this.otherwise = PoolDefaults.of(world.settings());
        this.mesh = world.settings();
        this.place = outlook.place();
        this.outliers = world.settings().defaultOutliers();
        this.policies = index.backendPolicies();
        this.redirected = outlook.calls() == Outlook.Calls.REDIRECTED;
        this.isGateway = outlook.calls() == Outlook.Calls.GATEWAY;
        this.routed = new RoutedPorts(index.gatewayApi(), isGateway);
        this.site = outlook.site();
        this.certificate = outlook.certificate();
        this.dnsRefresh =
                world.settings()
                        .config()
                        .flatMap(MeshConfig::dnsRefreshRate)
                        .filter(t -> t.compareTo(LEAST_REFRESH) >= 0);
        this.secrets = secrets;
        this.tls = new ClientTlsLowering(secrets);
        this.pieces = pieces;
        this.meshTls = MeshTls.of(world.settings(), outlook.hasIdentity());
        this.tellsWorkloads =
                world.index()
                        .observers()
                        .count(outlook.telemetries().stream().map(Same::get).toList());
    }

    /// Adds the clusters of all ports of all services that are known.
    public void addAll() {
        var all =
                new All(
                        Same.each(services),
                        Same.as(index.destinationRules()),
                        Same.as(policies),
                        Optional.of(index.peers()).filter(_ -> meshTls.isAutomatic()).map(Same::as),
                        Same.as(index.gatewayApi()),
                        secrets.read());
        Made made = pieces.allClusters.get(all, _ -> lowerAll());
        clusters.addAll(made.clusters());
        assignments.addAll(made.assignments());
        made.secrets().forEach(secrets::add);
    }

    private Made lowerAll() {
        var all = new ArrayList<Cluster>();
        var hosts = new ArrayList<LoadAssignment>();
        TlsSecrets named = secrets.others();
        for (MeshService service : services) {
            Optional<MergedRule> rule =
                    isExternal(service) ? Optional.empty() : scope.destinationRule(service);
            List<BackendTls> said = policyTls(service);
            var parts =
                    new Parts(
                            Same.as(service),
                            rule.map(r -> Same.each(r.rules())).orElse(List.of()),
                            Same.each(policies.of(service)),
                            peers(service).filter(_ -> meshTls.isAutomatic()),
                            said,
                            traffic(service).map(Same::as),
                            routed.datagrams(service),
                            routed.calls(service),
                            secrets.read().filter(_ -> rule.isPresent() || !said.isEmpty()));
            Made made = pieces.clusters.get(parts, _ -> lower(service, rule));
            all.addAll(made.clusters());
            hosts.addAll(made.assignments());
            made.secrets().forEach(named::add);
        }
        return new Made(all, hosts, named.all());
    }

    /// Whether it is an XBackend, whose TLS and protocol no rule for all hosts takes away.
    private static boolean isExternal(MeshService service) {
        return service.registry() == Registry.BACKEND;
    }

    /// The clusters of all ports of a service.
    private Made lower(MeshService service, Optional<MergedRule> rule) {
        TlsSecrets own = secrets.others();
        var made = new Lowered(new ArrayList<>(), new ArrayList<>(), new ClientTlsLowering(own));
        List<Integer> datagrams = routed.datagrams(service);
        for (Port port : service.service().ports()) {
            if (port.protocol() == AppProtocol.UDP) {
                if (datagrams.contains(port.number())) {
                    lower(service, port, rule, Optional.empty(), made);
                }
                continue;
            }
            lower(service, port, rule, Optional.empty(), made);
            rule.ifPresent(r ->
                    r.subsets().forEach(s -> lower(service, port, rule, Optional.of(s), made)));
        }
        return new Made(made.clusters(), made.assignments(), own.all());
    }

    /// What becomes of a service, until it is whole.
    private record Lowered(
            List<Cluster> clusters, List<LoadAssignment> assignments, ClientTlsLowering tls) {}

    /// The clusters so far, in the order in which they were added.
    public List<Cluster> clusters() {
        return List.copyOf(clusters);
    }

    /// The hosts of those clusters that find theirs by EDS.
    public List<LoadAssignment> assignments() {
        return List.copyOf(assignments);
    }

    private void lower(
            MeshService service,
            Port port,
            Optional<MergedRule> rule,
            Optional<OwnedSubset> subset,
            Lowered to) {
        String subsetName = subset.map(s -> s.subset().name()).orElse("");
        String host = service.service().host().name();
        String name = ClusterName.outbound(port.number(), subsetName, host);
        Map<String, String> labels = subset.map(s -> s.subset().labels()).orElse(Map.of());
        TrafficPolicies policy =
                TrafficPolicies.of(outliers, rule, subsetName, port.number())
                        .orElse(traffic(service));
        LocalityLowering localities = policy.localities(service, mesh, place);
        // Nobody can ask for TLS, or how a host is, in datagrams that somebody else understands.
        boolean isDatagrams = port.protocol() == AppProtocol.UDP;
        boolean keepsSessions = Sessions.of(index, service, port).isPresent();
        LoadAssignment hosts =
                Assignments.of(
                        name,
                        service,
                        port.number(),
                        labels,
                        site,
                        localities,
                        keepsSessions,
                        e -> !isDatagrams && meshTls.isAutomatic() && takesMeshTls(service, e),
                        e -> tellsWorkloads ? Assignments.workload(service, e, site) : Map.of());
        Discovery discovery = discovery(service, policy, port.number(), hosts);
        Cluster.Protocol protocol =
                isExternal(service)
                        ? TrafficPolicies.byPort(routed.protocol(service, port), isGateway)
                        : policy.protocol(routed.protocol(service, port), otherwise, isGateway);
        Origin origin =
                subset.map(OwnedSubset::origin)
                        .or(() -> rule.map(MergedRule::origin))
                        .orElse(service.service().origin());
        Optional<ClientTls> secured =
                isDatagrams
                        ? Optional.empty()
                        : secured(service, port, subsetName, policy, discovery, protocol, to)
                                .or(() ->
                                        policy.tls()
                                                .flatMap(t -> own(t, service, origin, to.tls())));
        to.clusters()
                .add(
                        new Cluster(
                                name,
                                discovery,
                                isProvided(discovery)
                                        ? new LoadBalancing.ByCluster()
                                        : policy.loadBalancing(latency(service, port)),
                                localities.places(),
                                protocol,
                                policy.connectionPool(otherwise),
                                isDatagrams
                                        ? Health.NONE
                                        : new Health(
                                                policy.outliers().map(OutlierLowering::lower),
                                                check(service, port, discovery, protocol),
                                                keepsSessions && !isProvided(discovery),
                                                breaker(service, port, discovery)),
                                secured,
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
            to.assignments().add(hosts);
        }
    }

    /// TLS by the Gateway API's policy, or else the mesh's. What Istio's rule says goes first.
    private Optional<ClientTls> secured(
            MeshService service,
            Port port,
            String subset,
            TrafficPolicies policy,
            Discovery discovery,
            Cluster.Protocol protocol,
            Lowered to) {
        Optional<ClientTls> ofPolicy =
                policy.tls().isPresent()
                        ? Optional.empty()
                        : policyTls(service, port).map(t -> to.tls().lower(t, certificate));
        return ofPolicy.or(() -> meshTls(service, port, subset, policy.tls(), discovery, protocol));
    }

    private static Optional<ClientTls> own(
            ClientTlsSettings said, MeshService service, Origin origin, ClientTlsLowering to) {
        return to.lower(said, service.service().host(), service.traits().subjectAltNames(), origin);
    }

    private List<BackendTls> policyTls(MeshService service) {
        return service.service().ports().stream()
                .flatMap(port -> policyTls(service, port).stream())
                .toList();
    }

    private Optional<BackendTls> policyTls(MeshService service, Port port) {
        return index.gatewayApi()
                .tls(service.service().host(), service.metadata().namespace(), port);
    }

    private Optional<Resource<XBackendTrafficPolicy>> traffic(MeshService service) {
        return index.gatewayApi().traffic(service.service().host(), service.metadata().namespace());
    }

    private Optional<PeerAuthentications.Home> peers(MeshService service) {
        return Optional.of(index.peers().in(service.service().namespace()));
    }

    /// Whether an endpoint ends the mesh's TLS, and takes it at that port.
    private boolean takesMeshTls(MeshService service, Endpoint endpoint) {
        if (!MeshTls.isEndedBy(endpoint)) {
            return false;
        }
        PeerAuthentications.Strictness its =
                index.peers().in(service.service().namespace()).of(endpoint.labels());
        int port =
                its.ports().containsKey(endpoint.port())
                        ? endpoint.port()
                        : service.target(endpoint.servicePort());
        return its.at(port) != Mode.DISABLE;
    }

    /// The mesh's own TLS: where a rule asks for it to all hosts, and unasked to those that speak
    /// it. Where hosts are not known one by one, all must speak it.
    private Optional<ClientTls> meshTls(
            MeshService service,
            Port port,
            String subset,
            Optional<ClientTlsSettings> said,
            Discovery discovery,
            Cluster.Protocol protocol) {
        boolean isAsked =
                said.filter(t -> t.mode() == ClientTlsSettings.Mode.ISTIO_MUTUAL).isPresent();
        boolean isKnown = !isProvided(discovery);
        boolean isUnasked =
                said.isEmpty()
                        && meshTls.isAutomatic()
                        && !service.service().external()
                        && (isKnown || allTakeMeshTls(service, port));
        if (!isAsked && !isUnasked) {
            return Optional.empty();
        }
        String sni = said.map(ClientTlsSettings::sni).orElse("");
        List<String> names = said.map(ClientTlsSettings::subjectAltNames).orElse(List.of());
        return Optional.of(
                meshTls.client(
                        names.isEmpty() ? meshTls.identities(service) : names,
                        Optional.of(service.service().namespace()).filter(_ -> !isAsked),
                        sni.isEmpty()
                                ? ClusterName.serverName(
                                        port.number(), subset, service.service().host().name())
                                : sni,
                        port.protocol(),
                        protocol == Cluster.Protocol.HTTP2,
                        !isAsked && isKnown));
    }

    private boolean allTakeMeshTls(MeshService service, Port port) {
        List<Endpoint> all = service.endpoints(port.number());
        return !all.isEmpty() && all.stream().allMatch(e -> takesMeshTls(service, e));
    }

    private Optional<CircuitBreaker> breaker(MeshService service, Port port, Discovery discovery) {
        return policies.inForce(service, port, Section.CIRCUIT_BREAKER)
                .filter(_ -> Sessions.isPossible(service, port) && !isProvided(discovery))
                .flatMap(it -> BreakerLowering.lower(it.says()));
    }

    /// What is said of latency, where requests can be seen.
    private Optional<PeakEwma> latency(MeshService service, Port port) {
        return policies.inForce(service, port, Section.LOAD_BALANCER)
                .flatMap(it -> it.says().peakEwma())
                .filter(_ -> Sessions.isPossible(service, port));
    }

    /// Endpoints that nobody knows are not asked, nor by gRPC those that speak no HTTP/2.
    private Optional<HealthCheck> check(
            MeshService service, Port port, Discovery discovery, Cluster.Protocol protocol) {
        return policies.inForce(service, port, Section.HEALTH_CHECK)
                .flatMap(HealthLowering::lower)
                .filter(_ -> !isProvided(discovery))
                .filter(it ->
                        !(it.probe() instanceof HealthCheck.Probe.Grpc)
                                || protocol != Cluster.Protocol.HTTP1);
    }

    /// A service that is not resolved goes to where the connection was meant to go. Where nobody
    /// knows that (gateways, explicit listeners), it goes to the endpoints that are known.
    private Discovery discovery(
            MeshService service, TrafficPolicies policy, int port, LoadAssignment hosts) {
        if (policy.passesThrough() && redirected) {
            return new Discovery.OriginalDestination("", other(service, port));
        }
        Resolution resolution = service.service().resolution();
        boolean isOne = hosts.size() == 1;
        return switch (resolution) {
            case STATIC -> new Discovery.Eds();
            case DNS ->
                    service.traits().races() && isOne
                            ? new Discovery.LogicalDns(hosts, true, dnsRefresh)
                            : new Discovery.StrictDns(hosts, dnsRefresh);
            // One of several names cannot be asked for; a finding says so.
            case DNS_ROUND_ROBIN ->
                    isOne
                            ? new Discovery.LogicalDns(hosts, service.traits().races(), dnsRefresh)
                            : new Discovery.StrictDns(hosts, dnsRefresh);
            case DYNAMIC_DNS -> new Discovery.DynamicDns();
            case PASSTHROUGH ->
                    redirected
                            ? new Discovery.OriginalDestination("", other(service, port))
                            : new Discovery.Eds();
        };
    }

    private static boolean isProvided(Discovery discovery) {
        return switch (discovery) {
            case Discovery.OriginalDestination _, Discovery.DynamicDns(), Discovery.FirstOf _ ->
                    true;
            case Discovery.Eds(),
                    Discovery.Fixed _,
                    Discovery.StrictDns _,
                    Discovery.LogicalDns _ ->
                    false;
        };
    }

    /// The cluster for hosts that nobody knows, which the proxy looks up.
    public Cluster dynamicDns(Optional<ClientTlsSettings> said) {
        return new Cluster(
                ClusterName.DYNAMIC_DNS,
                new Discovery.DynamicDns(),
                new LoadBalancing.ByCluster(),
                new Places.Alike(),
                Cluster.Protocol.AS_DOWNSTREAM,
                ConnectionPool.UNLIMITED,
                Health.NONE,
                said.flatMap(t -> tls.lower(t, Hostname.ANY, List.of(), Origin.BUILT_IN)),
                Optional.empty(),
                false,
                "",
                Origin.BUILT_IN);
    }

    /// The port that connections are made to instead of the one that was called; empty for none.
    private static OptionalInt other(MeshService service, int port) {
        int target = service.target(port);
        return target == port ? OptionalInt.empty() : OptionalInt.of(target);
    }
}
