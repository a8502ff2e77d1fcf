package dev.heddle.telemetry;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request that was answered well, but for what it is made with.
record OneRequest(Map<String, String> request, Map<String, String> response)
        implements AccessLogRecord {

    @Override
    public int grpcStatus() {
        return 4;
    }

    @Override
    public long startSecond() {
        return Instant.parse("2016-04-15T20:17:00Z").getEpochSecond();
    }

    @Override
    public int startNano() {
        return 310_000_000;
    }

    @Override
    public boolean requestHeader(String name, ByteText out) {
        return write(request.get(name), out);
    }

    @Override
    public boolean responseHeader(String name, ByteText out) {
        return write(response.get(name), out);
    }

    @Override
    public boolean responseTrailer(String name, ByteText out) {
        return false;
    }

    private static boolean write(@Nullable String value, ByteText out) {
        if (value != null) {
            out.append(value);
        }
        return value != null;
    }

    @Override
    public String protocol() {
        return "HTTP/1.1";
    }

    @Override
    public String upstreamProtocol() {
        return "HTTP/1.1";
    }

    @Override
    public int responseCode() {
        return 200;
    }

    @Override
    public String responseCodeDetails() {
        return "via upstream";
    }

    @Override
    public @Nullable String responseFlags() {
        return null;
    }

    @Override
    public @Nullable String responseFlagsLong() {
        return null;
    }

    @Override
    public @Nullable String connectionTerminationDetails() {
        return null;
    }

    @Override
    public long bytesReceived() {
        return 0;
    }

    @Override
    public long bytesSent() {
        return 295;
    }

    @Override
    public long nanosTo(Moment moment) {
        return switch (moment) {
            case REQUEST_SENDING -> 1_100_000;
            case REQUEST_RECEIVED, REQUEST_SENT -> 1_900_000;
            case RESPONSE_BEGAN, RESPONSE_RECEIVED, RESPONSE_SENDING -> 12_000_000;
            case RESPONSE_SENT, ENDED -> 13_999_999;
        };
    }

    @Override
    public String upstreamHost() {
        return "10.0.0.7:9080";
    }

    @Override
    public String upstreamCluster() {
        return "outbound";
    }

    @Override
    public @Nullable SocketAddress upstreamLocalAddress() {
        return null;
    }

    @Override
    public @Nullable String upstreamTransportFailureReason() {
        return null;
    }

    @Override
    public int upstreamAttempts() {
        return 1;
    }

    @Override
    public SocketAddress downstreamRemoteAddress() {
        return new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 5);
    }

    @Override
    public SocketAddress downstreamDirectRemoteAddress() {
        return downstreamRemoteAddress();
    }

    @Override
    public SocketAddress downstreamLocalAddress() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80);
    }

    @Override
    public @Nullable String requestedServerName() {
        return null;
    }

    @Override
    public long connectionId() {
        return 7;
    }

    @Override
    public String routeName() {
        return "r1";
    }

    @Override
    public @Nullable String virtualClusterName() {
        return null;
    }
}
