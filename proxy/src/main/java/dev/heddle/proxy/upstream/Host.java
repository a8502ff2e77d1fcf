package dev.heddle.proxy.upstream;

import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.InternalAddress;
import dev.heddle.proxy.upstream.health.HostHealth;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One endpoint as one worker sees it. Lives as long as its address is in the cluster, whatever
/// else changes about it, so that its connections survive updates; or, where a name stands for one
/// host, as long as the name is.
@Confined("worker")
public final class Host implements Pick {
    /// What a pool keeps with a host: its connections.
    public interface Attachment {
        /// The host left the cluster: nothing new goes to it, what is in flight may end.
        void drain();

        /// Whether there is a connection, or one on its way.
        default boolean isUsed() {
            return false;
        }
    }

    private List<InetSocketAddress> addresses;
    private String addressText;
    private final @Nullable InternalAddress inside;
    private @Nullable InetSocketAddress destination;
    private int weight;
    private String hostname;
    private Map<String, String> socketLabels;
    private String hashKey = "";
    private Metadata metadata = Metadata.NONE;
    private long startNanos;
    private boolean isStarted;
    private int activeRequests;
    private @Nullable Attachment attachment;
    private @Nullable HostHealth health;
    private @Nullable Latency latency;

    /// @param addressText as in logs and statistics, `10.0.0.1:9080`
    /// @param weight relative to the other hosts; at least 1
    public Host(InetSocketAddress address, String addressText, int weight) {
        this(List.of(address), addressText, weight, "", Map.of());
    }

    /// One with several addresses, that needs no security.
    ///
    /// @param addresses the preferred one first; at least one
    public Host(List<InetSocketAddress> addresses, String addressText, int weight) {
        this(addresses, addressText, weight, "", Map.of());
    }

    /// As the other ones, with what securing its connections depends on.
    ///
    /// @param addresses the preferred one first; at least one
    /// @param addressText as in logs and statistics, of the first
    /// @param hostname its own name; empty when it has none
    /// @param socketLabels by which its cluster chooses
    public Host(
            List<InetSocketAddress> addresses,
            String addressText,
            int weight,
            String hostname,
            Map<String, String> socketLabels) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses: none (expected: at least one)");
        }
        this.addresses = List.copyOf(addresses);
        this.addressText = addressText;
        this.inside = InternalAddress.of(addresses.getFirst()).orElse(null);
        this.weight = weight;
        this.hostname = hostname;
        this.socketLabels = socketLabels;
    }

    public String hostname() {
        return hostname;
    }

    public Map<String, String> socketLabels() {
        return socketLabels;
    }

    /// Takes news of how its connections are secured; those that it has stay.
    public void setSecurity(String name, Map<String, String> labels) {
        hostname = name;
        socketLabels = labels;
    }

    public InetSocketAddress address() {
        return addresses.getFirst();
    }

    /// The listener of this proxy that it is; null for a host elsewhere.
    public @Nullable InternalAddress inside() {
        return inside;
    }

    /// What a listener of this proxy takes for where connections were made to; null for nothing.
    public @Nullable InetSocketAddress destination() {
        return destination;
    }

    public void setDestination(@Nullable InetSocketAddress value) {
        destination = value;
    }

    /// All ways to it, the preferred one first.
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /// Has new connections go elsewhere; those that it has stay.
    ///
    /// @param next the preferred one first; at least one
    /// @param text as in logs and statistics, of the first
    public void move(List<InetSocketAddress> next, String text) {
        addresses = List.copyOf(next);
        addressText = text;
    }

    public String addressText() {
        return addressText;
    }

    /// What it says of itself, for logs.
    public Metadata metadata() {
        return metadata;
    }

    public void setMetadata(Metadata value) {
        metadata = value;
    }

    public int weight() {
        return weight;
    }

    public void setWeight(int value) {
        weight = value;
    }

    /// What consistent hashing knows it by.
    ///
    /// @param byHostname whether that is its name where it has one, rather than its address
    public String hashKey(boolean byHostname) {
        if (!hashKey.isEmpty()) {
            return hashKey;
        }
        return byHostname && !hostname.isEmpty() ? hostname : addressText;
    }

    /// Takes a key in the place of name and address; empty for none.
    public void setHashKey(String value) {
        hashKey = value;
    }

    /// Whether it was seen healthy yet, where new hosts begin with less than their share.
    public boolean isStarted() {
        return isStarted;
    }

    /// When it was seen healthy first, by the worker's ticker.
    public long startNanos() {
        return startNanos;
    }

    /// It is healthy, and begins with less than its share.
    public void start(long nanos) {
        startNanos = nanos;
        isStarted = true;
    }

    /// It fails its checks; once it passes them, it begins anew.
    public void stop() {
        isStarted = false;
    }

    /// Requests in flight from this worker, for least request.
    public int activeRequests() {
        return activeRequests;
    }

    public void requestStarted() {
        activeRequests++;
    }

    public void requestEnded() {
        activeRequests--;
    }

    /// What all workers know of it by watching it; null where nobody watches.
    public @Nullable HostHealth health() {
        return health;
    }

    public void setHealth(@Nullable HostHealth value) {
        health = value;
    }

    /// How fast it answers this worker; null where nobody balances by that.
    public @Nullable Latency latency() {
        return latency;
    }

    /// Has it be known how fast it answers; what is known already counts on.
    public Latency measure(Latency.Rules rules) {
        Latency known = latency;
        if (known == null || !known.rules().equals(rules)) {
            known = new Latency(rules);
            latency = known;
        }
        return known;
    }

    /// The connections to this host, if there ever was one.
    public @Nullable Attachment attachment() {
        return attachment;
    }

    public void attach(Attachment value) {
        attachment = value;
    }

    /// Tells the pools that this host left the cluster.
    public void drain() {
        if (attachment != null) {
            attachment.drain();
        }
    }

    /// Has whoever needs it next connect anew: its connections end with what they carry.
    public void renew() {
        drain();
        attachment = null;
    }

    /// Whether a request is in flight or a connection is there.
    public boolean isUsed() {
        return activeRequests > 0 || (attachment != null && attachment.isUsed());
    }

    @Override
    public String toString() {
        return addressText;
    }
}
