package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/// The server's end of one state-of-the-world ADS stream.
///
/// Rules, after the xDS protocol description:
/// - Each request has all names that the client wants. No names mean all clusters or listeners,
///   unless the client named some before; `*` means everything of any type.
/// - Clusters and listeners are sent whole, other types as far as they changed. What does not exist
///   is left out.
/// - What a request with any nonce but that of the newest response names is stale and not looked
///   at: the client repeats what it wants when it answers the newest.
/// - The first request on a stream is answered in full, whatever version the client says it has.
@Confined("xds stream")
public final class SotwServerStream implements ServerStream<SotwRequest, SotwResponse> {
    private final Lanes<SotwResponse, SotwLane> lanes;

    public SotwServerStream(ClientTraits traits) {
        this.lanes = new Lanes<>(traits, SotwLane::new);
    }

    @Override
    public List<ServerEffect<SotwResponse>> onRequest(SotwRequest request) {
        Optional<XdsType> type = XdsType.ofTypeUrl(request.typeUrl());
        if (type.isEmpty()) {
            return List.of(new ServerEffect.Unserved<>(request.typeUrl()));
        }
        SotwLane lane = lanes.of(type.get());
        var effects = new ArrayList<ServerEffect<SotwResponse>>();
        lanes.onAnswer(lane, request.nonce(), request.error()).ifPresent(effects::add);
        if (!lane.isStale(request)) {
            lane.subscribe(request.names());
        }
        lanes.proceed(effects);
        return effects;
    }

    @Override
    public List<ServerEffect<SotwResponse>> onPush(Snapshot snapshot) {
        var effects = new ArrayList<ServerEffect<SotwResponse>>();
        lanes.aim(snapshot);
        lanes.proceed(effects);
        return effects;
    }

    @Override
    public List<ServerEffect<SotwResponse>> onUnanswered(XdsType type, String nonce) {
        var effects = new ArrayList<ServerEffect<SotwResponse>>();
        lanes.of(type).onUnanswered(nonce);
        lanes.proceed(effects);
        return effects;
    }

    @Override
    public Map<XdsType, SortedSet<String>> subscriptions() {
        return lanes.subscriptions();
    }
}
