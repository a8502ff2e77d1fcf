package dev.heddle.proxy.observe;

import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.WireBytes;
import dev.heddle.proxy.tls.ShownCertificate;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.telemetry.AccessLogRecord;
import dev.heddle.telemetry.ByteText;
import dev.heddle.telemetry.SocketAddressText;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An exchange as formats see it: those of access logs, and those of header values while the
/// exchange still goes on. A view: shown an exchange, used at once, and shown the next.
///
/// This file is long because each thing that formats may ask for has a method.
@Confined("worker")
public final class ExchangeRecord implements AccessLogRecord {
    /// Under which this proxy says how many messages a call of gRPC had, if a log counts them.
    public static final String OF_CALLS = "heddle.call";

    private static final RequestHead NO_REQUEST = new RequestHead();

    /// Whose metadata this proxy makes itself.
    private static final String OWN = "heddle";

    private static final String OWN_OF_CONNECTIONS = "heddle.connection";

    private RequestHead request;
    private @Nullable ResponseHead response;
    private StreamInfo info;
    private String localReplyBody = "";
    private LogType logType = LogType.NotSet;
    private final boolean isConnection;
    private final UnaryOperator<String> clusterStatNames;

    /// A view of one exchange.
    public ExchangeRecord(RequestHead request, @Nullable ResponseHead response, StreamInfo info) {
        this.request = request;
        this.response = response;
        this.info = info;
        this.isConnection = false;
        this.clusterStatNames = UnaryOperator.identity();
    }

    /// A view of nothing yet.
    ///
    /// @param clusterStatNames gives the name under which a cluster is counted
    public ExchangeRecord(UnaryOperator<String> clusterStatNames) {
        this.request = NO_REQUEST;
        this.info = new StreamInfo();
        this.isConnection = false;
        this.clusterStatNames = clusterStatNames;
    }

    /// A view of a TCP connection.
    ///
    /// @param clusterStatNames gives the name under which a cluster is counted
    public ExchangeRecord(StreamInfo info, UnaryOperator<String> clusterStatNames) {
        this.request = new RequestHead();
        this.info = info;
        this.isConnection = true;
        this.clusterStatNames = clusterStatNames;
    }

    /// A view of nothing yet.
    public ExchangeRecord() {
        this(NO_REQUEST, null, new StreamInfo());
    }

    /// Shows another exchange.
    public ExchangeRecord of(RequestHead next, @Nullable ResponseHead answer, StreamInfo about) {
        request = next;
        response = answer;
        info = about;
        return this;
    }

    /// The same exchange, of which the proxy is about to give such an answer.
    public ExchangeRecord answered(String body) {
        localReplyBody = body;
        return this;
    }

    /// The same exchange, which is logged now for that.
    public ExchangeRecord as(LogType type) {
        logType = type;
        return this;
    }

    /// The request that is shown.
    public RequestHead request() {
        return request;
    }

    /// The response that is shown; null where none was begun.
    public @Nullable ResponseHead response() {
        return response;
    }

    /// What is shown.
    public StreamInfo info() {
        return info;
    }

    @Override
    public LogType logType() {
        return logType;
    }

    /// Why it did not go as it should, in words; null where it did.
    public @Nullable String reason() {
        return Reason.of(info, grpcStatus());
    }

    @Override
    public @Nullable Object metadata(MetadataOf of, String name, List<String> path) {
        Object value =
                switch (of) {
                    case DYNAMIC -> dynamic(name, path);
                    case CLUSTER -> info.clusterMetadata().of(name);
                    case ROUTE -> info.routeMetadata().of(name);
                    case UPSTREAM_HOST -> info.hostMetadata().of(name);
                    case LISTENER -> info.facts().listener().of(name);
                    case LISTENER_FILTER_CHAIN -> info.facts().chain().of(name);
                };
        for (int i = 0; i < path.size(); i++) { // an iterator would be an object
            value = value instanceof Map<?, ?> map ? map.get(path.get(i)) : null;
        }
        return value;
    }

