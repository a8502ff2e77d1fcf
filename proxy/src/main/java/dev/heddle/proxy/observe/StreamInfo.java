package dev.heddle.proxy.observe;

import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.runtime.WireBytes;
import dev.heddle.proxy.tls.TlsSession;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What happened in one exchange (or one TCP connection), with its timeline.
///
/// Times are nanoseconds after the start; [#NEVER] where the point was not reached. Used again for
/// the next exchange of the connection: logs copy what they keep.
///
/// This file is long because each thing that is known has a field, and who asks and who tells a
/// method.
@Confined("worker")
public final class StreamInfo {
    /// A point of the timeline that was not reached.
    public static final long NEVER = -1;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private long startEpochNanos;
    private long startNanos;
    private Protocol protocol = Protocol.HTTP_11;
    private @Nullable SocketAddress downstreamRemote;
    private @Nullable SocketAddress downstreamLocal;
    private @Nullable SocketAddress downstreamDirectRemote;
    private @Nullable Client client;
    private Origin origin = Origin.UNTOLD;
    private @Nullable SocketAddress upstreamLocal;
    private @Nullable SocketAddress upstreamRemote;
    private @Nullable TlsSession upstreamTls;
    private @Nullable Protocol upstreamProtocol;
    private @Nullable Headers responseTrailers;
    private @Nullable String upstreamHost;
    private @Nullable String upstreamHostName;
    private @Nullable String cluster;
    private @Nullable String route;
    private @Nullable String virtualHost;
    private @Nullable String virtualCluster;
    private @Nullable RouteStat routeStat;
    private ListenerFacts facts = ListenerFacts.NONE;
    private @Nullable RandomGenerator random;
    private @Nullable String streamId;
    private String tableVersion = "";
    private Metadata routeMetadata = Metadata.NONE;
    private Metadata clusterMetadata = Metadata.NONE;
    private Metadata hostMetadata = Metadata.NONE;
    private @Nullable Traced traced;
    private @Nullable String requestedServerName;
    private @Nullable TlsSession tls;
    private @Nullable String downstreamFailureReason;
    private @Nullable Map<String, Object> metadata;
    private @Nullable String listener;
    private @Nullable String filterChain;
    private @Nullable String responseDetails;
    private @Nullable String upstreamFailureReason;
    private @Nullable String connectionTermination;
    private @Nullable String circumstance;
    private long limitNanos = NEVER;
    private boolean isHealthCheck;
    private int responseCode;
    private int attempts;
    private int retried;
    private int[] retriedStatuses = {};
    private long connectionId;
    private long bytesReceived;
    private long bytesSent;
    private long bytesReceivedBefore;
    private long bytesSentBefore;
    private long requestMessages = NEVER;
    private long responseMessages = NEVER;
    private long upstreamConnectionId = NEVER;
    private final WireBytes downstreamBytes = new WireBytes();
    private final WireBytes upstreamBytes = new WireBytes();
    private long lastRequestByteNanos = NEVER;
    private long firstUpstreamRequestByteNanos = NEVER;
    private long lastUpstreamRequestByteNanos = NEVER;
    private long firstUpstreamResponseByteNanos = NEVER;
    private long lastUpstreamResponseByteNanos = NEVER;
    private long firstResponseByteNanos = NEVER;
    private long lastResponseByteNanos = NEVER;
    private long endNanos = NEVER;
    private final List<ResponseFlag> flags = new ArrayList<>(2);

