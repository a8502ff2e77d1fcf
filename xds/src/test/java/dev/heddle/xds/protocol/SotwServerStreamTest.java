package dev.heddle.xds.protocol;

import static dev.heddle.xds.XdsType.CLUSTER;
import static dev.heddle.xds.XdsType.ENDPOINT;
import static dev.heddle.xds.XdsType.LISTENER;
import static dev.heddle.xds.XdsType.ROUTE;
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

/// The rules of state-of-the-world xDS, one by one. Scenarios of the xDS test harness that a test
/// covers are named beside it.
final class SotwServerStreamTest {
    private final Map<XdsType, String> nonces = new EnumMap<>(XdsType.class);
    private final Map<XdsType, List<String>> names = new EnumMap<>(XdsType.class);
    private final SotwServerStream stream = new SotwServerStream(ClientTraits.ENVOY);

    /// "The service should send all resources on a wildcard request", "… should send updates to the
    /// client", "Wildcard subscriptions receive updates when new resources are added".
    @ParameterizedTest
    @EnumSource(
            value = XdsType.class,
            names = {"CLUSTER", "LISTENER"})
    void clustersAndListenersAreSentWhole(XdsType type) {
        String ds = type.shortName();
        push(snapshot("1", type, "a b c"));
        assertThat(ask(type)).containsExactly("1 " + ds + " a=1 b=1 c=1");
        assertThat(ack(type)).containsExactly("ack " + ds + " 1");
        assertThat(push(snapshot("2", type, "a=2 b c")))
                .containsExactly("2 " + ds + " a=2 b=1 c=1");
        assertThat(ack(type)).containsExactly("ack " + ds + " 2");
        assertThat(push(snapshot("3", type, "a=2 b c d")))
                .containsExactly("3 " + ds + " a=2 b=1 c=1 d=1");
        assertThat(ack(type)).containsExactly("ack " + ds + " 3");
    }

    @Test
    void whatIsWantedByNameIsTold() {
        push(snapshot("1", XdsType.ENDPOINT, "a b"));
        ask(XdsType.CLUSTER);
        ask(XdsType.ENDPOINT, "b", "a");
        ask(XdsType.ENDPOINT, "b", "absent");
        assertThat(stream.subscriptions()).containsOnlyKeys(XdsType.CLUSTER, XdsType.ENDPOINT);
        assertThat(stream.subscriptions().get(XdsType.CLUSTER)).isEmpty();
        assertThat(stream.subscriptions().get(XdsType.ENDPOINT)).containsExactly("absent", "b");
    }

    /// "When subscribing to specific resources, receive only these resources", "… receive response
    /// when those resources change" (clusters and listeners).
    @ParameterizedTest
    @EnumSource(
            value = XdsType.class,
            names = {"CLUSTER", "LISTENER"})
    void namedClustersAndListenersAreSentWholeToo(XdsType type) {
        String ds = type.shortName();
        push(snapshot("1", type, "a b c d"));
        assertThat(ask(type, "b", "d")).containsExactly("1 " + ds + " b=1 d=1");
        ack(type);
        assertThat(push(snapshot("2", type, "a=2 b=2 c d")))
                .containsExactly("2 " + ds + " b=2 d=1");
    }

    /// "When subscribing to specific resources, receive …" (routes and endpoints).
    @ParameterizedTest
    @EnumSource(
            value = XdsType.class,
            names = {"ENDPOINT", "ROUTE", "SECRET"})
    void otherTypesAreSentAsFarAsTheyChanged(XdsType type) {
        String ds = type.shortName();
        push(snapshot("1", type, "a b c d"));
        assertThat(ask(type, "b", "d")).containsExactly("1 " + ds + " b=1 d=1");
        ack(type);
        assertThat(push(snapshot("2", type, "a=2 b=2 c d"))).containsExactly("2 " + ds + " b=2");
        assertThat(ack(type)).containsExactly("ack " + ds + " 2");
    }