    /// Under `heddle` this proxy itself says why an exchange failed, and which version of its
    /// configuration served it, under `heddle.call` how many messages a call of gRPC had, under
    /// `heddle.connection` what of a connection's bytes no periodic log has told yet; they are made
    /// when somebody asks.
    private @Nullable Object dynamic(String name, List<String> path) {
        if (name.equals(OF_CALLS)) {
            return info.requestMessages() >= 0
                    ? Map.of(
                            "request_messages", info.requestMessages(),
                            "response_messages", info.responseMessages())
                    : null;
        }
        if (name.equals(OWN_OF_CONNECTIONS)) {
            return isConnection
                    ? Map.of(
                            "bytes_received_since_periodic", info.bytesReceivedSincePeriodic(),
                            "bytes_sent_since_periodic", info.bytesSentSincePeriodic())
                    : null;
        }
        if (!name.equals(OWN)) {
            Map<String, Object> all = info.metadata();
            return all == null ? null : all.get(name);
        }
        boolean isWhole = path.isEmpty();
        Map<String, Object> own = new TreeMap<>();
        if (isWhole || path.getFirst().equals("reason")) {
            String reason = reason();
            if (reason != null) {
                own.put("reason", reason);
            }
        }
        if ((isWhole || path.getFirst().equals("config_version"))
                && !info.configVersion().isEmpty()) {
            own.put("config_version", info.configVersion());
        }
        return own.isEmpty() ? null : own;
    }

    @Override
    public @Nullable String filterState(String key) {
        return SocketAddressText.whole(
                switch (key) {
                    case "envoy.filters.listener.original_dst.local_ip" -> info.origin().local();
                    case "envoy.filters.listener.original_dst.remote_ip" -> info.origin().remote();
                    default -> null;
                });
    }

    /// The request's own where it has one: a connection's is one that nobody else has.
    @Override
    public @Nullable String streamId() {
        return isConnection ? info.streamId() : request.headers().get(HeaderName.X_REQUEST_ID);
    }

    @Override
    public @Nullable String uniqueId() {
        return info.nextUuid();
    }

    @Override
    public void eachRequestHeader(BiConsumer<String, String> each) {
        pseudo(":method", request.method(), each);
        pseudo(":path", request.path(), each);
        pseudo(":authority", request.authority(), each);
        pseudo(":scheme", request.scheme(), each);
        request.headers().forEach(each);
    }

    private static void pseudo(String name, String value, BiConsumer<String, String> each) {
        if (!value.isEmpty()) {
            each.accept(name, value);
        }
    }

    @Override
    public void eachResponseHeader(BiConsumer<String, String> each) {
        if (response != null) {
            each.accept(":status", Integer.toString(response.status()));
            response.headers().forEach(each);
        }
    }

    @Override
    public void eachResponseTrailer(BiConsumer<String, String> each) {
        Headers trailers = info.responseTrailers();
        if (trailers != null) {
            trailers.forEach(each);
        }
    }

    @Override
    public String direction() {
        return info.facts().direction();
    }

    @Override
    public @Nullable String virtualHostName() {
        return nonEmpty(info.virtualHost());
    }

    /// Flags are declared in the order of Envoy's bits.
    @Override
    @SuppressWarnings("EnumOrdinal") // the order is Envoy's, and a test compares it
    public long responseFlagBits() {
        long bits = 0;
        for (ResponseFlag flag : info.flags()) {
            bits |= 1L << flag.ordinal();
        }
        return bits;
    }

    @Override
    public String localReplyBody() {
        return localReplyBody;
    }

    @Override
    public long startSecond() {
        return info.startSecond();
    }

    @Override
    public int startNano() {
        return info.startNano();
    }

    @Override
    public boolean requestHeader(String name, ByteText out) {
        return switch (name) {
            case ":method" -> isWritten(request.method(), out);
            case ":path" -> {
                int before = out.length();
                request.writePath(out);
                yield out.length() > before;
            }
            case ":authority", "host" -> isWritten(request.authority(), out);
            case ":scheme" -> isWritten(request.scheme(), out);
            default -> request.headers().write(name, out);
        };
    }

    @Override
    public boolean responseHeader(String name, ByteText out) {
        if (response == null) {
            return false;
        }
        if (name.equals(":status")) {
            out.append(response.status());
            return true;
        }
        return response.headers().write(name, out);
    }

    private static boolean isWritten(String text, ByteText out) {
        out.append(text);
        return !text.isEmpty();
    }

    @Override
    public boolean responseTrailer(String name, ByteText out) {
        Headers trailers = info.responseTrailers();
        return trailers != null && trailers.write(name, out);
    }

    @Override
    public String protocol() {
        return info.protocol().text();
    }

    @Override
    public @Nullable String upstreamProtocol() {
        Protocol protocol = info.upstreamProtocol();
        return protocol == null ? null : protocol.text();
    }

