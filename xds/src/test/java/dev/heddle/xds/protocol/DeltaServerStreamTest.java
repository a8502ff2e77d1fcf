package dev.heddle.xds.protocol;

import static dev.heddle.xds.XdsType.CLUSTER;
import static dev.heddle.xds.XdsType.ENDPOINT;
import static dev.heddle.xds.XdsType.LISTENER;
import static dev.heddle.xds.XdsType.ROUTE;
import static dev.heddle.xds.XdsType.SECRET;
import static dev.heddle.xds.protocol.Snapshots.resource;
import static dev.heddle.xds.protocol.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The rules of delta xDS, one by one. Scenarios of the xDS test harness that a test covers are
/// named beside it.
final class DeltaServerStreamTest {
    private DeltaServerStream stream = new DeltaServerStream(ClientTraits.HEDDLE);
    private final Map<XdsType, String> nonces = new EnumMap<>(XdsType.class);

    @ParameterizedTest
    @EnumSource(
            value = XdsType.class,
            names = {"CLUSTER", "LISTENER"})
    void aFirstRequestThatNamesNothingMeansAllClustersOrListeners(XdsType type) {
        push(snapshot("1", type, "a b"));
        assertThat(ask(type)).containsExactly("1 " + type.shortName() + " a=1 b=1");
    }

    @Test
    void namingNothingMeansNothingForOtherTypes() {
        push(snapshot("1", ENDPOINT, "a b"));
        assertThat(ask(ENDPOINT)).containsExactly("ack EDS 1");
    }

    @ParameterizedTest
    @EnumSource(XdsType.class)
    void aStarMeansEverythingOfAnyType(XdsType type) {
        push(snapshot("1", type, "a b"));
        assertThat(ask(type, "*")).containsExactly("1 " + type.shortName() + " a=1 b=1");
    }

    @Test
    void allOfNothingIsAnsweredToo() {
        push(snapshot("1"));
        assertThat(ask(CLUSTER)).containsExactly("1 CDS");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 1");
    }

    @Test
    void aRequestBeforeTheFirstSnapshotIsAnsweredWhenItComes() {
        assertThat(ask(CLUSTER)).isEmpty();
        assertThat(push(snapshot("1", CLUSTER, "a"))).containsExactly("1 CDS a=1");
    }

