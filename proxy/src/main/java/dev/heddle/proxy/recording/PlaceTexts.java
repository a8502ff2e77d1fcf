package dev.heddle.proxy.recording;

import dev.heddle.proxy.observe.ListenerFacts;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What is the same for all requests that went one way, made once for each way: a small table from
/// the listener, route, cluster and host that a request had to texts, and to the series it found. A
/// way that was not seen for a while may make room for another one, and is made anew when it comes
/// again.
@Confined("worker")
final class PlaceTexts {
    private static final int PLACES = 256;

    private final @Nullable Place[] places = new @Nullable Place[PLACES];

    /// Where a request went.
    ///
    /// @param made makes the texts of a place that is not known; called now or never
    Place of(StreamInfo info, Supplier<byte[][]> made) {
        int at = slot(info);
        Place known = places[at];
        if (known == null || !known.isOf(info)) {
            known = new Place(info, made.get());
            places[at] = known;
        }
        return known;
    }

    /// Texts keep their hash, so this reads three numbers.
    private static int slot(StreamInfo info) {
        int hash =
                31 * (31 * hash(info.upstreamHost()) + hash(info.cluster())) + hash(info.route());
        return (hash ^ hash >>> 16) & PLACES - 1;
    }

    private static int hash(@Nullable String text) {
        return text == null ? 0 : text.hashCode();
    }

    /// Where a request went. What the same objects say is the same; what other ones say is asked.
    @SuppressWarnings("ReferenceEquality") // cheaper than to compare, and never wrong
    @Confined("worker")
    static final class Place {
        private final ListenerFacts facts;
        private final @Nullable String filterChain;
        private final @Nullable String virtualHost;
        private final @Nullable String route;
        private final @Nullable String cluster;
        private final @Nullable String host;
        private final Metadata routeMetadata;
        private final Metadata clusterMetadata;
        private final Metadata hostMetadata;
        private final byte[][] texts;
        private final RecentSeries recent = new RecentSeries();

        private Place(StreamInfo info, byte[][] texts) {
            this.facts = info.facts();
            this.filterChain = info.filterChain();
            this.virtualHost = info.virtualHost();
            this.route = info.route();
            this.cluster = info.cluster();
            this.host = info.upstreamHost();
            this.routeMetadata = info.routeMetadata();
            this.clusterMetadata = info.clusterMetadata();
            this.hostMetadata = info.hostMetadata();
            this.texts = texts;
        }

        byte[][] texts() {
            return texts;
        }

        RecentSeries recent() {
            return recent;
        }

        private boolean isOf(StreamInfo info) {
            return host == info.upstreamHost()
                    && hostMetadata == info.hostMetadata()
                    && cluster == info.cluster()
                    && clusterMetadata == info.clusterMetadata()
                    && route == info.route()
                    && routeMetadata == info.routeMetadata()
                    && virtualHost == info.virtualHost()
                    && filterChain == info.filterChain()
                    && facts == info.facts();
        }
    }
}
