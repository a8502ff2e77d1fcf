package dev.heddle.xds.protocol;

import static dev.heddle.xds.XdsType.CLUSTER;
import static dev.heddle.xds.XdsType.ENDPOINT;
import static dev.heddle.xds.protocol.Snapshots.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The rules of a delta client, one by one.
final class DeltaClientStreamTest {
    private final DeltaClientStream client = new DeltaClientStream();

    @Test
    void nothingIsSaidBeforeThereIsAStream() {
        assertThat(client.onSubscribe(CLUSTER, Set.of("*"))).isEmpty();
    }

    @Test
    void aStreamBeginsWithEverythingWantedClustersFirst() {
        client.onSubscribe(ENDPOINT, Set.of("a", "b"));
        client.onSubscribe(CLUSTER, Set.of("*"));
        assertThat(show(client.onConnected())).containsExactly("CDS", "EDS +a +b");
    }

    @Test
    void aStarBesideNamesOrOfAnotherTypeIsSpelledOut() {
        client.onSubscribe(ENDPOINT, Set.of("*"));
        client.onSubscribe(CLUSTER, Set.of("*", "a"));
        assertThat(show(client.onConnected())).containsExactly("CDS +* +a", "EDS +*");
    }

    @Test
    void onAnOpenStreamOnlyTheDifferenceIsSaid() {
        client.onSubscribe(ENDPOINT, Set.of("a", "b"));
        client.onConnected();
        assertThat(show(client.onSubscribe(ENDPOINT, Set.of("b", "c"))))
                .containsExactly("EDS +c -a");
        assertThat(client.onSubscribe(ENDPOINT, Set.of("b", "c"))).isEmpty();
        assertThat(show(client.onSubscribe(CLUSTER, Set.of("*")))).containsExactly("CDS");
    }

    @Test
    void whatIsAcceptedIsAcked() {
        client.onSubscribe(CLUSTER, Set.of("*"));
        client.onConnected();
        assertThat(show(respond(CLUSTER, "n1", Verdict.ACCEPTED, "a=1", "b=1")))
                .containsExactly("CDS ack n1");
        assertThat(client.held(CLUSTER)).containsOnlyKeys("a", "b");
    }

    @Test
    void whatIsRejectedIsNackedAndHeldAsItWas() {
        client.onSubscribe(CLUSTER, Set.of("*"));
        client.onConnected();
        respond(CLUSTER, "n1", Verdict.ACCEPTED, "a=1", "b=1");
        assertThat(show(respond(CLUSTER, "n2", rejecting("a"), "a=2", "b=2", "c=2")))
                .containsExactly("CDS nack n2: bad");
        assertThat(client.held(CLUSTER))
                .containsEntry("a", resource(CLUSTER, "a", "1").version())
                .containsEntry("b", resource(CLUSTER, "b", "2").version())
                .containsKey("c");
    }

    @Test
    void ofAResponseRejectedAsAWholeNothingIsHeld() {
        client.onSubscribe(CLUSTER, Set.of("*"));
        client.onConnected();
        respond(CLUSTER, "n1", new Verdict(Set.of(), Optional.of("bad")), "a=1");
        assertThat(client.held(CLUSTER)).isEmpty();
    }

    @Test
    void aStreamThatComesBackSaysWhatIsHeld() {
        client.onSubscribe(ENDPOINT, Set.of("a", "b", "c"));
        client.onConnected();
        respond(ENDPOINT, "n1", rejecting("b"), "a=1", "b=1", "c=1");
        client.onDisconnected();
        assertThat(show(client.onConnected())).containsExactly("EDS +a +b +c have a c");
    }

    @Test
    void whatIsRemovedIsNoLongerHeld() {
        client.onSubscribe(ENDPOINT, Set.of("a"));
        client.onConnected();
        respond(ENDPOINT, "n1", Verdict.ACCEPTED, "a=1");
        ClientEffect.Deliver removal =
                deliver(new DeltaResponse(ENDPOINT, "1", "n2", List.of(), List.of("a")));
        assertThat(removal.removed()).containsExactly("a");
        client.onJudged(removal, Verdict.ACCEPTED);
        assertThat(client.held(ENDPOINT)).isEmpty();
    }

    @Test
    void whatIsNoLongerWantedIsNeitherHeldNorDelivered() {
        client.onSubscribe(ENDPOINT, Set.of("a", "b"));
        client.onConnected();
        respond(ENDPOINT, "n1", Verdict.ACCEPTED, "a=1", "b=1");
        client.onSubscribe(ENDPOINT, Set.of("b"));
        assertThat(client.held(ENDPOINT)).containsOnlyKeys("b");
        ClientEffect.Deliver late = deliver(response(ENDPOINT, "n2", "a=2", "b=2"));
        assertThat(late.changed()).extracting(XdsResource::name).containsExactly("b");
    }

    @Test
    void aVerdictAboutAnEarlierStreamIsKeptButNotSent() {
        client.onSubscribe(CLUSTER, Set.of("*"));
        client.onConnected();
        ClientEffect.Deliver delivered = deliver(response(CLUSTER, "n1", "a=1"));
        client.onDisconnected();
        client.onConnected();
        assertThat(client.onJudged(delivered, Verdict.ACCEPTED)).isEmpty();
        assertThat(client.held(CLUSTER)).containsOnlyKeys("a");
    }

    @Test
    void aRejectionHasAReason() {
        assertThatThrownBy(() -> new Verdict(Set.of("a"), Optional.empty()))
                .hasMessageContaining("[a]");
    }

    private static Verdict rejecting(String name) {
        return new Verdict(Set.of(name), Optional.of("bad"));
    }

    private static DeltaResponse response(XdsType type, String nonce, String... resources) {
        return new DeltaResponse(
                type,
                "1",
                nonce,
                List.of(resources).stream()
                        .map(r -> r.split("="))
                        .map(r -> resource(type, r[0], r[1]))
                        .toList(),
                List.of());
    }

    private ClientEffect.Deliver deliver(DeltaResponse response) {
        return (ClientEffect.Deliver) client.onResponse(response).getFirst();
    }

    private List<ClientEffect> respond(
            XdsType type, String nonce, Verdict verdict, String... resources) {
        return client.onJudged(deliver(response(type, nonce, resources)), verdict);
    }

    private static List<String> show(List<ClientEffect> effects) {
        return effects.stream()
                .map(effect ->
                        switch (effect) {
                            case ClientEffect.Send(var request) -> show(request);
                            case ClientEffect.Deliver delivered -> "deliver " + delivered;
                        })
                .toList();
    }

    private static String show(DeltaRequest request) {
        var text = new StringBuilder();
        text.append(XdsType.ofTypeUrl(request.typeUrl()).orElseThrow().shortName());
        request.subscribe().forEach(name -> text.append(" +").append(name));
        request.unsubscribe().forEach(name -> text.append(" -").append(name));
        Map<String, String> held = new TreeMap<>(request.initialVersions());
        text.append(held.isEmpty() ? "" : " have " + String.join(" ", held.keySet()));
        if (!request.nonce().isEmpty()) {
            text.append(
                    request.error()
                            .map(error -> " nack " + request.nonce() + ": " + error)
                            .orElse(" ack " + request.nonce()));
        }
        return text.toString();
    }
}
