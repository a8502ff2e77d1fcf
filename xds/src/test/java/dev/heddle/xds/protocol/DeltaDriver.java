package dev.heddle.xds.protocol;

import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Collectors;

/// Speaks to a delta server stream as a client does, and shows what it does as text: `2 CDS a=1 -b`
/// is a response of version 2 with a cluster and a removal, `ack CDS 2` the arrival of a version.
final class DeltaDriver {
    private final Map<XdsType, String> nonces = new EnumMap<>(XdsType.class);
    private final DeltaServerStream stream;

    DeltaDriver(ClientTraits traits) {
        stream = new DeltaServerStream(traits);
    }

    /// The nonce of the last response of that type.
    String nonce(XdsType type) {
        return nonces.getOrDefault(type, "");
    }

    /// What the server does about this very request.
    List<ServerEffect<DeltaResponse>> onRequest(DeltaRequest request) {
        return stream.onRequest(request);
    }

    /// Subscribes to everything in the snapshot and answers until nothing more comes.
    void startWith(Snapshot snapshot) {
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

    /// What it wants by name, as the server tells of it.
    Map<XdsType, SortedSet<String>> subscriptions() {
        return stream.subscriptions();
    }

    List<String> push(Snapshot snapshot) {
        return show(stream.onPush(snapshot));
    }

    List<String> ask(XdsType type, String... names) {
        return say(type, List.of(names), List.of(), Map.of(), "", Optional.empty());
    }

    List<String> comeBack(XdsType type, Map<String, String> held, String... names) {
        return say(type, List.of(names), List.of(), held, "", Optional.empty());
    }

    List<String> unsubscribe(XdsType type, String... names) {
        return say(type, List.of(), List.of(names), Map.of(), "", Optional.empty());
    }

    List<String> ack(XdsType type) {
        return answer(type, nonce(type), Optional.empty());
    }

    List<String> impatient(XdsType type) {
        return show(stream.onUnanswered(type, nonce(type)));
    }

    List<String> nack(XdsType type, String text) {
        return answer(type, nonce(type), Optional.of(text));
    }

    List<String> answer(XdsType type, String answered, Optional<String> error, String... names) {
        return say(type, List.of(names), List.of(), Map.of(), answered, error);
    }

    List<String> say(
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

    List<String> show(List<ServerEffect<DeltaResponse>> effects) {
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
