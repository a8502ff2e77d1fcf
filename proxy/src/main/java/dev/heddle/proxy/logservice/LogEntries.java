package dev.heddle.proxy.logservice;

import dev.heddle.proxy.config.AccessLogConfig.ToldHeaders;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.AddressText;
import dev.heddle.proxy.struct.Structs;
import dev.heddle.proxy.tls.ShownCertificate;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.telemetry.AccessLogRecord.LogType;
import dev.heddle.telemetry.AccessLogRecord.MetadataOf;
import dev.heddle.telemetry.AccessLogRecord.Moment;
import dev.heddle.telemetry.AccessLogRecord.WireItem;
import dev.heddle.telemetry.ByteText;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// Writes exchanges and connections down as `envoy.data.accesslog.v3.HTTPAccessLogEntry` and
/// `TCPAccessLogEntry`. The numbers are those of the fields in Envoy's `.proto` files.
///
/// Metadata are what filters found out, and under `heddle` what this proxy itself says: why the
/// exchange failed, and which version of the configuration served it.
public final class LogEntries {
    private static final String OWN = "heddle";
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private static final List<String> TLS_VERSIONS =
            List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    /// Those that BoringSSL has, by their names of OpenSSL.
    private static final Map<String, Integer> CIPHERS =
            Map.of(
                    "TLS_AES_128_GCM_SHA256", 0x1301,
                    "TLS_AES_256_GCM_SHA384", 0x1302,
                    "TLS_CHACHA20_POLY1305_SHA256", 0x1303,
                    "ECDHE-ECDSA-AES128-GCM-SHA256", 0xc02b,
                    "ECDHE-ECDSA-AES256-GCM-SHA384", 0xc02c,
                    "ECDHE-RSA-AES128-GCM-SHA256", 0xc02f,
                    "ECDHE-RSA-AES256-GCM-SHA384", 0xc030,
                    "ECDHE-RSA-CHACHA20-POLY1305", 0xcca8,
                    "ECDHE-ECDSA-CHACHA20-POLY1305", 0xcca9);

    private LogEntries() {}

    /// An exchange.
    ///
    /// @param tags what it says besides
    public static Bytes http(ExchangeRecord record, ToldHeaders told, EntryTags tags) {
        return new WireWriter()
                .message(1, common(record, tags))
                .number(
                        2,
                        switch (record.info().protocol()) {
                            case HTTP_10 -> 1;
                            case HTTP_11 -> 2;
                            case HTTP_2 -> 3;
                            case HTTP_3 -> 4;
                        })
                .message(3, request(record, told))
                .message(4, response(record, told))
                .toBytes();
    }

    /// A connection.
    ///
    /// @param tags what it says besides
    public static Bytes tcp(ExchangeRecord record, EntryTags tags) {
        return new WireWriter()
                .message(1, common(record, tags))
                .message(
                        2,
                        new WireWriter()
                                .number(1, record.bytesReceived())
                                .number(2, record.bytesSent()))
                .toBytes();
    }

    private static WireWriter common(ExchangeRecord record, EntryTags tags) {
        StreamInfo info = record.info();
        var out = new WireWriter();
        address(out, 2, record.downstreamRemoteAddress());
        address(out, 3, record.downstreamLocalAddress());
        TlsSession session = info.tls();
        if (session != null) {
            out.message(4, tls(session));
        }
        out.message(
                5, new WireWriter().number(1, record.startSecond()).number(2, record.startNano()));
        time(out, 6, record.nanosTo(Moment.REQUEST_RECEIVED));
        time(out, 7, record.nanosTo(Moment.REQUEST_SENDING));
        time(out, 8, record.nanosTo(Moment.REQUEST_SENT));
        time(out, 9, record.nanosTo(Moment.RESPONSE_BEGAN));
        time(out, 10, record.nanosTo(Moment.RESPONSE_RECEIVED));
        time(out, 11, record.nanosTo(Moment.RESPONSE_SENDING));
        time(out, 12, record.nanosTo(Moment.RESPONSE_SENT));
        address(out, 13, remote(info));
        address(out, 14, record.upstreamLocalAddress());
        text(out, 15, record.upstreamClusterStatName());
        if (info.isFlagged()) {
            out.message(16, flags(info.flags()));
        }
        metadata(out, record);
        text(out, 18, record.upstreamTransportFailureReason());
        text(out, 19, record.routeName());
        address(out, 20, record.downstreamDirectRemoteAddress());
        tags.write(record, out);
        time(out, 23, record.nanosTo(Moment.ENDED));
        out.number(24, record.upstreamAttempts());
        text(out, 25, record.connectionTerminationDetails());
        text(out, 26, record.streamId());
        LogType type = record.logType();
        if (type == LogType.TcpPeriodic || type == LogType.TcpUpstreamConnected) {
            out.number(27, 1);
        }
        text(out, 28, record.downstreamTransportFailureReason());
        out.number(29, record.wireBytes(WireItem.DOWNSTREAM_WIRE_BYTES_SENT));
        out.number(30, record.wireBytes(WireItem.DOWNSTREAM_WIRE_BYTES_RECEIVED));
        out.number(31, record.wireBytes(WireItem.UPSTREAM_WIRE_BYTES_SENT));
        out.number(32, record.wireBytes(WireItem.UPSTREAM_WIRE_BYTES_RECEIVED));
        out.number(33, number(type));
        return out;
    }