    /// Begins anew.
    ///
    /// @param epochNanos by the wall clock, for people: since 1970 began
    /// @param nanos by the ticker, for durations
    public void start(long epochNanos, long nanos) {
        startEpochNanos = epochNanos;
        startNanos = nanos;
        protocol = Protocol.HTTP_11;
        origin = Origin.UNTOLD;
        upstreamLocal = null;
        upstreamRemote = null;
        upstreamTls = null;
        upstreamProtocol = null;
        responseTrailers = null;
        upstreamHost = null;
        upstreamHostName = null;
        cluster = null;
        route = null;
        virtualHost = null;
        virtualCluster = null;
        routeStat = null;
        streamId = null;
        tableVersion = "";
        routeMetadata = Metadata.NONE;
        clusterMetadata = Metadata.NONE;
        hostMetadata = Metadata.NONE;
        traced = null;
        metadata = null;
        responseDetails = null;
        upstreamFailureReason = null;
        connectionTermination = null;
        circumstance = null;
        limitNanos = NEVER;
        isHealthCheck = false;
        responseCode = 0;
        attempts = 0;
        retried = 0;
        bytesReceived = 0;
        bytesSent = 0;
        bytesReceivedBefore = 0;
        bytesSentBefore = 0;
        requestMessages = NEVER;
        responseMessages = NEVER;
        upstreamConnectionId = NEVER;
        downstreamBytes.clear();
        upstreamBytes.clear();
        lastRequestByteNanos = NEVER;
        firstUpstreamRequestByteNanos = NEVER;
        lastUpstreamRequestByteNanos = NEVER;
        firstUpstreamResponseByteNanos = NEVER;
        lastUpstreamResponseByteNanos = NEVER;
        firstResponseByteNanos = NEVER;
        lastResponseByteNanos = NEVER;
        endNanos = NEVER;
        flags.clear();
    }

    /// Says on which connection this is. Kept over [#start].
    public void onConnection(
            long id, String listenerName, String chain, SocketAddress remote, SocketAddress local) {
        connectionId = id;
        listener = listenerName;
        filterChain = chain;
        downstreamDirectRemote = remote;
        downstreamRemote = remote;
        downstreamLocal = local;
    }

    /// What is known of the listener. Kept over [#start].
    public ListenerFacts facts() {
        return facts;
    }

    /// @param chance for what must be another one each time
    public void setFacts(ListenerFacts value, RandomGenerator chance) {
        facts = value;
        random = chance;
    }

    /// Decides by chance; null where nobody has said how.
    public @Nullable RandomGenerator random() {
        return random;
    }

    /// A UUID, another one each time; null where nobody has said by which chance.
    public @Nullable String nextUuid() {
        RandomGenerator chance = random;
        return chance == null
                ? null
                : new UUID(
                                (chance.nextLong() & ~0xf000L) | 0x4000L,
                                (chance.nextLong() & ~(3L << 62)) | 1L << 63)
                        .toString();
    }

    /// The UUID of this exchange or connection, as of the first time somebody asks.
    public @Nullable String streamId() {
        if (streamId == null) {
            streamId = nextUuid();
        }
        return streamId;
    }

    /// The version of the configuration that serves it: that of the route table where it has one of
    /// its own, that of the listener otherwise; empty where both are the bootstrap's.
    public String configVersion() {
        return tableVersion.isEmpty() ? facts.version() : tableVersion;
    }

    public void setTableVersion(String value) {
        tableVersion = value;
    }

    /// What the route says of itself.
    public Metadata routeMetadata() {
        return routeMetadata;
    }

    public void setRouteMetadata(Metadata value) {
        routeMetadata = value;
    }

    /// What the cluster says of itself.
    public Metadata clusterMetadata() {
        return clusterMetadata;
    }

    public void setClusterMetadata(Metadata value) {
        clusterMetadata = value;
    }

    /// What the host says of itself.
    public Metadata hostMetadata() {
        return hostMetadata;
    }

    public void setHostMetadata(Metadata value) {
        hostMetadata = value;
    }

    /// Where the route is counted besides; null for nowhere.
    public @Nullable RouteStat routeStat() {
        return routeStat;
    }

    public void setRouteStat(@Nullable RouteStat stat) {
        routeStat = stat;
    }

    /// Which span the exchange is; null for none.
    public @Nullable Traced traced() {
        return traced;
    }

    public void setTraced(Traced value) {
        traced = value;
    }

    /// `%START_TIME%`, the whole seconds since 1970 began.
    public long startSecond() {
        return Math.floorDiv(startEpochNanos, NANOS_PER_SECOND);
    }

    /// `%START_TIME%`, the nanoseconds of that second.
    public int startNano() {
        return (int) Math.floorMod(startEpochNanos, NANOS_PER_SECOND);
    }

