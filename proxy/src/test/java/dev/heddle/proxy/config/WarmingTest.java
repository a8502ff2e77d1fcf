package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Texts.accepted;
import static dev.heddle.proxy.config.Texts.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.upstream.ClusterSettings;
import envoy.config.listener.v3.Listener;
import envoy.config.route.v3.RouteConfiguration;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // maps are asked for names that are there; a missing one fails the test
class WarmingTest {

    private final Warming warming = new Warming();
    private long now;

    private static ClusterConfig eds(String name, int choices) {
        return eds(name, choices, Duration.ofSeconds(15));
    }

    private static ClusterConfig eds(String name, Duration fetchTimeout) {
        return eds(name, 2, fetchTimeout);
    }

    private static ClusterConfig eds(String name, int choices, Duration fetchTimeout) {
        return new ClusterConfig(
                ClusterSettings.named(name),
                name,
                new ClusterConfig.Discovery.Eds(name, fetchTimeout),
                new ClusterConfig.Balancing.LeastRequest(choices),
                false,
                50);
    }

    private static Assignment hosts(String name, int port) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        var endpoint = new Assignment.Endpoint(address, "", 1, Assignment.Health.HEALTHY);
        var place = new Assignment.Place(Assignment.Locality.UNKNOWN, 0, 0, List.of(endpoint));
        return new Assignment(name, List.of(place), Assignment.OVERPROVISIONING);
    }

    private static RouteConfig table(String name, String... clusters) {
        var routes = new ArrayList<RouteConfig.Route>();
        for (String cluster : clusters) {
            routes.add(
                    new RouteConfig.Route(
                            cluster,
                            new RouteConfig.Match(
                                    new RouteConfig.Path.Prefix("/" + cluster),
                                    false,
                                    List.of(),
                                    List.of(),
                                    false,
                                    List.of(),
                                    TlsMatch.ANY,
                                    Optional.empty()),
                            new RouteConfig.Action.Forward(
                                    new RouteConfig.Destination.One(cluster),
                                    new RouteConfig.PathRewrite.None(),
                                    new RouteConfig.HostRewrite.None(),
                                    false,
                                    Duration.ZERO,
                                    Optional.empty()),
                            HeaderEdits.Both.NONE));
        }
        var host =
                new RouteConfig.VirtualHost(
                        "v",
                        List.of("*"),
                        routes,
                        RouteConfig.RequireTls.NONE,
                        HeaderEdits.Both.NONE,
                        List.of());
        return new RouteConfig(name, List.of(host), HeaderEdits.Both.NONE, true, false);
    }

    private static ListenerConfig listener(String name, String route) {
        String yaml =
                """
                name: %s
                address: {socket_address: {address: 127.0.0.1, port_value: 80}}
                filter_chains:
                - filters:
                  - name: f
                    typed_config:
                      "@type": type/manager
                      stat_prefix: s
                      rds: {route_config_name: %s, config_source: {ads: {}}}
                      http_filters: [{name: r, typed_config: {"@type": type/router}}]
                """
                        .formatted(name, route);
        return accepted(
                ListenerParser.parse(
                        read(Listener.getDefaultInstance(), yaml), List.of(new NoRouter())));
    }

    private static RouteConfig loginTable(String name) {
        String login = "type.googleapis.com/envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute";
        String yaml =
                """
                name: %s
                virtual_hosts:
                - name: v
                  domains: ['*']
                  routes:
                  - match: {prefix: /}
                    direct_response: {status: 200}
                    typed_per_filter_config:
                      login:
                        '@type': %s
                        config:
                          token_endpoint: {cluster: a, uri: 'http://idp.test/token', timeout: 1s}
                          authorization_endpoint: https://idp.test/auth
                          credentials:
                            client_id: shop
                            token_secret: {name: client, sds_config: {ads: {}}}
                            hmac_secret: {name: seal, sds_config: {ads: {}}}
                          redirect_uri: https://shop.test/back
                          redirect_path_matcher: {path: {exact: /back}}
                          signout_path: {path: {exact: /out}}
                """
                        .formatted(name, login);
        return accepted(RouteParser.parse(read(RouteConfiguration.getDefaultInstance(), yaml)));
    }

    private Warming.Step settle() {
        return warming.settle(now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /// `a` with its hosts, a table `r` that names it, a listener `l` that uses the table.
    private void runOneService() {
        warming.put(eds("a", 2));
        warming.putHosts("a", hosts("a", 1));
        warming.put(table("r", "a"));
        warming.put(listener("l", "r"));
        settle();
    }

    @Test
    void aClusterRunsOnceItsHostsAreThere() {
        warming.put(eds("a", 2));
        assertThat(settle().config()).isEmpty();
        assertThat(warming.serviceNames()).containsExactly("a");
        assertThat(settle().awaited()).containsExactly("hosts of 'a'");

        warming.putHosts("a", hosts("a", 1));
        assertThat(settle().config().orElseThrow().clusters()).containsOnlyKeys("a");
        assertThat(settle().config()).isEmpty();
        assertThat(settle().wakeAtNanos()).isEmpty();
    }

    @Test
    void hostsThatNeverComeAreGivenUpAfterFifteenSeconds() {
        warming.put(eds("a", 2));
        assertThat(settle().wakeAtNanos()).hasValue(Duration.ofSeconds(15).toNanos());
        pass(Duration.ofMillis(14_999));
        assertThat(settle().config()).isEmpty();
        pass(Duration.ofMillis(1));
        var config = settle().config().orElseThrow();
        assertThat(config.clusters().get("a").hosts().size()).isZero();

        warming.putHosts("a", hosts("a", 1));
        assertThat(settle().config().orElseThrow().clusters().get("a").hosts().size()).isOne();
    }

    @Test
    void aTimeoutOfZeroWaitsForAsLongAsItTakes() {
        warming.put(eds("a", Duration.ZERO));
        assertThat(settle().wakeAtNanos()).isEmpty();
        pass(Duration.ofDays(1));
        assertThat(settle().config()).isEmpty();
        assertThat(settle().awaited()).containsExactly("hosts of 'a'");
    }

    @Test
    void hostsThatTheControlPlaneDoesNotKnowAreNotAwaited() {
        warming.put(eds("a", 2));
        warming.missHosts("a");
        assertThat(settle().config().orElseThrow().clusters()).containsOnlyKeys("a");
        assertThat(settle().awaited()).isEmpty();
    }

    @Test
    void hostsThatAreThereAreNotLostWhenTheyAreTakenBackByName() {
        runOneService();
        warming.missHosts("a");
        warming.missRoute("r");
        assertThat(settle().config()).isEmpty();
        assertThat(warming.active().clusters().get("a").hosts().size()).isOne();
    }

    @Test
    void aListenerWaitsForItsRoutesAndTheRoutesForTheirClusters() {
        warming.put(listener("l", "r"));
        assertThat(settle().config()).isEmpty();
        assertThat(warming.routeNames()).containsExactly("r");
        assertThat(warming.unready()).singleElement().matches(it -> it.tables().contains("r"));

        warming.put(eds("a", 2));
        warming.put(table("r", "a"));
        assertThat(settle().config()).isEmpty();

        warming.putHosts("a", hosts("a", 1));
        var config = settle().config().orElseThrow();
        assertThat(config.listeners()).containsOnlyKeys("l");
        assertThat(warming.unready()).isEmpty();
        assertThat(config.routes()).containsOnlyKeys("r");
        assertThat(config.clusters()).containsOnlyKeys("a");
    }

    @Test
    void aListenerWhoseRoutesNeverComeIsOpenedWithoutThem() {
        warming.put(listener("l", "r"));
        settle();
        pass(Warming.FETCH_TIMEOUT);
        var config = settle().config().orElseThrow();
        assertThat(config.listeners()).containsOnlyKeys("l");
        assertThat(config.routes()).isEmpty();
    }

    @Test
    void aTableWaitsForTheSecretsOfItsFilters() {
        runOneService();
        RouteConfig login = loginTable("r");
        warming.put(login);
        warming.putSecret("client", new Secret.Words(new byte[] {1}));
        settle();
        assertThat(warming.active().routes().get("r")).isEqualTo(table("r", "a"));
        assertThat(settle().awaited()).containsExactly("secret 'seal'");

        warming.putSecret("seal", new Secret.Words(new byte[] {2}));
        settle();
        assertThat(warming.active().routes().get("r")).isSameAs(login);
    }

    @Test
    void secretsOfFiltersThatNeverComeAreGivenUp() {
        warming.put(listener("l", "r"));
        warming.put(loginTable("r"));
        assertThat(settle().config()).isEmpty();
        pass(Warming.FETCH_TIMEOUT);
        assertThat(settle().config().orElseThrow().listeners()).containsOnlyKeys("l");
    }

    @Test
    void theOldRouteServesUntilTheNewClusterIsWarm() {
        runOneService();
        warming.put(eds("b", 2));
        warming.put(table("r", "b"));
        warming.removeCluster("a");
        settle();
        assertThat(warming.active().routes().get("r")).isEqualTo(table("r", "a"));
        assertThat(warming.active().clusters()).containsKey("a");

        warming.putHosts("b", hosts("b", 2));
        settle();
        assertThat(warming.active().routes().get("r")).isEqualTo(table("r", "b"));
        assertThat(warming.active().clusters()).containsOnlyKeys("b");
    }

    @Test
    void routesThatComeBeforeTheirClusterAreHeldBackForAMoment() {
        runOneService();
        warming.put(table("r", "a", "late"));
        settle();
        assertThat(warming.active().routes().get("r")).isEqualTo(table("r", "a"));

        warming.put(eds("late", 2));
        warming.putHosts("late", hosts("late", 3));
        settle();
        assertThat(warming.active().routes().get("r")).isEqualTo(table("r", "a", "late"));
    }

    @Test
    void aClusterThatNobodyEverAnnouncesHoldsRoutesBackOnlyOnce() {
        runOneService();
        warming.put(table("r", "none"));
        settle();
        pass(Warming.UNKNOWN_CLUSTER_PATIENCE);
        settle();
        assertThat(warming.active().routes().get("r")).isEqualTo(table("r", "none"));

        warming.put(table("r", "a", "none"));
        settle();
        assertThat(warming.active().routes().get("r")).isEqualTo(table("r", "a", "none"));
    }

    @Test
    void aFirstTableDoesNotWaitForClustersThatNobodyAnnounced() {
        warming.put(table("r", "none"));
        warming.put(listener("l", "r"));
        assertThat(settle().config().orElseThrow().listeners()).containsOnlyKeys("l");
    }

    @Test
    void aNewVersionOfAClusterTakesTheHostsThatAreThere() {
        runOneService();
        warming.put(eds("a", 3));
        var config = settle().config().orElseThrow();
        assertThat(config.clusters().get("a").config()).isEqualTo(eds("a", 3));
        assertThat(config.clusters().get("a").hosts()).isEqualTo(hosts("a", 1));
    }

    @Test
    void aRemovedListenerAndClusterGoAndWhatNobodyAsksForIsForgotten() {
        runOneService();
        warming.removeListener("l");
        warming.removeCluster("a");
        settle();
        warming.retain(warming.serviceNames(), warming.routeNames());
        settle();
        assertThat(warming.active().listeners()).isEmpty();
        assertThat(warming.active().clusters()).isEmpty();
        assertThat(warming.active().routes()).isEmpty();
        assertThat(warming.serviceNames()).isEmpty();
        assertThat(warming.routeNames()).isEmpty();
    }

    /// G01: whatever the order in which the parts of a change come, and however long the next one
    /// takes, every state that runs is complete: each listener has its table, each route a cluster
    /// with hosts.
    @Test
    void inAnyOrderOfArrivalWhatRunsIsComplete() {
        List<List<Integer>> orders = orders(List.of(0, 1, 2, 3, 4));
        assertThat(orders).hasSize(120);
        for (List<Integer> order : orders) {
            var any = new WarmingTest();
            any.runOneService();
            var changes =
                    List.<Runnable>of(
                            () -> any.warming.put(eds("b", 2)),
                            () -> any.warming.putHosts("b", hosts("b", 2)),
                            () -> any.warming.put(table("r", "b")),
                            () -> any.warming.put(table("s", "b")),
                            () -> any.warming.put(listener("l", "s")));
            for (int next : order) {
                changes.get(next).run();
                any.settle();
                any.assertComplete(order);
            }
            any.warming.removeCluster("a");
            any.settle();
            any.assertComplete(order);
            assertThat(any.warming.active().listeners().get("l").routeNames()).contains("s");
        }
    }

    private static List<List<Integer>> orders(List<Integer> of) {
        if (of.isEmpty()) {
            return List.of(List.of());
        }
        var all = new ArrayList<List<Integer>>();
        for (Integer first : of) {
            var rest = new ArrayList<>(of);
            rest.remove((Object) first);
            for (List<Integer> order : orders(rest)) {
                var whole = new ArrayList<>(List.of(first));
                whole.addAll(order);
                all.add(whole);
            }
        }
        return all;
    }

    private void assertComplete(List<Integer> order) {
        ProxyConfig config = warming.active();
        for (ListenerConfig listener : config.listeners().values()) {
            RouteConfig table = config.routes().get(listener.routeNames().iterator().next());
            assertThat(table).as(order.toString()).isNotNull();
            assertThat(config.clusters().keySet())
                    .as(order.toString())
                    .containsAll(table.clusters());
        }
    }
}