    /// "Subscribe to resources one after the other".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void namesAreSubscribedToOneAfterTheOther(XdsType type) {
        push(snapshot("1", type, "a b c"));
        String prefix = "1 " + type.shortName();
        assertThat(ask(type, "a")).containsExactly(prefix + " a=1");
        assertThat(ack(type)).containsExactly("ack " + type.shortName() + " 1");
        assertThat(ask(type, "b")).containsExactly(prefix + " b=1");
        assertThat(ack(type)).isEmpty();
    }

    /// "When subscribing to specific resources, receive only these resources".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void onlyWhatIsNamedIsSent(XdsType type) {
        push(snapshot("1", type, "a b c d"));
        assertThat(ask(type, "b", "d")).containsExactly("1 " + type.shortName() + " b=1 d=1");
    }

    /// "When a resource is updated, receive response for only that resource".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void onlyWhatChangedIsSent(XdsType type) {
        push(snapshot("1", type, "a b c"));
        ask(type, "a", "b", "c");
        ack(type);
        assertThat(push(snapshot("2", type, "a=2 b c")))
                .containsExactly("2 " + type.shortName() + " a=2");
        assertThat(ack(type)).containsExactly("ack " + type.shortName() + " 2");
    }

    /// "Client is told if resource does not exist, and is notified if it is created".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void whatDoesNotExistIsSaidToAndSentOnceItDoes(XdsType type) {
        push(snapshot("1", type, "a"));
        assertThat(ask(type, "a", "b")).containsExactly("1 " + type.shortName() + " a=1 -b");
        ack(type);
        assertThat(push(snapshot("2", type, "a b")))
                .containsExactly("2 " + type.shortName() + " b=1");
    }

    /// "Client is told when a resource is removed via removed_resources field".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void whatIsRemovedIsSaidToBeAndComesBack(XdsType type) {
        push(snapshot("1", type, "a b"));
        ask(type, "a", "b");
        ack(type);
        assertThat(push(snapshot("2", type, "a"))).containsExactly("2 " + type.shortName() + " -b");
        ack(type);
        assertThat(push(snapshot("3", type, "a b")))
                .containsExactly("3 " + type.shortName() + " b=1");
    }

    /// "Client can incrementally unsubscribe from resources".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void whatIsNoLongerWantedIsNoLongerSent(XdsType type) {
        push(snapshot("1", type, "a b"));
        ask(type, "a", "b");
        ack(type);
        assertThat(unsubscribe(type, "b")).isEmpty();
        assertThat(push(snapshot("2", type, "a b=2")))
                .containsExactly("ack " + type.shortName() + " 2");
        assertThat(unsubscribe(type, "a")).isEmpty();
        assertThat(push(snapshot("3", type, "a=2 b=2")))
                .containsExactly("ack " + type.shortName() + " 3");
    }

    /// "Client can subscribe to multiple services via ADS".
    @Test
    void oneStreamCarriesSeveralTypes() {
        push(snapshot("1", ENDPOINT, "a b", ROUTE, "a b"));
        assertThat(ask(ENDPOINT, "b")).containsExactly("1 EDS b=1");
        ack(ENDPOINT);
        assertThat(ask(ROUTE, "b")).containsExactly("1 RDS b=1");
        ack(ROUTE);
        assertThat(push(snapshot("2", ENDPOINT, "a b=2", ROUTE, "a b")))
                .containsExactly("2 EDS b=2", "ack RDS 2");
    }

    @Test
    void whoSubscribesAgainIsSentItAgain() {
        push(snapshot("1", ENDPOINT, "a b"));
        ask(ENDPOINT, "a", "b");
        ack(ENDPOINT);
        assertThat(ask(ENDPOINT, "a")).containsExactly("1 EDS a=1");
        ack(ENDPOINT);
        unsubscribe(ENDPOINT, "b");
        assertThat(ask(ENDPOINT, "b")).containsExactly("1 EDS b=1");
    }

    @Test
    void aNameLeftUnderAStarIsSentAgainOrSaidToBeGone() {
        push(snapshot("1", CLUSTER, "a b"));
        ask(CLUSTER, "*", "a", "z");
        ack(CLUSTER);
        assertThat(unsubscribe(CLUSTER, "a")).containsExactly("1 CDS a=1");
        ack(CLUSTER);
        assertThat(unsubscribe(CLUSTER, "z")).containsExactly("1 CDS -z");
    }

    @Test
    void aStarThatIsTakenBackLeavesTheNames() {
        push(snapshot("1", CLUSTER, "a b"));
        ask(CLUSTER, "*", "a");
        ack(CLUSTER);
        assertThat(unsubscribe(CLUSTER, "*")).isEmpty();
        assertThat(push(snapshot("2", CLUSTER, "a=2 b=2"))).containsExactly("2 CDS a=2");
    }

    @Test
    void whoComesBackIsSentOnlyWhatDiffers() {
        push(snapshot("7", CLUSTER, "a b=2 d"));
        var held =
                Map.of(
                        "a", resource(CLUSTER, "a", "1").version(),
                        "b", resource(CLUSTER, "b", "1").version(),
                        "c", resource(CLUSTER, "c", "1").version());
        assertThat(comeBack(CLUSTER, held)).containsExactly("7 CDS b=2 d=1");
        assertThat(ack(CLUSTER)).containsExactly("7 CDS -c");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 7");
    }

    @Test
    void whoComesBackWithEverythingIsSentNothing() {
        push(snapshot("7", CLUSTER, "a", ROUTE, "r"));
        assertThat(comeBack(CLUSTER, Map.of("a", resource(CLUSTER, "a", "1").version())))
                .containsExactly("ack CDS 7");
        assertThat(comeBack(ROUTE, Map.of("r", resource(ROUTE, "r", "1").version()), "r"))
                .containsExactly("ack RDS 7");
    }

    @Test
    void anEnvoyThatComesBackIsSentItsEndpointsSinceItMayStillWaitForThem() {
        stream = new DeltaServerStream(ClientTraits.ENVOY);
        push(snapshot("7", ENDPOINT, "a"));
        assertThat(comeBack(ENDPOINT, Map.of("a", resource(ENDPOINT, "a", "1").version()), "a"))
                .containsExactly("7 EDS a=1");
    }

    @Test
    void oneResponseOfATypeIsOnItsWayAtMostAndSnapshotsMerge() {
        push(snapshot("1", CLUSTER, "a"));
        ask(CLUSTER);
        assertThat(push(snapshot("2", CLUSTER, "a=2 b"))).isEmpty();
        assertThat(push(snapshot("3", CLUSTER, "a=3"))).isEmpty();
        assertThat(ack(CLUSTER)).containsExactly("3 CDS a=3");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 3");
    }

    @Test
    void aStaleAnswerCountsForNothingButItsSubscriptions() {
        push(snapshot("1", ENDPOINT, "a b c"));
        ask(ENDPOINT, "a");
        String first = nonces.getOrDefault(ENDPOINT, "");
        ack(ENDPOINT);
        ask(ENDPOINT, "b");
        assertThat(answer(ENDPOINT, first, Optional.of("no"), "c")).isEmpty();
        assertThat(ack(ENDPOINT)).containsExactly("1 EDS c=1");
    }

    @Test
    void whatWasRejectedIsNotSentAgainUntilItChanges() {
        push(snapshot("1", CLUSTER, "a b"));
        ask(CLUSTER);
        assertThat(nack(CLUSTER, "cluster 'b': bad")).containsExactly("nack CDS 1 [b]");
        assertThat(push(snapshot("2", CLUSTER, "a=2 b"))).containsExactly("2 CDS a=2");
        assertThat(ack(CLUSTER)).isEmpty();
        assertThat(push(snapshot("3", CLUSTER, "a=2 b=3"))).containsExactly("3 CDS b=3");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 3");
    }

    @Test
    void aRejectionThatNamesNothingIsAboutTheWholeResponse() {
        push(snapshot("1", CLUSTER, "a b"));
        ask(CLUSTER);
        assertThat(nack(CLUSTER, "out of memory")).containsExactly("nack CDS 1 [a, b]");
    }

    @Test
    void aNameIsFoundInARejectionOnlyWhereItStandsAlone() {
        push(snapshot("1", CLUSTER, "outbound|80||a.b outbound|80||a a.b"));
        ask(CLUSTER);
        assertThat(nack(CLUSTER, "Error adding/updating cluster(s) outbound|80||a: no hosts."))
                .containsExactly("nack CDS 1 [outbound|80||a]");
    }

    @Test
    void whatWasRejectedAndRemovedIsForgotten() {
        push(snapshot("1", CLUSTER, "a b"));
        ask(CLUSTER);
        nack(CLUSTER, "b");
        assertThat(push(snapshot("2", CLUSTER, "a"))).containsExactly("2 CDS -b");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 2");
    }

    @Test
    void whatARejectionOfARouteTableDoesNotNameIsSentOnceMore() {
        push(snapshot("1", ROUTE, "a b c"));
        ask(ROUTE, "a", "b", "c");
        assertThat(nack(ROUTE, "b: bad")).containsExactly("nack RDS 1 [b]", "1 RDS a=1 c=1");
        assertThat(ack(ROUTE)).isEmpty();
    }

    @Test
    void whatIsBadAmongManyIsFoundByHalvesWhenTheRejectionDoesNotSay() {
        push(snapshot("1", ROUTE, "a b c d"));
        ask(ROUTE, "a", "b", "c", "d");
        assertThat(nack(ROUTE, "bad")).containsExactly("nack RDS 1 [a, b, c, d]", "1 RDS a=1 b=1");
        assertThat(ack(ROUTE)).containsExactly("1 RDS c=1 d=1");
        assertThat(nack(ROUTE, "bad")).containsExactly("nack RDS 1 [c, d]", "1 RDS c=1");
        assertThat(nack(ROUTE, "bad")).containsExactly("nack RDS 1 [c]", "1 RDS d=1");
        assertThat(ack(ROUTE)).isEmpty();
        assertThat(push(snapshot("2", ROUTE, "a b c=2 d"))).containsExactly("2 RDS c=2");
        assertThat(ack(ROUTE)).containsExactly("ack RDS 2");
    }

    @Test
    void anAnswerThatDoesNotComeHoldsUpOthersNoLongerThanPatienceLasts() {
        startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r"));
        push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a", ROUTE, "r=2"));
        assertThat(impatient(CLUSTER)).containsExactly("2 RDS r=2");
        assertThat(ack(ROUTE)).containsExactly("ack RDS 2");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 2");
    }

    @Test
    void anOverdueAnswerIsNotAwaitedAnyLongerByItsOwnType() {
        startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a"));
        String late = nonces.getOrDefault(CLUSTER, "");
        assertThat(impatient(CLUSTER)).isEmpty();
        assertThat(push(snapshot("3", CLUSTER, "a=3", ENDPOINT, "a")))
                .containsExactly("3 CDS a=3", "ack EDS 3");
        assertThat(answer(CLUSTER, late, Optional.empty())).isEmpty();
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 3");
    }

    @Test
    void listenersAndRoutesWaitUntilTheClustersAreAnswered() {
        startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", LISTENER, "l", ROUTE, "r"));
        assertThat(
                        push(
                                snapshot(
                                        "2", CLUSTER, "a b", ENDPOINT, "a b", LISTENER, "l=2",
                                        ROUTE, "r=2")))
                .containsExactly("2 CDS b=1", "ack EDS 2");
        assertThat(ask(ENDPOINT, "b")).containsExactly("2 EDS b=1");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 2");
        assertThat(ack(ENDPOINT)).containsExactly("2 LDS l=2", "2 RDS r=2");
        assertThat(ack(LISTENER)).containsExactly("ack LDS 2");
        assertThat(ack(ROUTE)).containsExactly("ack RDS 2");
    }

    @Test
    void endpointsDoNotWaitForTheClustersAnswerWhichWaitsForThem() {
        startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a"));
        assertThat(push(snapshot("3", CLUSTER, "a=2", ENDPOINT, "a=3")))
                .containsExactly("3 EDS a=3");
    }

    @Test
    void endpointsThatComeAndGoDoNotHoldUpRoutes() {
        startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r"));
        assertThat(push(snapshot("2", CLUSTER, "a", ENDPOINT, "a=2", ROUTE, "r")))
                .contains("2 EDS a=2");
        assertThat(push(snapshot("3", CLUSTER, "a", ENDPOINT, "a=3", ROUTE, "r=3")))
                .contains("3 RDS r=3");
    }

    @Test
    void removalsComeLastUsersBeforeWhatTheyUse() {
        startWith(
                snapshot(
                        "1", CLUSTER, "a b", ENDPOINT, "a b", SECRET, "s t", LISTENER, "l m", ROUTE,
                        "r q"));
        assertThat(
                        push(
                                snapshot(
                                        "2", CLUSTER, "a", ENDPOINT, "a", SECRET, "s", LISTENER,
                                        "l", ROUTE, "r=2")))
                .containsExactly("2 RDS r=2");
        assertThat(ack(ROUTE)).containsExactly("2 LDS -m");
        assertThat(ack(LISTENER)).containsExactly("2 RDS -q", "ack LDS 2");
        assertThat(ack(ROUTE)).containsExactly("2 CDS -b", "ack RDS 2");
        assertThat(unsubscribe(ENDPOINT, "b")).containsExactly("ack EDS 2");
        assertThat(ack(CLUSTER)).containsExactly("2 SDS -t", "ack CDS 2");
        assertThat(ack(SECRET)).containsExactly("ack SDS 2");
    }

    @Test
    void aClusterIsNotRemovedBeforeTheRouteThatLeftItIsRejected() {
        startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r"));
        assertThat(push(snapshot("2", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=2")))
                .containsExactly("2 RDS r=2");
        assertThat(nack(ROUTE, "r: bad")).containsExactly("nack RDS 2 [r]", "2 CDS -b");
    }

    @Test
    void whatComesBackBeforeItsRemovalWasSentIsNotRemoved() {
        startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r"));
        push(snapshot("2", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=2"));
        assertThat(push(snapshot("3", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r=2")))
                .containsExactly("ack CDS 3", "ack EDS 3");
        assertThat(ack(ROUTE)).containsExactly("ack RDS 3");
    }

    @Test
    void aChangedClusterBringsItsEndpointsAgainToAnEnvoyThatWaitsForThem() {
        stream = new DeltaServerStream(ClientTraits.ENVOY);
        startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", ROUTE, "r"));
        assertThat(push(snapshot("2", CLUSTER, "a=2 b", ENDPOINT, "a b", ROUTE, "r")))
                .containsExactly("2 CDS a=2", "2 EDS a=1", "ack RDS 2");
        assertThat(ack(ENDPOINT)).containsExactly("ack EDS 2");
    }

    @Test
    void aChangedClusterBringsNoEndpointsToAProxyThatKeepsThem() {
        startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        assertThat(push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a")))
                .containsExactly("2 CDS a=2", "ack EDS 2");
    }

    @Test
    void endpointsOnTheirWayAreFollowedByThoseThatAChangedClusterWaitsFor() {
        stream = new DeltaServerStream(ClientTraits.ENVOY);
        startWith(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        assertThat(push(snapshot("2", CLUSTER, "a", ENDPOINT, "a=2")))
                .containsExactly("2 EDS a=2", "ack CDS 2");
        assertThat(push(snapshot("3", CLUSTER, "a=3", ENDPOINT, "a=2")))
                .containsExactly("3 CDS a=3");
        assertThat(ack(ENDPOINT)).containsExactly("3 EDS a=2");
    }

    @Test
    void anUnknownTypeIsReported() {
        assertThat(
                        stream.onRequest(
                                new DeltaRequest(
                                        "type.googleapis.com/x.Y",
                                        List.of("a"),
                                        List.of(),
                                        Map.of(),
                                        "",
                                        Optional.empty())))
                .containsExactly(new ServerEffect.Unserved<>("type.googleapis.com/x.Y"));
    }

    /// Subscribes to everything in the snapshot and answers until nothing more comes.
    private void startWith(Snapshot snapshot) {
        push(snapshot);
        for (XdsType type : XdsType.values()) {
            String[] names =
                    type.wildcardByDefault()
                            ? new String[0]
                            : snapshot.of(type).keySet().toArray(String[]::new);
            if (!snapshot.of(type).isEmpty()) {
                ask(type, names);
                ack(type);
            }
        }
    }

    private List<String> push(Snapshot snapshot) {
        return show(stream.onPush(snapshot));
    }

    private List<String> ask(XdsType type, String... names) {
        return say(type, List.of(names), List.of(), Map.of(), "", Optional.empty());
    }

    private List<String> comeBack(XdsType type, Map<String, String> held, String... names) {
        return say(type, List.of(names), List.of(), held, "", Optional.empty());
    }

    private List<String> unsubscribe(XdsType type, String... names) {
        return say(type, List.of(), List.of(names), Map.of(), "", Optional.empty());
    }

    private List<String> ack(XdsType type) {
        return answer(type, nonces.getOrDefault(type, ""), Optional.empty());
    }

    private List<String> impatient(XdsType type) {
        return show(stream.onUnanswered(type, nonces.getOrDefault(type, "")));
    }

    private List<String> nack(XdsType type, String text) {
        return answer(type, nonces.getOrDefault(type, ""), Optional.of(text));
    }

    private List<String> answer(
            XdsType type, String answered, Optional<String> error, String... names) {
        return say(type, List.of(names), List.of(), Map.of(), answered, error);
    }

    private List<String> say(
            XdsType type,
            List<String> subscribe,
            List<String> unsubscribe,
            Map<String, String> held,
            String answered,
            Optional<String> error) {
        return show(
                stream.onRequest(
                        new DeltaRequest(
                                type.typeUrl(), subscribe, unsubscribe, held, answered, error)));
    }

    private List<String> show(List<ServerEffect<DeltaResponse>> effects) {
        var shown = new ArrayList<String>();
        for (ServerEffect<DeltaResponse> effect : effects) {
            switch (effect) {
                case ServerEffect.Send<DeltaResponse>(var r) -> {
                    nonces.put(r.type(), r.nonce());
                    shown.add(show(r));
                }
                case ServerEffect.Acked<DeltaResponse>(var type, var version) ->
                        shown.add("ack " + type.shortName() + " " + version);
                case ServerEffect.Nacked<DeltaResponse>(var type, var version, var _, var names) ->
                        shown.add("nack " + type.shortName() + " " + version + " " + names);
                case ServerEffect.Unserved<DeltaResponse>(var url) -> shown.add("unserved " + url);
            }
        }
        return shown;
    }

    private static String show(DeltaResponse r) {
        String resources =
                r.resources().stream()
                        .map(x -> " " + Snapshots.show(r.type(), x))
                        .collect(Collectors.joining());
        String removed = r.removed().stream().map(n -> " -" + n).collect(Collectors.joining());
        return r.version() + " " + r.type().shortName() + resources + removed;
    }
}
