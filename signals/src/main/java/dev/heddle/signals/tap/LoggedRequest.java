package dev.heddle.signals.tap;

import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Side;
import dev.heddle.telemetry.AccessLogRecord;
import dev.heddle.telemetry.ByteText;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is told of a request, as expressions see it.
///
/// Under `heddle` its metadata have what expressions have no attribute for: `reason`,
/// `config_version`, `rule`, `flags`, `reporter`, `protocol`, and `source_workload`,
/// `source_namespace`, `source_service`, `source_version` with their like of the destination.
record LoggedRequest(RequestLog log) implements AccessLogRecord {
    private static final long MICROS = 1_000_000;
    private static final String OWN = "heddle";

    @Override
    public long startSecond() {
        return Math.floorDiv(log.timeMicros(), MICROS);
    }

    @Override
    public int startNano() {
        return (int) Math.floorMod(log.timeMicros(), MICROS) * 1_000;
    }

    @Override
    public boolean requestHeader(String name, ByteText out) {
        String value =
                switch (name) {
                    case ":method" -> log.request().method();
                    case ":path" -> log.request().path();
                    case ":authority" -> log.request().authority();
                    case "x-request-id" -> log.ids().requestId();
                    default -> "";
                };
        out.append(value);
        return !value.isEmpty();
    }

    @Override
    public boolean responseHeader(String name, ByteText out) {
        return false;
    }

    @Override
    public boolean responseTrailer(String name, ByteText out) {
        return false;
    }

    @Override
    public @Nullable String protocol() {
        return null;
    }

    @Override
    public @Nullable String upstreamProtocol() {
        return null;
    }

    @Override
    public int responseCode() {
        return log.outcome().code();
    }

    @Override
    public @Nullable String responseCodeDetails() {
        return said(log.outcome().details());
    }

    @Override
    public @Nullable String responseFlags() {
        return said(String.join(",", log.outcome().flags()));
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
        return log.outcome().received();
    }

    @Override
    public long bytesSent() {
        return log.outcome().sent();
    }

    @Override
    public int grpcStatus() {
        return log.outcome().grpcStatus();
    }

    @Override
    public long nanosTo(Moment moment) {
        return moment == Moment.ENDED ? log.outcome().durationMicros() * 1_000 : -1;
    }

    @Override
    public @Nullable String upstreamHost() {
        return said(log.way().upstreamHost());
    }

    @Override
    public @Nullable String upstreamCluster() {
        return said(log.way().cluster());
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
        return log.outcome().attempts();
    }

    @Override
    public @Nullable SocketAddress downstreamRemoteAddress() {
        String address = log.way().remoteAddress();
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        return colon < 0 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 0xffff
                ? null
                : InetSocketAddress.createUnresolved(
                        address.substring(0, colon).replaceAll("[\\[\\]]", ""),
                        Integer.parseInt(port));
    }

    @Override
    public @Nullable SocketAddress downstreamDirectRemoteAddress() {
        return null;
    }

    @Override
    public @Nullable SocketAddress downstreamLocalAddress() {
        return null;
    }

    @Override
    public @Nullable String requestedServerName() {
        return null;
    }

    @Override
    public @Nullable String downstreamTls(TlsItem item) {
        return item == TlsItem.PEER_URI_SAN ? said(log.way().peer()) : null;
    }

    @Override
    public long connectionId() {
        return -1;
    }

    @Override
    public @Nullable String routeName() {
        return said(log.way().route());
    }

    @Override
    public @Nullable String virtualClusterName() {
        return null;
    }

    @Override
    public String direction() {
        return log.reporter().side() == Side.DESTINATION ? "inbound" : "outbound";
    }

    @Override
    public @Nullable Object metadata(MetadataOf of, String name, List<String> path) {
        if (of != MetadataOf.DYNAMIC || !name.equals(OWN)) {
            return null;
        }
        Object value = own();
        for (String key : path) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return value;
    }

    private Map<String, Object> own() {
        var own = new TreeMap<String, Object>();
        own.put("flags", log.outcome().flags());
        own.put("reporter", log.reporter().side().toString());
        own.put("protocol", log.request().protocol());
        put(own, "reason", log.outcome().reason());
        put(own, "config_version", log.way().configVersion());
        put(own, "rule", log.way().ruleOrigin());
        put(own, "source", log.source());
        put(own, "destination", log.destination());
        return own;
    }

    private static void put(Map<String, Object> own, String end, Party party) {
        put(own, end + "_workload", party.workload());
        put(own, end + "_namespace", party.namespace());
        put(own, end + "_service", party.service());
        put(own, end + "_version", party.version());
    }

    private static void put(Map<String, Object> own, String name, String text) {
        if (!text.isEmpty()) {
            own.put(name, text);
        }
    }

    private static @Nullable String said(String text) {
        return text.isEmpty() ? null : text;
    }
}
