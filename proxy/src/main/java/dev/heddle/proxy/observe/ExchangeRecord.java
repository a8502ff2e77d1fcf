package dev.heddle.proxy.observe;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.telemetry.AccessLogRecord;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An exchange as formats see it: those of access logs, and those of header values while the
/// exchange still goes on. A view: used at once and thrown away.
public record ExchangeRecord(RequestHead request, @Nullable ResponseHead response, StreamInfo info)
        implements AccessLogRecord {

    @Override
    public Instant startTime() {
        return info.startTime();
    }

    @Override
    public @Nullable String requestHeader(String name) {
        return switch (name) {
            case ":method" -> nonEmpty(request.method());
            case ":path" -> nonEmpty(request.path());
            case ":authority", "host" -> nonEmpty(request.authority());
            case ":scheme" -> nonEmpty(request.scheme());
            default -> joined(request.headers(), name);
        };
    }

    @Override
    public @Nullable String responseHeader(String name) {
        if (response == null) {
            return null;
        }
        return name.equals(":status")
                ? Integer.toString(response.status())
                : joined(response.headers(), name);
    }

    /// Trailers pass through this proxy without being looked at.
    @Override
    public @Nullable String responseTrailer(String name) {
        return null;
    }

    @Override
    public String protocol() {
        return info.protocol().text();
    }

    @Override
    public @Nullable String upstreamProtocol() {
        return info.upstreamRemote() == null ? null : "HTTP/1.1";
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
        Set<ResponseFlag> flags = info.flags();
        return flags.isEmpty() ? null : flags.stream().map(name).collect(Collectors.joining(","));
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

    @Override
    public long nanosTo(Moment moment) {
        return switch (moment) {
            case REQUEST_RECEIVED -> info.lastRequestByteNanos();
            case REQUEST_SENT -> info.lastUpstreamRequestByteNanos();
            case RESPONSE_BEGAN -> info.firstUpstreamResponseByteNanos();
            case RESPONSE_RECEIVED -> info.lastUpstreamResponseByteNanos();
            case RESPONSE_SENDING -> info.firstResponseByteNanos();
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

    private static @Nullable String joined(Headers headers, String name) {
        List<String> values = headers.getAll(HeaderName.of(name));
        return switch (values.size()) {
            case 0 -> null;
            case 1 -> values.getFirst();
            default -> String.join(",", values);
        };
    }
}
