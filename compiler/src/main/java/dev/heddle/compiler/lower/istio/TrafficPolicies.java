package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Cluster.Protocol;
import dev.heddle.compiler.ir.ConnectionPool;
import dev.heddle.compiler.ir.ConnectionPool.ProxyHeader;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.XBackendTrafficPolicy;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.ConnectionPoolSettings;
import dev.heddle.model.istio.ConnectionPoolSettings.H2UpgradePolicy;
import dev.heddle.model.istio.ConnectionPoolSettings.HttpSettings;
import dev.heddle.model.istio.ConnectionPoolSettings.TcpSettings;
import dev.heddle.model.istio.DestinationRule.OutlierDetection;
import dev.heddle.model.istio.DestinationRule.PortTrafficPolicy;
import dev.heddle.model.istio.DestinationRule.ProxyProtocol;
import dev.heddle.model.istio.DestinationRule.RetryBudget;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.LoadBalancerSettings;
import dev.heddle.model.policy.BackendTrafficPolicy.PeakEwma;
import dev.heddle.model.service.AppProtocol;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What is left of the policies that speak about one cluster.
///
/// Istio's order: the rule's policy for the port replaces the rule's own as a whole; then each part
/// that the subset sets replaces that part; then the subset's policy for the port replaces all of
/// it. What the mesh says of outliers counts where the rule says nothing of them.
///
/// @param balancer empty for the mesh's default
/// @param pool empty for the mesh's default
/// @param outliers empty for none
/// @param budget of retries, which a policy for a port says nothing of; empty for none
/// @param tls empty for none
/// @param header by which hosts are told of clients; a policy for a port does not touch it
record TrafficPolicies(
        Optional<LoadBalancerSettings> balancer,
        Optional<ConnectionPoolSettings> pool,
        Optional<OutlierDetection> outliers,
        Optional<RetryBudget> budget,
        Optional<ClientTlsSettings> tls,
        Optional<ProxyProtocol> header) {
    private static final TrafficPolicies NONE =
            new TrafficPolicies(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    /// Those of a cluster, whatever the mesh says.
    ///
    /// @param rule in force for its host
    /// @param subset empty for all of the host
    static TrafficPolicies of(Optional<MergedRule> rule, String subset, int port) {
        return of(Optional.empty(), rule, subset, port);
    }

    /// Those of a cluster.
    ///
    /// @param mesh what the mesh says of outliers
    /// @param rule in force for its host
    /// @param subset empty for all of the host
    static TrafficPolicies of(
            Optional<OutlierDetection> mesh, Optional<MergedRule> rule, String subset, int port) {
        return of(
                mesh,
                rule.flatMap(MergedRule::policy),
                rule.flatMap(it -> it.subset(subset)).flatMap(it -> it.subset().trafficPolicy()),
                port);
    }

    /// @param mesh what the mesh says of outliers
    static TrafficPolicies of(
            Optional<OutlierDetection> mesh,
            Optional<TrafficPolicy> rule,
            Optional<TrafficPolicy> subset,
            int port) {
        TrafficPolicies whole = NONE;
        if (rule.isPresent()) {
            whole = whole.with(rule.get(), port);
        }
        whole = whole.orElseMesh(mesh);
        return subset.isPresent() ? whole.with(subset.get(), port) : whole;
    }

    private TrafficPolicies orElseMesh(Optional<OutlierDetection> mesh) {
        return new TrafficPolicies(balancer, pool, outliers.or(() -> mesh), budget, tls, header);
    }

    private TrafficPolicies with(TrafficPolicy policy, int port) {
        Optional<RetryBudget> share = policy.retryBudget().or(() -> budget);
        Optional<ProxyProtocol> told = policy.proxyProtocol().or(() -> header);
        return policy.portLevelSettings().stream()
                .filter(p -> p.port().isPresent() && p.port().get().number() == port)
                .findFirst()
                .map((PortTrafficPolicy p) ->
                        new TrafficPolicies(
                                p.loadBalancer(),
                                p.connectionPool(),
                                p.outlierDetection(),
                                share,
                                p.tls(),
                                told))
                .orElseGet(() ->
                        new TrafficPolicies(
                                policy.loadBalancer().or(() -> balancer),
                                policy.connectionPool().or(() -> pool),
                                policy.outlierDetection().or(() -> outliers),
                                share,
                                policy.tls().or(() -> tls),
                                told));
    }

    /// The same, with what the Gateway API's policy says of retries where no rule says anything.
    /// Envoy's budget is of requests that are under way, not of those of an interval; as many as
    /// may be in any case in one second may be under way at once.
    TrafficPolicies orElse(Optional<Resource<XBackendTrafficPolicy>> policy) {
        Optional<RetryBudget> said =
                policy.flatMap(p -> p.spec().retryConstraint())
                        .map(c ->
                                new RetryBudget(
                                        OptionalDouble.of(c.percent()),
                                        OptionalInt.of(c.leastInSecond()),
                                        Optional.empty()));
        return new TrafficPolicies(balancer, pool, outliers, budget.or(() -> said), tls, header);
    }

    /// @param policy what the service's policy says of latency
    LoadBalancing loadBalancing(Optional<PeakEwma> policy) {
        return Balancing.lower(balancer, policy);
    }

    /// Which endpoints go before others because of where they are.
    LocalityLowering localities(MeshService service, MeshSettings mesh, Outlook.Place place) {
        return new LocalityLowering(balancer, outliers.isPresent(), service, mesh, place);
    }

    /// Whether connections go to the address that the client called.
    boolean passesThrough() {
        return Balancing.passesThrough(balancer);
    }

    /// What of a request is hashed; empty where nothing is.
    Optional<HashKey> hashKey() {
        return Balancing.key(balancer);
    }

    /// Which HTTP hosts are spoken to in, as Istio has it: a rule may ask for HTTP/2 at any port,
    /// the mesh for ports that are named HTTP. Of a port that says nothing a sidecar's client knows
    /// what it speaks; a gateway's clients speak HTTP/2 because it is the gateway that offers it.
    ///
    /// @param otherwise where no rule says anything
    Protocol protocol(AppProtocol port, PoolDefaults otherwise, boolean isGateway) {
        Optional<HttpSettings> http =
                pool.or(otherwise::pool).flatMap(ConnectionPoolSettings::http);
        Protocol byPort = byPort(port, isGateway);
        if (http.map(HttpSettings::useClientProtocol).orElse(false)) {
            return Protocol.AS_DOWNSTREAM;
        }
        return switch (http.map(HttpSettings::h2UpgradePolicy).orElse(H2UpgradePolicy.DEFAULT)) {
            case UPGRADE -> Protocol.HTTP2;
            case DO_NOT_UPGRADE -> byPort;
            case DEFAULT -> otherwise.isHttp2() && port.isHttp() ? Protocol.HTTP2 : byPort;
        };
    }

    /// What is spoken to a port that nothing else is said of.
    static Protocol byPort(AppProtocol port, boolean isGateway) {
        return port == AppProtocol.UNSET && !isGateway
                ? Protocol.AS_DOWNSTREAM
                : port.isHttp2() ? Protocol.HTTP2 : Protocol.HTTP1;
    }

    /// @param otherwise where nothing is said
    ConnectionPool connectionPool(PoolDefaults otherwise) {
        Optional<TcpSettings> tcp = pool.or(otherwise::pool).flatMap(ConnectionPoolSettings::tcp);
        Optional<HttpSettings> http =
                pool.or(otherwise::pool).flatMap(ConnectionPoolSettings::http);
        return new ConnectionPool(
                tcp.flatMap(TcpSettings::connectTimeout)
                        .filter(Duration::isPositive)
                        .orElse(otherwise.connectTimeout()),
                limit(tcp.map(TcpSettings::maxConnections)),
                limit(http.map(HttpSettings::http1MaxPendingRequests)),
                limit(http.map(HttpSettings::http2MaxRequests)),
                retries(http),
                limit(http.map(HttpSettings::maxRequestsPerConnection)),
                http.flatMap(HttpSettings::idleTimeout)
                        .or(() -> tcp.flatMap(TcpSettings::idleTimeout))
                        .filter(d -> !d.isNegative()),
                new ConnectionPool.Sockets(
                        tcp.flatMap(TcpSettings::maxConnectionDuration)
                                .filter(Duration::isPositive),
                        tcp.flatMap(TcpSettings::tcpKeepalive)
                                .map(PoolDefaults::keepAlive)
                                .or(otherwise::keepAlive),
                        header.map(TrafficPolicies::header)));
    }

    private static ProxyHeader header(ProxyProtocol protocol) {
        return switch (protocol.version()) {
            case V1 -> ProxyHeader.V1;
            case V2 -> ProxyHeader.V2;
        };
    }

    private ConnectionPool.Retries retries(Optional<HttpSettings> http) {
        return budget.<ConnectionPool.Retries>map(it ->
                        new ConnectionPool.Retries.Share(
                                Math.clamp(it.percent().orElse(20), 0, 100),
                                Math.max(0, it.minRetryConcurrency().orElse(3))))
                .orElse(
                        new ConnectionPool.Retries.AtMost(
                                limit(http.map(HttpSettings::maxRetries))));
    }

    /// Zero is no limit, as Istio has it.
    private static OptionalInt limit(Optional<OptionalInt> wanted) {
        OptionalInt value = wanted.orElse(OptionalInt.empty());
        return value.isPresent() && value.getAsInt() > 0 ? value : OptionalInt.empty();
    }
}
