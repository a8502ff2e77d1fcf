package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;

/// All types of one stream, and the loop that sends what may go.
///
/// @param <R> the protocol's response
/// @param <L> its lanes
@Confined("xds stream")
final class Lanes<R, L extends Lane<R>> {
    private final Map<XdsType, L> lanes = new EnumMap<>(XdsType.class);
    private final ClientTraits traits;
    private final InUse inUse = new InUse();
    private long nonces;

    Lanes(ClientTraits traits, Function<XdsType, L> make) {
        this.traits = traits;
        for (XdsType type : XdsType.values()) {
            lanes.put(type, make.apply(type));
        }
    }

    L of(XdsType type) {
        L lane = lanes.get(type);
        if (lane == null) {
            throw new IllegalStateException("no lane for " + type);
        }
        return lane;
    }

    /// The names that the client wants, by the types that it asked for.
    Map<XdsType, SortedSet<String>> subscriptions() {
        var all = new EnumMap<XdsType, SortedSet<String>>(XdsType.class);
        lanes.forEach((type, lane) -> {
            if (lane.isInUse()) {
                all.put(type, lane.named());
            }
        });
        return all;
    }

    void aim(Snapshot snapshot) {
        lanes.values().forEach(lane -> lane.aim(snapshot));
    }

    /// What the client may still run, and so use.
    InUse inUse() {
        return inUse;
    }

    /// Takes the client's answer about a type; empty when it accepts.
    Optional<ServerEffect<R>> onAnswer(L lane, String nonce, Optional<String> error) {
        boolean isWhole = error.filter(words -> traits.refusesAll(lane.type, words)).isPresent();
        return lane.onAnswer(nonce, error, isWhole);
    }

    /// Sends what may go, then tells which types have arrived.
    void proceed(List<ServerEffect<R>> effects) {
        Optional<PushOrder.Step> step = next();
        while (step.isPresent()) {
            effects.add(new ServerEffect.Send<>(take(step.get())));
            step = next();
        }
        for (L lane : lanes.values()) {
            lane.arrived()
                    .ifPresent(
                            version -> effects.add(new ServerEffect.Acked<>(lane.type, version)));
        }
    }

    private Optional<PushOrder.Step> next() {
        Set<String> refused = of(XdsType.CLUSTER).refused();
        of(XdsType.LISTENER).holdBack(refused);
        of(XdsType.ROUTE).holdBack(refused);
        return PushOrder.next(lanes, inUse);
    }

    private R take(PushOrder.Step step) {
        nonces++;
        String nonce = Long.toString(nonces);
        return switch (step) {
            case PushOrder.Step.Updates(XdsType type) -> takeUpdates(type, nonce);
            case PushOrder.Step.Removals(XdsType type, List<String> names) ->
                    depart(of(type), of(type).sendRemovals(nonce, names));
        };
    }

    private R takeUpdates(XdsType type, String nonce) {
        L lane = of(type);
        Lane.Departure<R> departure = lane.sendUpdates(nonce);
        R response = depart(lane, departure);
        if (traits.warmsAnew()) {
            repeatAwaited(type, departure.flight().changed());
        }
        return response;
    }

    private R depart(L lane, Lane.Departure<R> departure) {
        lane.depart(departure.flight());
        return departure.response();
    }

    private void repeatAwaited(XdsType type, Collection<XdsResource> changed) {
        References.awaited(type)
                .map(this::of)
                .filter(Lane::isInUse)
                .ifPresent(awaited -> {
                    var names = new ArrayList<String>();
                    changed.forEach(r -> names.addAll(References.of(type, r)));
                    awaited.repeat(names);
                });
    }
}