    /// Where the host is that was picked, also where there is no connection to it.
    private static @Nullable SocketAddress remote(StreamInfo info) {
        String host = info.upstreamHost();
        return info.upstreamRemote() != null || host == null
                ? info.upstreamRemote()
                : AddressText.parse(host);
    }

    private static int number(LogType type) {
        return switch (type) {
            case NotSet -> 0;
            case TcpUpstreamConnected -> 1;
            case TcpPeriodic -> 2;
            case TcpConnectionEnd -> 3;
            case DownstreamStart -> 4;
            case DownstreamPeriodic -> 5;
            case DownstreamEnd -> 6;
            case UpstreamPoolReady -> 7;
            case UpstreamPeriodic -> 8;
            case UpstreamEnd -> 9;
            case DownstreamTunnelSuccessfullyEstablished -> 10;
            case UdpTunnelUpstreamConnected -> 11;
            case UdpPeriodic -> 12;
            case UdpSessionEnd -> 13;
        };
    }

    private static void metadata(WireWriter out, ExchangeRecord record) {
        var all = new HashMap<String, Object>();
        Map<String, Object> found = record.info().metadata();
        if (found != null) {
            all.putAll(found);
        }
        Object own = record.metadata(MetadataOf.DYNAMIC, OWN, List.of());
        if (own != null) {
            all.put(OWN, own);
        }
        if (all.isEmpty()) {
            return;
        }
        var fields = new WireWriter();
        all.forEach((name, value) -> {
            if (value instanceof Map<?, ?> map) {
                fields.message(1, new WireWriter().text(1, name).message(2, Structs.write(map)));
            }
        });
        out.message(17, fields);
    }

    static WireWriter flags(List<ResponseFlag> flags) {
        var out = new WireWriter();
        for (ResponseFlag flag : flags) {
            switch (flag) {
                case LH -> out.number(1, 1);
                case UH -> out.number(2, 1);
                case UT -> out.number(3, 1);
                case LR -> out.number(4, 1);
                case UR -> out.number(5, 1);
                case UF -> out.number(6, 1);
                case UC -> out.number(7, 1);
                case UO -> out.number(8, 1);
                case NR -> out.number(9, 1);
                case DI -> out.number(10, 1);
                case FI -> out.number(11, 1);
                case RL -> out.number(12, 1);
                // By an external service.
                case UAEX -> out.message(13, new WireWriter().number(1, 1));
                case RLSE -> out.number(14, 1);
                case DC -> out.number(15, 1);
                case URX -> out.number(16, 1);
                case SI -> out.number(17, 1);
                case IH -> out.number(18, 1);
                case DPE -> out.number(19, 1);
                case UMSDR -> out.number(20, 1);
                case RFCF -> out.number(21, 1);
                case NFCF -> out.number(22, 1);
                case DT -> out.number(23, 1);
                case UPE -> out.number(24, 1);
                case NC -> out.number(25, 1);
                case OM -> out.number(26, 1);
                case DF -> out.number(27, 1);
                case DR -> out.number(28, 1);
                case DO, UDO, CBO -> {
                    // The message has no field for it; the details say it.
                }
            }
        }
        return out;
    }

