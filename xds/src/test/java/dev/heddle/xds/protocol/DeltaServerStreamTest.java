package dev.heddle.xds.protocol;

import static dev.heddle.xds.XdsType.CLUSTER;
import static dev.heddle.xds.XdsType.ENDPOINT;
import static dev.heddle.xds.XdsType.ROUTE;
import static dev.heddle.xds.protocol.Snapshots.resource;
import static dev.heddle.xds.protocol.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.XdsType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The rules of delta xDS, one by one. Scenarios of the xDS test harness that a test covers are
/// named beside it.
final class DeltaServerStreamTest {
    private DeltaDriver client = new DeltaDriver(ClientTraits.HEDDLE);

    @ParameterizedTest
    @EnumSource(
            value = XdsType.class,
            names = {"CLUSTER", "LISTENER"})
    void aFirstRequestThatNamesNothingMeansAllClustersOrListeners(XdsType type) {
        client.push(snapshot("1", type, "a b"));
        assertThat(client.ask(type)).containsExactly("1 " + type.shortName() + " a=1 b=1");
    }

    @Test
    void namingNothingMeansNothingForOtherTypes() {
        client.push(snapshot("1", ENDPOINT, "a b"));
        assertThat(client.ask(ENDPOINT)).containsExactly("ack EDS 1");
    }

    @ParameterizedTest
    @EnumSource(XdsType.class)
    void aStarMeansEverythingOfAnyType(XdsType type) {
        client.push(snapshot("1", type, "a b"));
        assertThat(client.ask(type, "*")).containsExactly("1 " + type.shortName() + " a=1 b=1");
    }

    @Test
    void allOfNothingIsAnsweredToo() {
        client.push(snapshot("1"));
        assertThat(client.ask(CLUSTER)).containsExactly("1 CDS");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 1");
    }

    @Test
    void aRequestBeforeTheFirstSnapshotIsAnsweredWhenItComes() {
        assertThat(client.ask(CLUSTER)).isEmpty();
        assertThat(client.push(snapshot("1", CLUSTER, "a"))).containsExactly("1 CDS a=1");
    }

