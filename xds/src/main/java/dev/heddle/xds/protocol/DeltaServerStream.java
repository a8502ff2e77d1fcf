package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/// The server's end of one delta ADS stream.
///
/// Rules, after the xDS protocol description ("Incremental xDS"):
/// - The first request of a type that names nothing means all of it for clusters and listeners; `*`
///   means that for every type, at any time.
/// - `initial_resource_versions` of the first request of a type say what the client has: what is
///   equal is not sent, what is no more is sent as removed.
/// - A name that is subscribed to again is sent again, changed or not.
/// - A name that does not exist is answered in `removed_resources`, and sent once it exists.
/// - An answer to anything but the response on its way is stale: its subscriptions count, its
///   verdict does not.
@Confined("xds stream")
public final class DeltaServerStream implements ServerStream<DeltaRequest, DeltaResponse> {
    private final Lanes<DeltaResponse, DeltaLane> lanes;
    private final ClientTraits traits;

    public DeltaServerStream(ClientTraits traits) {
        this.traits = traits;
        this.lanes = new Lanes<>(traits, DeltaLane::new);
    }

    @Override
    public List<ServerEffect<DeltaResponse>> onRequest(DeltaRequest request) {
        Optional<XdsType> type = XdsType.ofTypeUrl(request.typeUrl());
        if (type.isEmpty()) {
            return List.of(new ServerEffect.Unserved<>(request.typeUrl()));
        }
        var effects = new ArrayList<ServerEffect<DeltaResponse>>();
        DeltaLane lane = lanes.of(type.get());
        if (!request.initialVersions().isEmpty()) {
            lanes.inUse().onReturn();
        }
        if (!request.nonce().isEmpty()) {
            lanes.inUse().onAnswer();
        }
        if (lane.isInUse()) {
            lanes.onAnswer(lane, request.nonce(), request.error()).ifPresent(effects::add);
            lane.resubscribe(request);
        } else {
            lane.open(request, sendsHeld(type.get()));
        }
        lanes.proceed(effects);
        return effects;
    }

    /// A client that came back may still be warming a cluster whose endpoints it has: nothing on
    /// the new stream tells, so it gets all endpoints again.
    private boolean sendsHeld(XdsType type) {
        return traits.warmsAnew() && type == XdsType.ENDPOINT;
    }

    @Override
    public List<ServerEffect<DeltaResponse>> onPush(Snapshot snapshot) {
        var effects = new ArrayList<ServerEffect<DeltaResponse>>();
        lanes.aim(snapshot);
        lanes.proceed(effects);
        return effects;
    }

    @Override
    public List<ServerEffect<DeltaResponse>> onUnanswered(XdsType type, String nonce) {
        var effects = new ArrayList<ServerEffect<DeltaResponse>>();
        lanes.of(type).onUnanswered(nonce);
        lanes.proceed(effects);
        return effects;
    }

    @Override
    public Map<XdsType, SortedSet<String>> subscriptions() {
        return lanes.subscriptions();
    }
}