    /// "When subscribing to resources that don't exist, receive response when they are created".
    @Test
    void whatDoesNotExistIsLeftOutAndSentOnceItDoes() {
        push(snapshot("1", LISTENER, "b d", ROUTE, "a"));
        assertThat(ask(LISTENER, "b", "d", "x")).containsExactly("1 LDS b=1 d=1");
        ack(LISTENER);
        assertThat(ask(ROUTE, "a", "z")).containsExactly("1 RDS a=1");
        ack(ROUTE);
        assertThat(push(snapshot("2", LISTENER, "b d x", ROUTE, "a")))
                .contains("2 LDS b=1 d=1 x=1");
        ack(LISTENER);
        assertThat(push(snapshot("3", LISTENER, "b d x", ROUTE, "a z"))).contains("3 RDS z=1");
    }

    @Test
    void aNamedListenerThatDoesNotExistIsAnsweredWithoutIt() {
        push(snapshot("1"));
        assertThat(ask(LISTENER, "x")).containsExactly("1 LDS");
    }

    /// "Client can unsubcribe from some resources".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void whatIsNoLongerNamedIsNoLongerSent(XdsType type) {
        String ds = type.shortName();
        push(snapshot("1", type, "a b c d"));
        ask(type, "a", "b", "c");
        ack(type);
        assertThat(ask(type, "a")).isEmpty();
        assertThat(push(snapshot("2", type, "a=2 b=2 c d"))).containsExactly("2 " + ds + " a=2");
    }

    /// "Client can unsubscribe from all resources".
    @ParameterizedTest
    @EnumSource(XdsType.class)
    void whoNamedSomethingAndNowNamesNothingWantsNothing(XdsType type) {
        push(snapshot("1", type, "a b"));
        ask(type, "a", "b");
        ack(type);
        assertThat(ask(type)).isEmpty();
        assertThat(push(snapshot("2", type, "a=2 b=2")))
                .containsExactly("ack " + type.shortName() + " 2");
    }

    @ParameterizedTest
    @EnumSource(XdsType.class)
    void aStarMeansEverythingUntilItIsNoLongerNamed(XdsType type) {
        push(snapshot("1", type, "a b"));
        assertThat(ask(type, "*")).containsExactly("1 " + type.shortName() + " a=1 b=1");
        ack(type);
        ask(type);
        assertThat(push(snapshot("2", type, "a=2 b")))
                .containsExactly("ack " + type.shortName() + " 2");
    }

    /// "Client can subscribe to multiple services via ADS".
    @Test
    void oneStreamCarriesSeveralTypes() {
        push(snapshot("1", ENDPOINT, "a b c", ROUTE, "a b c"));
        assertThat(ask(ROUTE, "b")).containsExactly("1 RDS b=1");
        ack(ROUTE);
        assertThat(ask(ENDPOINT, "b")).containsExactly("1 EDS b=1");
        ack(ENDPOINT);
        assertThat(push(snapshot("2", ENDPOINT, "a b c", ROUTE, "a b=2 c")))
                .containsExactly("2 RDS b=2", "ack EDS 2");
    }

    @Test
    void aNameThatIsAddedIsSentAlone() {
        push(snapshot("1", ENDPOINT, "a b"));
        ask(ENDPOINT, "a");
        ack(ENDPOINT);
        assertThat(ask(ENDPOINT, "a", "b")).containsExactly("1 EDS b=1");
    }

    @Test
    void anAnswerThatNamesMoreIsAnAnswerAndASubscription() {
        push(snapshot("1", ENDPOINT, "a b"));
        ask(ENDPOINT, "a");
        names.put(ENDPOINT, List.of("a", "b"));
        assertThat(ack(ENDPOINT)).containsExactly("1 EDS b=1");
    }

    @Test
    void aStaleRequestHasNoEffectAtAll() {
        push(snapshot("1", ENDPOINT, "a b"));
        ask(ENDPOINT, "a");
        String stale = nonces.getOrDefault(ENDPOINT, "");
        ack(ENDPOINT);
        push(snapshot("2", ENDPOINT, "a=2 b"));
        assertThat(say(ENDPOINT, List.of("a", "b"), stale, Optional.of("no"))).isEmpty();
        assertThat(ack(ENDPOINT)).containsExactly("ack EDS 2");
    }

    @Test
    void theSameRequestTwiceIsAnsweredOnce() {
        push(snapshot("1", ENDPOINT, "a"));
        ask(ENDPOINT, "a");
        ack(ENDPOINT);
        assertThat(ack(ENDPOINT)).isEmpty();
    }

    @Test
    void snapshotsMergeWhileAResponseIsOnItsWay() {
        push(snapshot("1", CLUSTER, "a"));
        ask(CLUSTER);
        assertThat(push(snapshot("2", CLUSTER, "a=2"))).isEmpty();
        assertThat(push(snapshot("3", CLUSTER, "a=3"))).isEmpty();
        assertThat(ack(CLUSTER)).containsExactly("3 CDS a=3");
    }

    @Test
    void whatIsRemovedStaysUntilNothingRefersToIt() {
        startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b", LISTENER, "l", ROUTE, "r"));
        assertThat(push(snapshot("2", CLUSTER, "a=2", ENDPOINT, "a", LISTENER, "l", ROUTE, "r=2")))
                .containsExactly("2+ CDS a=2 b=1", "2 EDS a=1", "ack LDS 2");
        assertThat(ack(ENDPOINT)).containsExactly("ack EDS 2");
        assertThat(ack(CLUSTER)).containsExactly("2 RDS r=2");
        assertThat(ack(ROUTE)).containsExactly("2 CDS a=2", "ack RDS 2");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 2");
    }

    @Test
    void aClusterStaysWhileTheRouteThatUsesItIsTheLastGoodOne() {
        startWith(snapshot("1", CLUSTER, "a b c", ENDPOINT, "a b c", ROUTE, "r=b"));
        push(snapshot("2", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=a"));
        assertThat(nack(ROUTE, "r: bad")).containsExactly("nack RDS 2 [r]", "2+ CDS a=1 b=1");
        assertThat(ack(CLUSTER)).isEmpty();
        assertThat(push(snapshot("3", CLUSTER, "a", ENDPOINT, "a", ROUTE, "r=3")))
                .containsExactly("3 RDS r=3", "ack EDS 3");
        assertThat(ack(ROUTE)).containsExactly("3 CDS a=1", "ack RDS 3");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 3");
    }

    @Test
    void aClusterStaysWhileAListenerThatWasKeptUsesARouteTableThatIsNoMore() {
        startWith(snapshot("1", CLUSTER, "a b", LISTENER, "l=q", ROUTE, "q=b r=a"));
        push(snapshot("2", CLUSTER, "a", LISTENER, "l=r", ROUTE, "r=a"));
        assertThat(nack(LISTENER, "l: bad")).containsExactly("nack LDS 2 [l]");
        assertThat(push(snapshot("3", CLUSTER, "a", LISTENER, "l=3", ROUTE, "r=a")))
                .containsExactly("3 LDS l=3", "ack RDS 3");
        assertThat(ack(LISTENER)).containsExactly("3 CDS a=1", "ack LDS 3");
    }

    @Test
    void aRemovalAloneIsOneResponse() {
        startWith(snapshot("1", CLUSTER, "a b"));
        assertThat(push(snapshot("2", CLUSTER, "a"))).containsExactly("2 CDS a=1");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 2");
    }

    @Test
    void aRejectedClusterStaysAsItWasWhileOthersGoOn() {
        startWith(snapshot("1", CLUSTER, "a b"));
        push(snapshot("2", CLUSTER, "a=2 b=2 c"));
        assertThat(nack(CLUSTER, "Error adding/updating cluster(s) b: bad, c: bad"))
                .containsExactly("nack CDS 2 [b, c]");
        assertThat(push(snapshot("3", CLUSTER, "a=3 b=2 c"))).containsExactly("3 CDS a=3 b=1");
        assertThat(ack(CLUSTER)).isEmpty();
        assertThat(push(snapshot("4", CLUSTER, "a=3 b=3"))).containsExactly("4+ CDS a=3 b=3");
        assertThat(ack(CLUSTER)).containsExactly("4 CDS a=3 b=3");
        assertThat(ack(CLUSTER)).containsExactly("ack CDS 4");
    }

    @Test
    void aChangedClusterBringsItsEndpointsAgain() {
        startWith(snapshot("1", CLUSTER, "a b", ENDPOINT, "a b"));
        assertThat(push(snapshot("2", CLUSTER, "a=2 b", ENDPOINT, "a b")))
                .containsExactly("2 CDS a=2 b=1", "2 EDS a=1");
    }

    @Test
    void endpointsAskedForBeforeTheClustersComeAgainAfterThem() {
        push(snapshot("1", CLUSTER, "a", ENDPOINT, "a"));
        assertThat(ask(ENDPOINT, "a")).containsExactly("1 EDS a=1");
        ack(ENDPOINT);
        assertThat(ask(CLUSTER)).containsExactly("1 CDS a=1", "1 EDS a=1");
    }

    @Test
    void endpointsThatComeBackAreSentAlthoughTheyAreTheSame() {
        startWith(snapshot("1", ENDPOINT, "a"));
        push(snapshot("2"));
        assertThat(push(snapshot("3", ENDPOINT, "a"))).containsExactly("3 EDS a=1");
    }

    private void startWith(Snapshot snapshot) {
        push(snapshot);
        for (XdsType type : XdsType.values()) {
            if (!snapshot.of(type).isEmpty()) {
                ask(
                        type,
                        type.wildcardByDefault()
                                ? new String[0]
                                : snapshot.of(type).keySet().toArray(String[]::new));
                ack(type);
            }
        }
    }

    private List<String> push(Snapshot snapshot) {
        return show(stream.onPush(snapshot));
    }

    private List<String> ask(XdsType type, String... wanted) {
        names.put(type, List.of(wanted));
        return say(type, List.of(wanted), nonces.getOrDefault(type, ""), Optional.empty());
    }

    private List<String> ack(XdsType type) {
        return say(
                type,
                names.getOrDefault(type, List.of()),
                nonces.getOrDefault(type, ""),
                Optional.empty());
    }

    private List<String> nack(XdsType type, String text) {
        return say(
                type,
                names.getOrDefault(type, List.of()),
                nonces.getOrDefault(type, ""),
                Optional.of(text));
    }

    private List<String> say(
            XdsType type, List<String> wanted, String answered, Optional<String> error) {
        return show(stream.onRequest(new SotwRequest(type.typeUrl(), wanted, "", answered, error)));
    }

    private List<String> show(List<ServerEffect<SotwResponse>> effects) {
        var shown = new ArrayList<String>();
        for (ServerEffect<SotwResponse> effect : effects) {
            switch (effect) {
                case ServerEffect.Send<SotwResponse>(var r) -> {
                    nonces.put(r.type(), r.nonce());
                    shown.add(
                            r.version()
                                    + " "
                                    + r.type().shortName()
                                    + r.resources().stream()
                                            .map(x -> " " + Snapshots.show(r.type(), x))
                                            .collect(Collectors.joining()));
                }
                case ServerEffect.Acked<SotwResponse>(var type, var version) ->
                        shown.add("ack " + type.shortName() + " " + version);
                case ServerEffect.Nacked<SotwResponse>(var type, var version, var _, var named) ->
                        shown.add(
                                "nack "
                                        + type.shortName()
                                        + " "
                                        + version
                                        + " "
                                        + named.stream().sorted().toList());
                case ServerEffect.Unserved<SotwResponse>(var url) -> shown.add("unserved " + url);
            }
        }
        return shown;
    }
}