    public long startNanos() {
        return startNanos;
    }

    public Protocol protocol() {
        return protocol;
    }

    public void setProtocol(Protocol value) {
        protocol = value;
    }

    /// The client as far as trusted headers tell; `%DOWNSTREAM_REMOTE_ADDRESS%`.
    public @Nullable SocketAddress downstreamRemote() {
        return downstreamRemote;
    }

    public void setDownstreamRemote(SocketAddress value) {
        downstreamRemote = value;
    }

    /// The other end of the connection itself; `%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%`.
    public @Nullable SocketAddress downstreamDirectRemote() {
        return downstreamDirectRemote;
    }

    /// `%DOWNSTREAM_LOCAL_ADDRESS%`.
    public @Nullable SocketAddress downstreamLocal() {
        return downstreamLocal;
    }

    /// Whose connection it is; null where there is none. Kept over [#start].
    public @Nullable Client client() {
        return client;
    }

    public void setClient(Client value) {
        client = value;
    }

    /// Whose connection it is, as far as a listener of this proxy may be told.
    public Origin origin() {
        return origin;
    }

    public void setOrigin(Origin value) {
        origin = value;
    }

    /// `%UPSTREAM_LOCAL_ADDRESS%`.
    public @Nullable SocketAddress upstreamLocal() {
        return upstreamLocal;
    }

    /// `%UPSTREAM_REMOTE_ADDRESS%`.
    public @Nullable SocketAddress upstreamRemote() {
        return upstreamRemote;
    }

    /// `%UPSTREAM_PROTOCOL%`; null if no request of HTTP was sent.
    public @Nullable Protocol upstreamProtocol() {
        return upstreamProtocol;
    }

    /// What came behind the response's body, null if nothing did. Valid as long as the exchange is.
    public @Nullable Headers responseTrailers() {
        return responseTrailers;
    }

    public void setResponseTrailers(@Nullable Headers value) {
        responseTrailers = value;
    }

    public void setUpstreamProtocol(@Nullable Protocol value) {
        upstreamProtocol = value;
    }

    public void setUpstreamConnection(SocketAddress local, SocketAddress remote) {
        upstreamLocal = local;
        upstreamRemote = remote;
    }

    /// `%UPSTREAM_HOST%`: the host that was picked, as address and port.
    public @Nullable String upstreamHost() {
        return upstreamHost;
    }

    public void setUpstreamHost(String value) {
        upstreamHost = value;
    }

    /// `%UPSTREAM_HOST_NAME%`; empty where the host has none.
    public @Nullable String upstreamHostName() {
        return upstreamHostName;
    }

    public void setUpstreamHostName(String value) {
        upstreamHostName = value;
    }

    /// `%UPSTREAM_CLUSTER%`.
    public @Nullable String cluster() {
        return cluster;
    }

    public void setCluster(String value) {
        cluster = value;
    }

    /// `%ROUTE_NAME%`.
    public @Nullable String route() {
        return route;
    }

    /// `%VIRTUAL_HOST_NAME%`.
    public @Nullable String virtualHost() {
        return virtualHost;
    }

    public void setRoute(String virtualHostName, String routeName) {
        virtualHost = virtualHostName;
        route = routeName;
    }

    /// `%VIRTUAL_CLUSTER_NAME%`.
    public @Nullable String virtualCluster() {
        return virtualCluster;
    }

    public void setVirtualCluster(String value) {
        virtualCluster = value;
    }

    /// `%REQUESTED_SERVER_NAME%`: SNI.
    public @Nullable String requestedServerName() {
        return requestedServerName;
    }

    /// How the client's connection is secured; null for not at all. Kept over [#start].
    public @Nullable TlsSession tls() {
        return tls;
    }

    public void setTls(@Nullable TlsSession value) {
        tls = value;
        if (value != null && !value.serverName().isEmpty()) {
            requestedServerName = value.serverName();
        }
    }

    /// `%DOWNSTREAM_TRANSPORT_FAILURE_REASON%`: why the client's handshake failed.
    public @Nullable String downstreamFailureReason() {
        return downstreamFailureReason;
    }

