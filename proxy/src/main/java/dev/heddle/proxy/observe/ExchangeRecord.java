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
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An exchange as formats see it: those of access logs, and those of header values while the
/// exchange still goes on. A view: shown an exchange, used at once, and shown the next.
@Confined("worker")
public final class ExchangeRecord implements AccessLogRecord {
    private static final RequestHead NO_REQUEST = new RequestHead();

    private RequestHead request;
    private @Nullable ResponseHead response;
    private StreamInfo info;
    private String localReplyBody = "";
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
