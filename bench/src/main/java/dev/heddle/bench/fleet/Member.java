package dev.heddle.bench.fleet;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsClient;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.client.XdsSubscriptions;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/// One sidecar's share of a fleet: subscribes to what the last answer named, counts, forgets.
///
/// Called by one thread at a time, the fleet's.
final class Member implements XdsSubscriber {
    private final AtomicReference<XdsSubscriptions> subscriptions = new AtomicReference<>();
    private final Tally tally;
    private final Set<XdsType> missing =
            EnumSet.of(XdsType.CLUSTER, XdsType.ENDPOINT, XdsType.LISTENER, XdsType.ROUTE);
    private final Set<String> clusters = new HashSet<>();

    Member(Tally tally) {
        this.tally = tally;
    }

    /// Who the member with a number says it is: a sidecar of one of the services.
    static NodeInfo node(int number) {
        String id = "sidecar~127.0.0.1~app-%d.default~default.svc.cluster.local".formatted(number);
        Struct labels = Struct.newBuilder().putFields("app", text("app-" + number)).build();
        Struct metadata =
                Struct.newBuilder()
                        .putFields("NAMESPACE", text("default"))
                        .putFields("LABELS", Value.newBuilder().setStructValue(labels).build())
                        .build();
        return NodeInfo.of(id, "app-" + number + ".default").withMetadata(metadata);
    }

    /// Begins to subscribe, to be called before the client is started.
    void use(XdsClient client) {
        subscriptions.set(client);
        client.subscribe(XdsType.CLUSTER, Set.of("*"));
        client.subscribe(XdsType.LISTENER, Set.of("*"));
        client.subscribe(XdsType.ROUTE, Set.of("9080"));
    }

    @Override
    public List<Rejection> onUpdate(XdsType type, List<XdsResource> changed, List<String> removed) {
        long bytes = changed.stream().mapToLong(r -> r.body().bytes().size()).sum();
        tally.received(bytes);
        if (type == XdsType.CLUSTER) {
            changed.stream()
                    .map(XdsResource::name)
                    .filter(name -> name.startsWith("outbound|"))
                    .forEach(clusters::add);
            removed.forEach(clusters::remove);
            subscriptions.get().subscribe(XdsType.ENDPOINT, Set.copyOf(clusters));
        }
        if (missing.remove(type) && missing.isEmpty()) {
            tally.synced();
        }
        return List.of();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }
}