    @Override
    public int responseCode() {
        return info.responseCode();
    }

    @Override
    public @Nullable String responseCodeDetails() {
        return info.responseDetails();
    }

    @Override
    public @Nullable String responseFlags() {
        return flags(ResponseFlag::name);
    }

    @Override
    public @Nullable String responseFlagsLong() {
        return flags(ResponseFlag::longName);
    }

    private @Nullable String flags(Function<ResponseFlag, String> name) {
        return info.isFlagged()
                ? info.flags().stream().map(name).collect(Collectors.joining(","))
                : null;
    }

    @Override
    public @Nullable String connectionTerminationDetails() {
        return info.connectionTermination();
    }

    @Override
    public long bytesReceived() {
        return info.bytesReceived();
    }

    @Override
    public long bytesSent() {
        return info.bytesSent();
    }

    /// Trailers, or the head of a response that is nothing else, or what its HTTP status means.
    @Override
    public int grpcStatus() {
        if (!GrpcStatus.isCall(request.headers())) {
            return -1;
        }
        Headers trailers = info.responseTrailers();
        String said = trailers == null ? null : trailers.get(HeaderName.GRPC_STATUS);
        if (said == null && response != null) {
            said = response.headers().get(HeaderName.GRPC_STATUS);
        }
        if (said == null) {
            int code = info.responseCode();
            return code == 0 ? -1 : code == 200 ? 0 : GrpcStatus.ofHttp(code).number();
        }
        try {
            return Integer.parseInt(said);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public long requestHeadersBytes() {
        return field(":method", request.method())
                + field(":path", request.path())
                + field(":authority", request.authority())
                + field(":scheme", request.scheme())
                + bytes(request.headers());
    }

    @Override
    public long responseHeadersBytes() {
        return response == null ? 0 : ":status200".length() + bytes(response.headers());
    }

    @Override
    public long responseTrailersBytes() {
        Headers trailers = info.responseTrailers();
        return trailers == null ? 0 : bytes(trailers);
    }

    private static long field(String name, String value) {
        return value.isEmpty() ? 0 : name.length() + value.length();
    }

    private static long bytes(Headers headers) {
        long[] sum = {0};
        headers.forEach((name, value) -> sum[0] += name.length() + value.length());
        return sum[0];
    }

    @Override
    public @Nullable String filterChainName() {
        return nonEmpty(info.filterChain());
    }

    @Override
    public long nanosTo(Moment moment) {
        return switch (moment) {
            case REQUEST_RECEIVED -> info.lastRequestByteNanos();
            case REQUEST_SENDING -> info.firstUpstreamRequestByteNanos();
            case REQUEST_SENT -> info.lastUpstreamRequestByteNanos();
            case RESPONSE_BEGAN -> info.firstUpstreamResponseByteNanos();
            case RESPONSE_RECEIVED -> info.lastUpstreamResponseByteNanos();
            case RESPONSE_SENDING -> info.firstResponseByteNanos();
            case RESPONSE_SENT -> info.lastResponseByteNanos();
            case ENDED -> info.endNanos();
        };
    }

    @Override
    public @Nullable String upstreamHost() {
        return info.upstreamHost();
    }

    @Override
    public @Nullable String upstreamCluster() {
        return info.cluster();
    }

    @Override
    public @Nullable String upstreamClusterStatName() {
        String name = info.cluster();
        return name == null ? null : clusterStatNames.apply(name);
    }

    @Override
    public @Nullable SocketAddress upstreamLocalAddress() {
        return info.upstreamLocal();
    }

    @Override
    public @Nullable String upstreamTransportFailureReason() {
        return info.upstreamFailureReason();
    }

    @Override
    public int upstreamAttempts() {
        return info.attempts();
    }

    @Override
    public @Nullable SocketAddress downstreamRemoteAddress() {
        return info.downstreamRemote();
    }

    @Override
    public @Nullable SocketAddress downstreamDirectRemoteAddress() {
        return info.downstreamDirectRemote();
    }

    @Override
    public @Nullable SocketAddress downstreamLocalAddress() {
        return info.downstreamLocal();
    }

    @Override
    public @Nullable String requestedServerName() {
        return info.requestedServerName();
    }

    @Override
    public @Nullable String downstreamTransportFailureReason() {
        return info.downstreamFailureReason();
    }

    @Override
    public @Nullable String downstreamTls(TlsItem item) {
        return tls(info.tls(), item);
    }

    @Override
    public @Nullable String upstreamTls(TlsItem item) {
        return tls(info.upstreamTls(), item);
    }

    private static @Nullable String tls(@Nullable TlsSession session, TlsItem item) {
        if (session == null) {
            return null;
        }
        return switch (item) {
            case TLS_VERSION -> session.version();
            case TLS_CIPHER -> session.cipher();
            case TLS_SESSION_ID -> nonEmpty(session.sessionId());
            case LOCAL_SUBJECT -> session.local().map(ShownCertificate::subject).orElse(null);
            case LOCAL_URI_SAN -> session.local().map(it -> all(it.names().uris())).orElse(null);
            case LOCAL_DNS_SAN -> session.local().map(it -> all(it.names().dns())).orElse(null);
            case LOCAL_IP_SAN ->
                    session.local().map(it -> all(it.names().addresses())).orElse(null);
            case LOCAL_EMAIL_SAN ->
                    session.local().map(it -> all(it.names().emails())).orElse(null);
            case PEER_SUBJECT -> session.peer().map(ShownCertificate::subject).orElse(null);
            case PEER_ISSUER -> session.peer().map(ShownCertificate::issuer).orElse(null);
            case PEER_SERIAL -> session.peer().map(ShownCertificate::serial).orElse(null);
            case PEER_FINGERPRINT_256 -> session.peer().map(ShownCertificate::sha256).orElse(null);
            case PEER_FINGERPRINT_1 -> session.peer().map(ShownCertificate::sha1).orElse(null);
            case PEER_URI_SAN -> session.peer().map(it -> all(it.names().uris())).orElse(null);
            case PEER_DNS_SAN -> session.peer().map(it -> all(it.names().dns())).orElse(null);
            case PEER_IP_SAN -> session.peer().map(it -> all(it.names().addresses())).orElse(null);
            case PEER_EMAIL_SAN -> session.peer().map(it -> all(it.names().emails())).orElse(null);
            case PEER_CERT ->
                    session.peer()
                            .map(it -> it.pem().replace("\n", "%0A").replace(" ", "%20"))
                            .orElse(null);
            case PEER_CERT_V_START ->
                    session.peer().map(it -> it.validFrom().toString()).orElse(null);
            case PEER_CERT_V_END ->
                    session.peer().map(it -> it.validUntil().toString()).orElse(null);
        };
    }

    private static @Nullable String all(List<String> names) {
        return names.isEmpty() ? null : String.join(",", names);
    }

    /// Of a TCP connection all bytes count as they were passed on.
    @Override
    public long wireBytes(WireItem item) {
        WireBytes down = info.downstreamBytes();
        WireBytes up = info.upstreamBytes();
        return switch (item) {
            case DOWNSTREAM_WIRE_BYTES_RECEIVED ->
                    isConnection ? info.bytesReceived() : down.received();
            case DOWNSTREAM_WIRE_BYTES_SENT -> isConnection ? info.bytesSent() : down.sent();
            case DOWNSTREAM_HEADER_BYTES_RECEIVED -> down.headReceived();
            case DOWNSTREAM_HEADER_BYTES_SENT -> down.headSent();
            case UPSTREAM_WIRE_BYTES_RECEIVED -> isConnection ? info.bytesSent() : up.received();
            case UPSTREAM_WIRE_BYTES_SENT -> isConnection ? info.bytesReceived() : up.sent();
            case UPSTREAM_HEADER_BYTES_RECEIVED -> up.headReceived();
            case UPSTREAM_HEADER_BYTES_SENT -> up.headSent();
        };
    }

    @Override
    public long upstreamConnectionId() {
        return info.upstreamConnectionId();
    }

    @Override
    public @Nullable String upstreamHostName() {
        String name = info.upstreamHostName();
        return name == null || name.isEmpty() ? info.upstreamHost() : name;
    }

    @Override
    public @Nullable String traceId() {
        Traced traced = info.traced();
        return traced == null ? null : traced.traceId();
    }

    @Override
    public @Nullable String spanId() {
        Traced traced = info.traced();
        return traced == null ? null : traced.spanId();
    }

    @Override
    public long connectionId() {
        return info.connectionId();
    }

    @Override
    public @Nullable String routeName() {
        return nonEmpty(info.route());
    }

    @Override
    public @Nullable String virtualClusterName() {
        return info.virtualCluster();
    }

    private static @Nullable String nonEmpty(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