    /// "Subscribe to resources one after the other".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void namesAreSubscribedToOneAfterTheOther(XdsType type) {
        client.push(snapshot("1", type, "a b c"));
        String prefix = "1 " + type.shortName();
        assertThat(client.ask(type, "a")).containsExactly(prefix + " a=1");
        assertThat(client.ack(type)).containsExactly("ack " + type.shortName() + " 1");
        assertThat(client.ask(type, "b")).containsExactly(prefix + " b=1");
        assertThat(client.ack(type)).isEmpty();
    }

    /// "When subscribing to specific resources, receive only these resources".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void onlyWhatIsNamedIsSent(XdsType type) {
        client.push(snapshot("1", type, "a b c d"));
        assertThat(client.ask(type, "b", "d"))
                .containsExactly("1 " + type.shortName() + " b=1 d=1");
    }

    /// "When a resource is updated, receive response for only that resource".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void onlyWhatChangedIsSent(XdsType type) {
        client.push(snapshot("1", type, "a b c"));
        client.ask(type, "a", "b", "c");
        client.ack(type);
        assertThat(client.push(snapshot("2", type, "a=2 b c")))
                .containsExactly("2 " + type.shortName() + " a=2");
        assertThat(client.ack(type)).containsExactly("ack " + type.shortName() + " 2");
    }

    /// "Client is told if resource does not exist, and is notified if it is created".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void whatDoesNotExistIsSaidToAndSentOnceItDoes(XdsType type) {
        client.push(snapshot("1", type, "a"));
        assertThat(client.ask(type, "a", "b")).containsExactly("1 " + type.shortName() + " a=1 -b");
        client.ack(type);
        assertThat(client.push(snapshot("2", type, "a b")))
                .containsExactly("2 " + type.shortName() + " b=1");
    }

    /// "Client is told when a resource is removed via removed_resources field".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void whatIsRemovedIsSaidToBeAndComesBack(XdsType type) {
        client.push(snapshot("1", type, "a b"));
        client.ask(type, "a", "b");
        client.ack(type);
        assertThat(client.push(snapshot("2", type, "a")))
                .containsExactly("2 " + type.shortName() + " -b");
        client.ack(type);
        assertThat(client.push(snapshot("3", type, "a b")))
                .containsExactly("3 " + type.shortName() + " b=1");
    }

    /// "Client can incrementally unsubscribe from resources".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void whatIsNoLongerWantedIsNoLongerSent(XdsType type) {
        client.push(snapshot("1", type, "a b"));
        client.ask(type, "a", "b");
        client.ack(type);
        assertThat(client.unsubscribe(type, "b")).isEmpty();
        assertThat(client.push(snapshot("2", type, "a b=2")))
                .containsExactly("ack " + type.shortName() + " 2");
        assertThat(client.unsubscribe(type, "a")).isEmpty();
        assertThat(client.push(snapshot("3", type, "a=2 b=2")))
                .containsExactly("ack " + type.shortName() + " 3");
    }

    /// "Client can subscribe to multiple services via ADS".
    @Test
    void oneStreamCarriesSeveralTypes() {
        client.push(snapshot("1", ENDPOINT, "a b", ROUTE, "a b"));
        assertThat(client.ask(ENDPOINT, "b")).containsExactly("1 EDS b=1");
        client.ack(ENDPOINT);
        assertThat(client.ask(ROUTE, "b")).containsExactly("1 RDS b=1");
        client.ack(ROUTE);
        assertThat(client.push(snapshot("2", ENDPOINT, "a b=2", ROUTE, "a b")))
                .containsExactly("2 EDS b=2", "ack RDS 2");
    }

    @Test
    void whoSubscribesAgainIsSentItAgain() {
        client.push(snapshot("1", ENDPOINT, "a b"));
        client.ask(ENDPOINT, "a", "b");
        client.ack(ENDPOINT);
        assertThat(client.ask(ENDPOINT, "a")).containsExactly("1 EDS a=1");
        client.ack(ENDPOINT);
        client.unsubscribe(ENDPOINT, "b");
        assertThat(client.ask(ENDPOINT, "b")).containsExactly("1 EDS b=1");
    }

    @Test
    void aNameLeftUnderAStarIsSentAgainOrSaidToBeGone() {
        client.push(snapshot("1", CLUSTER, "a b"));
        client.ask(CLUSTER, "*", "a", "z");
        client.ack(CLUSTER);
        assertThat(client.unsubscribe(CLUSTER, "a")).containsExactly("1 CDS a=1");
        client.ack(CLUSTER);
        assertThat(client.unsubscribe(CLUSTER, "z")).containsExactly("1 CDS -z");
    }

    @Test
    void aStarThatIsTakenBackLeavesTheNames() {
        client.push(snapshot("1", CLUSTER, "a b"));
        client.ask(CLUSTER, "*", "a");
        client.ack(CLUSTER);
        assertThat(client.unsubscribe(CLUSTER, "*")).isEmpty();
        assertThat(client.push(snapshot("2", CLUSTER, "a=2 b=2"))).containsExactly("2 CDS a=2");
    }

    @Test
    void whoComesBackIsSentOnlyWhatDiffers() {
        client.push(snapshot("7", CLUSTER, "a b=2 d"));
        var held =
                Map.of(
                        "a", resource(CLUSTER, "a", "1").version(),
                        "b", resource(CLUSTER, "b", "1").version(),
                        "c", resource(CLUSTER, "c", "1").version());
        assertThat(client.comeBack(CLUSTER, held)).containsExactly("7 CDS b=2 d=1");
        assertThat(client.ack(CLUSTER)).containsExactly("7 CDS -c");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 7");
    }

    @Test
    void whoComesBackWithEverythingIsSentNothing() {
        client.push(snapshot("7", CLUSTER, "a", ROUTE, "r"));
        assertThat(client.comeBack(CLUSTER, Map.of("a", resource(CLUSTER, "a", "1").version())))
                .containsExactly("ack CDS 7");
        assertThat(client.comeBack(ROUTE, Map.of("r", resource(ROUTE, "r", "1").version()), "r"))
                .containsExactly("ack RDS 7");
    }

    @Test
    void anEnvoyThatComesBackIsSentItsEndpointsSinceItMayStillWaitForThem() {
        client = new DeltaDriver(ClientTraits.ENVOY);
        client.push(snapshot("7", ENDPOINT, "a"));
        assertThat(
                        client.comeBack(
                                ENDPOINT, Map.of("a", resource(ENDPOINT, "a", "1").version()), "a"))
                .containsExactly("7 EDS a=1");
    }

    @Test
    void oneResponseOfATypeIsOnItsWayAtMostAndSnapshotsMerge() {
        client.push(snapshot("1", CLUSTER, "a"));
        client.ask(CLUSTER);
        assertThat(client.push(snapshot("2", CLUSTER, "a=2 b"))).isEmpty();
        assertThat(client.push(snapshot("3", CLUSTER, "a=3"))).isEmpty();
        assertThat(client.ack(CLUSTER)).containsExactly("3 CDS a=3");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 3");
    }

    @Test
    void aStaleAnswerCountsForNothingButItsSubscriptions() {
        client.push(snapshot("1", ENDPOINT, "a b c"));
        client.ask(ENDPOINT, "a");
        String first = client.nonce(ENDPOINT);
        client.ack(ENDPOINT);
        client.ask(ENDPOINT, "b");
        assertThat(client.answer(ENDPOINT, first, Optional.of("no"), "c")).isEmpty();
        assertThat(client.ack(ENDPOINT)).containsExactly("1 EDS c=1");
    }

    @Test
    void whatWasRejectedIsNotSentAgainUntilItChanges() {
        client.push(snapshot("1", CLUSTER, "a b"));
        client.ask(CLUSTER);
        assertThat(client.nack(CLUSTER, "cluster 'b': bad")).containsExactly("nack CDS 1 [b]");
        assertThat(client.push(snapshot("2", CLUSTER, "a=2 b"))).containsExactly("2 CDS a=2");
        assertThat(client.ack(CLUSTER)).isEmpty();
        assertThat(client.push(snapshot("3", CLUSTER, "a=2 b=3"))).containsExactly("3 CDS b=3");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 3");
    }

    @Test
    void whoComesBackToTheVersionBeforeHisRefusalIsToldToHaveArrived() {
        client.push(snapshot("1", CLUSTER, "a"));
        client.ask(CLUSTER);
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 1");
        assertThat(client.push(snapshot("2", CLUSTER, "a=2"))).containsExactly("2 CDS a=2");
        assertThat(client.nack(CLUSTER, "cluster 'a': bad")).containsExactly("nack CDS 2 [a]");
        assertThat(client.push(snapshot("1", CLUSTER, "a"))).containsExactly("1 CDS a=1");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 1");
    }

    @Test
    void whatNobodyWantsAnyMoreWhenItsRefusalComesIsForgotten() {
        client.push(snapshot("1", CLUSTER, "a b"));
        client.ask(CLUSTER, "a", "b");
        assertThat(client.unsubscribe(CLUSTER, "b")).isEmpty();
        assertThat(client.nack(CLUSTER, "cluster 'b': bad"))
                .containsExactly("nack CDS 1 [b]", "ack CDS 1");
    }

    @Test
    void aRejectionThatNamesNothingIsAboutTheWholeResponse() {
        client.push(snapshot("1", CLUSTER, "a b"));
        client.ask(CLUSTER);
        assertThat(client.nack(CLUSTER, "out of memory")).containsExactly("nack CDS 1 [a, b]");
    }

    @Test
    void aNameIsFoundInARejectionOnlyWhereItStandsAlone() {
        client.push(snapshot("1", CLUSTER, "outbound|80||a.b outbound|80||a a.b"));
        client.ask(CLUSTER);
        assertThat(
                        client.nack(
                                CLUSTER,
                                "Error adding/updating cluster(s) outbound|80||a: no hosts."))
                .containsExactly("nack CDS 1 [outbound|80||a]");
    }

    @Test
    void whatWasRejectedAndRemovedIsForgotten() {
        client.push(snapshot("1", CLUSTER, "a b"));
        client.ask(CLUSTER);
        client.nack(CLUSTER, "b");
        assertThat(client.push(snapshot("2", CLUSTER, "a"))).containsExactly("2 CDS -b");
        assertThat(client.ack(CLUSTER)).containsExactly("ack CDS 2");
    }

    @Test
    void whatARejectionOfARouteTableDoesNotNameIsSentOnceMore() {
        client.push(snapshot("1", ROUTE, "a b c"));
        client.ask(ROUTE, "a", "b", "c");
        assertThat(client.nack(ROUTE, "b: bad")).containsExactly("nack RDS 1 [b]", "1 RDS a=1 c=1");
        assertThat(client.ack(ROUTE)).isEmpty();
    }

    @Test
    void whatIsBadAmongManyIsFoundByHalvesWhenTheRejectionDoesNotSay() {
        client.push(snapshot("1", ROUTE, "a b c d"));
        client.ask(ROUTE, "a", "b", "c", "d");
        assertThat(client.nack(ROUTE, "bad"))
                .containsExactly("nack RDS 1 [a, b, c, d]", "1 RDS a=1 b=1");
        assertThat(client.ack(ROUTE)).containsExactly("1 RDS c=1 d=1");
        assertThat(client.nack(ROUTE, "bad")).containsExactly("nack RDS 1 [c, d]", "1 RDS c=1");
        assertThat(client.nack(ROUTE, "bad")).containsExactly("nack RDS 1 [c]", "1 RDS d=1");
        assertThat(client.ack(ROUTE)).isEmpty();
        assertThat(client.push(snapshot("2", ROUTE, "a b c=2 d"))).containsExactly("2 RDS c=2");
        assertThat(client.ack(ROUTE)).containsExactly("ack RDS 2");
    }

    @Test
    void whatAnEnvoyDidNotReadOfARefusedResponseIsSentOnceMore() {
        client = new DeltaDriver(ClientTraits.ENVOY);
        client.push(snapshot("1", CLUSTER, "a b c"));
        client.ask(CLUSTER);
        assertThat(client.nack(CLUSTER, "Proto constraint validation failed (…): name: \"b\""))
                .containsExactly("nack CDS 1 [b]", "1 CDS a=1 c=1");
        assertThat(client.ack(CLUSTER)).isEmpty();
        client.push(snapshot("2", CLUSTER, "a=2 b=2 c"));
        assertThat(client.nack(CLUSTER, "Error adding/updating cluster(s) a: no hosts"))
                .containsExactly("nack CDS 2 [a]");
    }

    @Test
    void anUnknownTypeIsReported() {
        assertThat(
                        client.onRequest(
                                new DeltaRequest(
                                        "type.googleapis.com/x.Y",
                                        List.of("a"),
                                        List.of(),
                                        Map.of(),
                                        "",
                                        Optional.empty())))
                .containsExactly(new ServerEffect.Unserved<>("type.googleapis.com/x.Y"));
    }

    @Test
    void whatIsWantedByNameIsTold() {
        assertThat(client.subscriptions()).isEmpty();
        client.push(snapshot("1", ENDPOINT, "a b"));
        client.ask(CLUSTER);
        client.ask(ENDPOINT, "b", "a", "absent");
        client.unsubscribe(ENDPOINT, "a");
        assertThat(client.subscriptions()).containsOnlyKeys(CLUSTER, ENDPOINT);
        assertThat(client.subscriptions().get(CLUSTER)).isEmpty();
        assertThat(client.subscriptions().get(ENDPOINT)).containsExactly("absent", "b");
    }
}