    public void setDownstreamFailureReason(String value) {
        downstreamFailureReason = value;
    }

    public void setRequestedServerName(String value) {
        requestedServerName = value;
    }

    /// What filters found out about the request, by their names; null for nothing. Values are as
    /// those of JSON: texts, numbers ([Double]), truth values, lists, maps and null.
    public @Nullable Map<String, Object> metadata() {
        return metadata;
    }

    /// Says what a filter found out, in the place of what it said before.
    public void setMetadata(String filter, Map<String, @Nullable Object> found) {
        Map<String, Object> all = metadata == null ? new HashMap<>() : metadata;
        all.put(filter, found);
        metadata = all;
    }

    /// Says more of what a filter found out.
    public void addMetadata(String filter, Map<String, @Nullable Object> found) {
        Map<String, @Nullable Object> all = new HashMap<>(found);
        if (metadata != null && metadata.get(filter) instanceof Map<?, ?> before) {
            before.forEach((key, value) -> all.putIfAbsent(String.valueOf(key), value));
        }
        setMetadata(filter, all);
    }

    public @Nullable String listener() {
        return listener;
    }

    /// `%FILTER_CHAIN_NAME%`.
    public @Nullable String filterChain() {
        return filterChain;
    }

    /// Whether a filter took the request for a health check.
    public boolean isHealthCheck() {
        return isHealthCheck;
    }

    public void setHealthCheck() {
        isHealthCheck = true;
    }

    /// `%RESPONSE_CODE%`; 0 if no response was begun.
    public int responseCode() {
        return responseCode;
    }

    public void setResponseCode(int value) {
        responseCode = value;
    }

    /// How the upstream connection is secured; null when it is not, or there is none.
    public @Nullable TlsSession upstreamTls() {
        return upstreamTls;
    }

    public void setUpstreamTls(@Nullable TlsSession value) {
        upstreamTls = value;
    }

    /// `%RESPONSE_CODE_DETAILS%`, as in `via_upstream`.
    public @Nullable String responseDetails() {
        return responseDetails;
    }

    public void setResponseDetails(String value) {
        responseDetails = value;
    }

    /// `%UPSTREAM_TRANSPORT_FAILURE_REASON%`: for the log only, never for the client.
    public @Nullable String upstreamFailureReason() {
        return upstreamFailureReason;
    }

    public void setUpstreamFailureReason(String value) {
        upstreamFailureReason = value;
    }

    /// `%CONNECTION_TERMINATION_DETAILS%`.
    public @Nullable String connectionTermination() {
        return connectionTermination;
    }

    public void setConnectionTermination(String value) {
        connectionTermination = value;
    }

    /// What flags and details do not tell of how it came to a failure, in words; null for nothing.
    public @Nullable String circumstance() {
        return circumstance;
    }

    public void setCircumstance(@Nullable String value) {
        circumstance = value;
    }

    /// How long the limit was that ran out; negative where none did.
    public long limitNanos() {
        return limitNanos;
    }

    public void setLimitNanos(long value) {
        limitNanos = value;
    }

    /// `%UPSTREAM_REQUEST_ATTEMPT_COUNT%`.
    public int attempts() {
        return attempts;
    }

    public void addAttempt() {
        attempts++;
    }

    /// How many answers were not passed on, because there was another attempt.
    public int retried() {
        return retried;
    }

    /// The status of one of them.
    public int retriedStatus(int index) {
        return retriedStatuses[index];
    }

    /// An answer is not passed on.
    public void addRetried(int status) {
        if (retried == retriedStatuses.length) {
            retriedStatuses = Arrays.copyOf(retriedStatuses, retried * 2 + 4);
        }
        retriedStatuses[retried] = status;
        retried++;
    }

    /// `%CONNECTION_ID%`.
    public long connectionId() {
        return connectionId;
    }

    /// `%BYTES_RECEIVED%`: of the request's body, or of the TCP connection.
    public long bytesReceived() {
        return bytesReceived;
    }

    public void addBytesReceived(long bytes) {
        bytesReceived += bytes;
    }

    /// `%BYTES_SENT%`: of the response's body, or on the TCP connection.
    public long bytesSent() {
        return bytesSent;
    }

