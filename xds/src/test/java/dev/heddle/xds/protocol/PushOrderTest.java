package dev.heddle.xds.protocol;

import static dev.heddle.xds.XdsType.CLUSTER;
import static dev.heddle.xds.XdsType.ENDPOINT;
import static dev.heddle.xds.XdsType.LISTENER;
import static dev.heddle.xds.XdsType.ROUTE;
import static dev.heddle.xds.XdsType.SECRET;
import static dev.heddle.xds.protocol.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.Snapshot;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What waits for what: make before break, warming, and the end of patience.
final class PushOrderTest {
    private DeltaDriver client = new DeltaDriver(ClientTraits.HEDDLE);

    @Test
    void listenersAndRoutesWaitUntilTheClustersAreAnswered() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", LISTENER, "l", ROUTE, "r"));
        assertThat(
                        client.push(
                                snapshot(
                                        "2", CLUSTER, "a b", ENDPOINT, "a b", LISTENER, "l=2",
                                        ROUTE, "r=2")))
                .containsExactly("2 CDS b=1", "ack EDS 2");
        assertThat(client.ask(ENDPOINT, "b")).containsExactly("2 EDS b=1");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 2");
        assertThat(client.ack(ENDPOINT)).containsExactly("2 LDS l=2", "2 RDS r=2");
        assertThat(client.ack(LISTENER)).containsExactly("ack LDS 2");
        assertThat(client.ack(ROUTE)).containsExactly("ack RDS 2");
    }

    @Test
    void endpointsDoNotWaitForTheClustersAnswerWhichWaitsForThem() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        client.push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a"));
        assertThat(client.push(snapshot("3", CLUSTER, "a=2", ENDPOINT, "a=3")))
                .containsExactly("3 EDS a=3");
    }

    @Test
    void endpointsThatComeAndGoDoNotHoldUpRoutes() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r"));
        assertThat(client.push(snapshot("2", CLUSTER, "a", ENDPOINT, "a=2", ROUTE, "r")))
                .contains("2 EDS a=2");
        assertThat(client.push(snapshot("3", CLUSTER, "a", ENDPOINT, "a=3", ROUTE, "r=3")))
                .contains("3 RDS r=3");
    }

    @Test
    void removalsComeLastUsersBeforeWhatTheyUse() {
        client.startWith(
                snapshot(
                        "1", CLUSTER, "a b", ENDPOINT, "a b", SECRET, "s t", LISTENER, "l m", ROUTE,
                        "r q"));
        assertThat(
                        client.push(
                                snapshot(
                                        "2", CLUSTER, "a", ENDPOINT, "a", SECRET, "s", LISTENER,
                                        "l", ROUTE, "r=2")))
                .containsExactly("2 RDS r=2");
        assertThat(client.ack(ROUTE)).containsExactly("2 LDS -m");
        assertThat(client.ack(LISTENER)).containsExactly("2 RDS -q", "ack LDS 2");
        assertThat(client.ack(ROUTE)).containsExactly("2 CDS -b", "ack RDS 2");
        assertThat(client.unsubscribe(ENDPOINT, "b")).containsExactly("ack EDS 2");
        assertThat(client.ack(CLUSTER)).containsExactly("2 SDS -t", "ack CDS 2");
        assertThat(client.ack(SECRET)).containsExactly("ack SDS 2");
    }

    @Test
    void aClusterIsNotRemovedBeforeTheRouteThatLeftItIsRejected() {
        client.startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r"));
        assertThat(client.push(snapshot("2", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=2")))
                .containsExactly("2 RDS r=2");
        assertThat(client.nack(ROUTE, "r: bad")).containsExactly("nack RDS 2 [r]", "2 CDS -b");
    }

    @Test
    void aClusterStaysWhileTheRouteThatUsesItIsTheLastGoodOne() {
        client.startWith(snapshot("1", CLUSTER, "a b c", ENDPOINT, "a b c", ROUTE, "r=b"));
        client.push(snapshot("2", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=a"));
        assertThat(client.nack(ROUTE, "r: bad")).containsExactly("nack RDS 2 [r]", "2 CDS -c");
        assertThat(client.ack(CLUSTER)).containsExactly("2 EDS -c");
        assertThat(client.ack(ENDPOINT)).isEmpty();
        assertThat(client.push(snapshot("3", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=3")))
                .containsExactly("3 RDS r=3");
        assertThat(client.ack(ROUTE)).containsExactly("3 CDS -b", "ack RDS 3");
        assertThat(client.ack(CLUSTER)).containsExactly("3 EDS -b", "ack CDS 3");
        assertThat(client.ack(ENDPOINT)).containsExactly("ack EDS 3");
    }

    @Test
    void aRouteTableAndItsClusterStayWhileTheListenerThatUsesThemIsTheLastGoodOne() {
        client.startWith(
                snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", LISTENER, "l=q", ROUTE, "q=b r=a"));
        client.push(snapshot("2", CLUSTER, "a", ENDPOINT, "a", LISTENER, "l=r", ROUTE, "r=a"));
        assertThat(client.nack(LISTENER, "l: bad")).containsExactly("nack LDS 2 [l]");
        client.push(snapshot("3", CLUSTER, "a", ENDPOINT, "a", LISTENER, "l=3", ROUTE, "r=a"));
        assertThat(client.ack(LISTENER)).containsExactly("3 RDS -q", "ack LDS 3");
        assertThat(client.ack(ROUTE)).containsExactly("3 CDS -b", "ack RDS 3");
    }

    @Test
    void aClusterStaysWhileNobodyKnowsWhetherTheRouteThatUsesItIsGone() {
        client.startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r=b"));
        client.push(snapshot("2", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=a"));
        assertThat(client.impatient(ROUTE)).isEmpty();
        assertThat(client.ack(ROUTE)).containsExactly("2 CDS -b", "ack RDS 2");
    }

    @Test
    void aRouteToARefusedClusterWaitsAndTheOneBeforeKeepsItsCluster() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=a q=a"));
        assertThat(client.push(snapshot("2", CLUSTER, "b", ENDPOINT, "a", ROUTE, "r=b q=2")))
                .containsExactly("2 CDS b=1", "ack EDS 2");
        assertThat(client.nack(CLUSTER, "b: bad")).containsExactly("nack CDS 2 [b]", "2 RDS q=2");
        assertThat(client.ack(ROUTE)).isEmpty();
        client.push(snapshot("3", CLUSTER, "b=2", ENDPOINT, "a", ROUTE, "r=b q=2"));
        assertThat(client.ack(CLUSTER)).containsExactly("3 RDS r=b");
        assertThat(client.ack(ROUTE)).containsExactly("3 CDS -a", "ack RDS 3");
    }

    @Test
    void aRouteWaitsNoLongerWhenItLeadsElsewhere() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=a"));
        client.push(snapshot("2", CLUSTER, "a b", ENDPOINT, "a", ROUTE, "r=b"));
        assertThat(client.nack(CLUSTER, "b: bad")).containsExactly("nack CDS 2 [b]");
        assertThat(client.push(snapshot("3", CLUSTER, "a b", ENDPOINT, "a", ROUTE, "r=3")))
                .containsExactly("3 RDS r=3", "ack EDS 3");
        assertThat(client.push(snapshot("4", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=3")))
                .containsExactly("ack EDS 4");
        assertThat(client.ack(ROUTE)).containsExactly("4 CDS -b", "ack RDS 4");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 4");
    }

    @Test
    void aRouteThatIsNewOrLedThereAlreadyDoesNotWait() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=a"));
        client.push(snapshot("2", CLUSTER, "a b", ENDPOINT, "a", ROUTE, "r=a q=b"));
        client.ask(ROUTE, "q");
        assertThat(client.nack(CLUSTER, "b: bad")).containsExactly("nack CDS 2 [b]", "2 RDS q=b");
    }

    @Test
    void whoComesBackWithRoutesThatNobodyKnowsKeepsAllClustersUntilTheNewOnesAreTaken() {
        Snapshot two = snapshot("2", CLUSTER, "a", ROUTE, "r=a");
        client.push(two);
        String version = two.of(CLUSTER).values().iterator().next().version();
        assertThat(client.comeBack(CLUSTER, Map.of("a", version, "b", "?")))
                .containsExactly("2 CDS");
        client.comeBack(LISTENER, Map.of());
        assertThat(client.comeBack(ROUTE, Map.of("r", "?"), "r")).isEmpty();
        assertThat(client.ack(CLUSTER)).containsExactly("2 LDS", "2 RDS r=a");
        client.ack(LISTENER);
        assertThat(client.nack(ROUTE, "r: bad")).containsExactly("nack RDS 2 [r]");
        client.push(snapshot("3", CLUSTER, "a", ROUTE, "r=3"));
        assertThat(client.ack(ROUTE)).containsExactly("3 CDS -b", "ack RDS 3");
    }

    @Test
    void whatComesBackBeforeItsRemovalWasSentIsNotRemoved() {
        client.startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r"));
        client.push(snapshot("2", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=2"));
        assertThat(client.push(snapshot("3", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r=2")))
                .containsExactly("ack CDS 3", "ack EDS 3");
        assertThat(client.ack(ROUTE)).containsExactly("ack RDS 3");
    }

    @Test
    void aChangedClusterBringsItsEndpointsAgainToAnEnvoyThatWaitsForThem() {
        client = new DeltaDriver(ClientTraits.ENVOY);
        client.startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r"));
        assertThat(client.push(snapshot("2", CLUSTER, "a=2 b", ENDPOINT, "a b", ROUTE, "r")))
                .containsExactly("2 CDS a=2", "2 EDS a=1", "ack RDS 2");
        assertThat(client.ack(ENDPOINT)).containsExactly("ack EDS 2");
    }

    @Test
    void aChangedClusterBringsNoEndpointsToAProxyThatKeepsThem() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        assertThat(client.push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a")))
                .containsExactly("2 CDS a=2", "ack EDS 2");
    }

    @Test
    void endpointsOnTheirWayAreFollowedByThoseThatAChangedClusterWaitsFor() {
        client = new DeltaDriver(ClientTraits.ENVOY);
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        assertThat(client.push(snapshot("2", CLUSTER, "a", ENDPOINT, "a=2")))
                .containsExactly("2 EDS a=2", "ack CDS 2");
        assertThat(client.push(snapshot("3", CLUSTER, "a=3", ENDPOINT, "a=2")))
                .containsExactly("3 CDS a=3");
        assertThat(client.ack(ENDPOINT)).containsExactly("3 EDS a=2");
    }

    @Test
    void anAnswerThatDoesNotComeHoldsUpOthersNoLongerThanPatienceLasts() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r"));
        client.push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a", ROUTE, "r=2"));
        assertThat(client.impatient(CLUSTER)).containsExactly("2 RDS r=2");
        assertThat(client.ack(ROUTE)).containsExactly("ack RDS 2");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 2");
    }

    @Test
    void anOverdueAnswerIsNotAwaitedAnyLongerByItsOwnType() {
        client.startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        client.push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a"));
        String late = client.nonce(CLUSTER);
        assertThat(client.impatient(CLUSTER)).isEmpty();
        assertThat(client.push(snapshot("3", CLUSTER, "a=3", ENDPOINT, "a")))
                .containsExactly("3 CDS a=3", "ack EDS 3");
        assertThat(client.answer(CLUSTER, late, Optional.empty())).isEmpty();
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 3");
    }
}