    private static WireWriter tls(TlsSession session) {
        var out = new WireWriter();
        int version = TLS_VERSIONS.indexOf(session.version()) + 1;
        out.number(1, version);
        Integer cipher = CIPHERS.get(session.cipher());
        if (cipher != null) {
            out.message(2, new WireWriter().number(1, cipher));
        }
        text(out, 3, session.serverName());
        session.local().ifPresent(it -> out.message(4, certificate(it)));
        session.peer().ifPresent(it -> out.message(5, certificate(it).text(3, it.issuer())));
        text(out, 6, session.sessionId());
        return out;
    }

    private static WireWriter certificate(ShownCertificate shown) {
        var out = new WireWriter();
        shown.names().uris().forEach(it -> out.message(1, new WireWriter().text(1, it)));
        shown.names().dns().forEach(it -> out.message(1, new WireWriter().text(2, it)));
        text(out, 2, shown.subject());
        return out;
    }

    private static WireWriter request(ExchangeRecord record, ToldHeaders told) {
        var out = new WireWriter();
        out.number(1, method(record.request().method()));
        header(out, 2, ":scheme", record::requestHeader);
        header(out, 3, ":authority", record::requestHeader);
        header(out, 5, ":path", record::requestHeader);
        header(out, 6, "user-agent", record::requestHeader);
        header(out, 7, "referer", record::requestHeader);
        header(out, 8, "x-forwarded-for", record::requestHeader);
        header(out, 9, "x-request-id", record::requestHeader);
        header(out, 10, "x-envoy-original-path", record::requestHeader);
        out.number(11, record.requestHeadersBytes());
        out.number(12, record.bytesReceived());
        each(out, 13, told.request(), record::requestHeader);
        out.number(14, record.wireBytes(WireItem.UPSTREAM_HEADER_BYTES_SENT));
        out.number(15, record.wireBytes(WireItem.DOWNSTREAM_HEADER_BYTES_RECEIVED));
        return out;
    }

    private static WireWriter response(ExchangeRecord record, ToldHeaders told) {
        var out = new WireWriter();
        if (record.responseCode() > 0) {
            out.message(1, new WireWriter().number(1, record.responseCode()));
        }
        out.number(2, record.responseHeadersBytes());
        out.number(3, record.bytesSent());
        each(out, 4, told.response(), record::responseHeader);
        each(out, 5, told.trailers(), record::responseTrailer);
        text(out, 6, record.responseCodeDetails());
        out.number(7, record.wireBytes(WireItem.UPSTREAM_HEADER_BYTES_RECEIVED));
        out.number(8, record.wireBytes(WireItem.DOWNSTREAM_HEADER_BYTES_SENT));
        return out;
    }

    /// `envoy.config.core.v3.RequestMethod`.
    static long method(String name) {
        return METHODS.indexOf(name) + 1L;
    }

    private static void each(
            WireWriter out, int field, List<String> names, BiPredicate<String, ByteText> headers) {
        for (String name : names) {
            var value = new ByteText();
            if (headers.test(name, value)) {
                out.message(field, new WireWriter().text(1, name).bytes(2, bytes(value)));
            }
        }
    }

    private static void header(
            WireWriter out, int field, String name, BiPredicate<String, ByteText> headers) {
        var value = new ByteText();
        if (headers.test(name, value)) {
            out.bytes(field, bytes(value));
        }
    }

    private static Bytes bytes(ByteText text) {
        return Bytes.of(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    static void text(WireWriter out, int field, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            out.bytes(field, Bytes.of(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    static void time(WireWriter out, int field, long nanos) {
        if (nanos >= 0) {
            out.message(
                    field,
                    new WireWriter()
                            .number(1, nanos / NANOS_PER_SECOND)
                            .number(2, nanos % NANOS_PER_SECOND));
        }
    }

    static void address(WireWriter out, int field, @Nullable SocketAddress address) {
        switch (address) {
            case InetSocketAddress inet when inet.getAddress() != null ->
                    out.message(
                            field,
                            new WireWriter()
                                    .message(
                                            1,
                                            new WireWriter()
                                                    .text(2, inet.getAddress().getHostAddress())
                                                    .number(3, inet.getPort())));
            case UnixDomainSocketAddress unix ->
                    out.message(
                            field,
                            new WireWriter()
                                    .message(
                                            2,
                                            new WireWriter().text(1, unix.getPath().toString())));
            case null, default -> {
                // Nobody knows, or it is a listener of this proxy.
            }
        }
    }
}