    public void addBytesSent(long bytes) {
        bytesSent += bytes;
    }

    /// What came since a connection was last logged in its course ([#onPeriodicLog]).
    public long bytesReceivedSincePeriodic() {
        return bytesReceived - bytesReceivedBefore;
    }

    /// What left since then.
    public long bytesSentSincePeriodic() {
        return bytesSent - bytesSentBefore;
    }

    /// Messages of gRPC are counted from now on.
    public void countMessages() {
        requestMessages = 0;
        responseMessages = 0;
    }

    /// Messages that came; negative where they are not counted.
    public long requestMessages() {
        return requestMessages;
    }

    /// Messages that left; negative where they are not counted.
    public long responseMessages() {
        return responseMessages;
    }

    public void addRequestMessages(int some) {
        requestMessages += some;
    }

    public void addResponseMessages(int some) {
        responseMessages += some;
    }

    /// The connection was logged in its course.
    public void onPeriodicLog() {
        bytesReceivedBefore = bytesReceived;
        bytesSentBefore = bytesSent;
    }

    /// `%DOWNSTREAM_WIRE_BYTES_RECEIVED%` and its like.
    public WireBytes downstreamBytes() {
        return downstreamBytes;
    }

    /// `%UPSTREAM_WIRE_BYTES_RECEIVED%` and its like, over all attempts.
    public WireBytes upstreamBytes() {
        return upstreamBytes;
    }

    /// `%UPSTREAM_CONNECTION_ID%`; negative without one.
    public long upstreamConnectionId() {
        return upstreamConnectionId;
    }

    public void setUpstreamConnectionId(long value) {
        upstreamConnectionId = value;
    }

    /// The request was received whole; `%REQUEST_DURATION%`.
    public long lastRequestByteNanos() {
        return lastRequestByteNanos;
    }

    public void requestReceived(long now) {
        lastRequestByteNanos = now - startNanos;
    }

    public long firstUpstreamRequestByteNanos() {
        return firstUpstreamRequestByteNanos;
    }

    public void upstreamRequestStarted(long now) {
        firstUpstreamRequestByteNanos = now - startNanos;
    }

    /// `%REQUEST_TX_DURATION%`.
    public long lastUpstreamRequestByteNanos() {
        return lastUpstreamRequestByteNanos;
    }

    public void upstreamRequestSent(long now) {
        lastUpstreamRequestByteNanos = now - startNanos;
    }

    /// `%RESPONSE_DURATION%`.
    public long firstUpstreamResponseByteNanos() {
        return firstUpstreamResponseByteNanos;
    }

    public void upstreamResponseStarted(long now) {
        firstUpstreamResponseByteNanos = now - startNanos;
    }

    public long lastUpstreamResponseByteNanos() {
        return lastUpstreamResponseByteNanos;
    }

    public void upstreamResponseReceived(long now) {
        lastUpstreamResponseByteNanos = now - startNanos;
    }

    public long firstResponseByteNanos() {
        return firstResponseByteNanos;
    }

    public void responseStarted(long now) {
        firstResponseByteNanos = now - startNanos;
    }

    /// With [#firstUpstreamResponseByteNanos()] it makes `%RESPONSE_TX_DURATION%`.
    public long lastResponseByteNanos() {
        return lastResponseByteNanos;
    }

    public void responseSent(long now) {
        lastResponseByteNanos = now - startNanos;
    }

    /// `%DURATION%`: until the exchange was over, however it ended.
    public long endNanos() {
        return endNanos;
    }

    public void ended(long now) {
        endNanos = now - startNanos;
    }

    /// Whether there is any flag.
    public boolean isFlagged() {
        return !flags.isEmpty();
    }

    /// In the order in which they were found, none twice; a view.
    public List<ResponseFlag> flags() {
        return Collections.unmodifiableList(flags);
    }

    public boolean hasFlag(ResponseFlag flag) {
        return flags.contains(flag);
    }

    public void flag(ResponseFlag flag) {
        if (!flags.contains(flag)) {
            flags.add(flag);
        }
    }
}
