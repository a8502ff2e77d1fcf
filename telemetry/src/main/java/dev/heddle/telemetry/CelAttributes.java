package dev.heddle.telemetry;

import dev.heddle.telemetry.AccessLogRecord.MetadataOf;
import dev.heddle.telemetry.AccessLogRecord.Moment;
import dev.heddle.telemetry.AccessLogRecord.TlsItem;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What expressions may ask of a request: Envoy's attributes, by their names. What a request does
/// not have is no such key.
///
/// This file is long because each attribute has its line.
final class CelAttributes {
    /// What a name with a point begins with.
    static final Set<String> ROOTS =
            Set.of(
                    "request",
                    "response",
                    "connection",
                    "upstream",
                    "source",
                    "destination",
                    "xds",
                    "metadata");

    private static final Map<String, TlsItem> NAMES_OF_TLS =
            Map.of(
                    "tls_version",
                    TlsItem.TLS_VERSION,
                    "subject_local_certificate",
                    TlsItem.LOCAL_SUBJECT,
                    "subject_peer_certificate",
                    TlsItem.PEER_SUBJECT,
                    "dns_san_local_certificate",
                    TlsItem.LOCAL_DNS_SAN,
                    "dns_san_peer_certificate",
                    TlsItem.PEER_DNS_SAN,
                    "uri_san_local_certificate",
                    TlsItem.LOCAL_URI_SAN,
                    "uri_san_peer_certificate",
                    TlsItem.PEER_URI_SAN,
                    "sha256_peer_certificate_digest",
                    TlsItem.PEER_FINGERPRINT_256);

    private static final Map<String, CelNode> ALL = all();

    private CelAttributes() {}

    /// The attribute of a name, as in `request.path`; null for none.
    static @Nullable CelNode of(String name) {
        return ALL.get(name);
    }

    /// The names of those that begin so, for who misspelt one.
    static String like(String root) {
        var names = new TreeSet<String>();
        ALL.keySet().stream().filter(it -> it.startsWith(root + ".")).forEach(names::add);
        return String.join(", ", names);
    }

    /// One header of the request or the response, asked for by a constant.
    record Header(Which which, String name) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            return CelValues.there(which.get(record, name));
        }
    }

    /// Whose headers.
    enum Which {
        REQUEST,
        RESPONSE,
        TRAILERS;

        @Nullable String get(AccessLogRecord record, String name) {
            var out = new ByteText();
            boolean isThere =
                    switch (this) {
                        case REQUEST -> record.requestHeader(name, out);
                        case RESPONSE -> record.responseHeader(name, out);
                        case TRAILERS -> record.responseTrailer(name, out);
                    };
            return isThere ? out.toString() : null;
        }

        int size(AccessLogRecord record) {
            var names = new TreeSet<String>();
            switch (this) {
                case REQUEST -> record.eachRequestHeader((name, _) -> names.add(name));
                case RESPONSE -> record.eachResponseHeader((name, _) -> names.add(name));
                case TRAILERS -> record.eachResponseTrailer((name, _) -> names.add(name));
            }
            return names.size();
        }
    }

    /// All headers of one.
    record Headers(Which which) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            return new CelValues.Lookup() {
                @Override
                public @Nullable Object get(String key) {
                    return which.get(record, key.toLowerCase(Locale.ROOT));
                }

                @Override
                public int size() {
                    return which.size(record);
                }
            };
        }
    }

    /// Metadata by the names of those that said them: `metadata.filter_metadata`.
    record Metadata(MetadataOf of) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            return new CelValues.Lookup() {
                @Override
                public @Nullable Object get(String key) {
                    return record.metadata(of, key, List.of());
                }

                // Nobody asks how many there are: `size()` of it is refused.
                @Override
                public int size() {
                    return 0;
                }
            };
        }
    }

    private interface Text {
        @Nullable String of(AccessLogRecord record);
    }

    private interface Count {
        long of(AccessLogRecord record);
    }

    private static CelNode text(Text text) {
        return record -> {
            String value = text.of(record);
            return value == null ? CelError.NO_SUCH_KEY : value;
        };
    }

    /// A negative number is one that the request does not have.
    private static CelNode number(Count number) {
        return record -> {
            long value = number.of(record);
            return value < 0 ? CelError.NO_SUCH_KEY : (Object) value;
        };
    }

    private static CelNode time(Count nanos) {
        return record -> {
            long value = nanos.of(record);
            return value < 0 ? CelError.NO_SUCH_KEY : Duration.ofNanos(value);
        };
    }

    private static Map<String, CelNode> all() {
        var all = new HashMap<String, CelNode>();
        request(all);
        response(all);
        connection(all);
        upstream(all);
        all.put(
                "source.address",
                text(it -> SocketAddressText.whole(it.downstreamRemoteAddress())));
        all.put("source.port", number(it -> port(it.downstreamRemoteAddress())));
        all.put(
                "destination.address",
                text(it -> SocketAddressText.whole(it.downstreamLocalAddress())));
        all.put("destination.port", number(it -> port(it.downstreamLocalAddress())));
        all.put("metadata.filter_metadata", new Metadata(MetadataOf.DYNAMIC));
        all.put("xds.cluster_name", text(AccessLogRecord::upstreamCluster));
        all.put("xds.cluster_metadata.filter_metadata", new Metadata(MetadataOf.CLUSTER));
        all.put("xds.route_name", text(AccessLogRecord::routeName));
        all.put("xds.route_metadata.filter_metadata", new Metadata(MetadataOf.ROUTE));
        all.put(
                "xds.upstream_host_metadata.filter_metadata",
                new Metadata(MetadataOf.UPSTREAM_HOST));
        all.put("xds.listener_metadata.filter_metadata", new Metadata(MetadataOf.LISTENER));
        all.put("xds.filter_chain_name", text(AccessLogRecord::filterChainName));
        all.put("xds.virtual_host_name", text(AccessLogRecord::virtualHostName));
        all.put(
                "xds.listener_direction",
                record ->
                        switch (record.direction()) {
                            case "inbound" -> 1L;
                            case "outbound" -> 2L;
                            default -> 0L;
                        });
        return Map.copyOf(all);
    }

    private static void request(Map<String, CelNode> all) {
        all.put("request.path", new Header(Which.REQUEST, ":path"));
        all.put(
                "request.url_path",
                text(it -> {
                    String path = Which.REQUEST.get(it, ":path");
                    return path == null ? null : path.replaceFirst("[?#].*", "");
                }));
        all.put(
                "request.query",
                text(it -> {
                    String path = Which.REQUEST.get(it, ":path");
                    int mark = path == null ? -1 : path.indexOf('?');
                    return path == null ? null : mark < 0 ? "" : query(path, mark);
                }));
        all.put("request.host", new Header(Which.REQUEST, ":authority"));
        all.put("request.scheme", new Header(Which.REQUEST, ":scheme"));
        all.put("request.method", new Header(Which.REQUEST, ":method"));
        all.put("request.referer", new Header(Which.REQUEST, "referer"));
        all.put("request.useragent", new Header(Which.REQUEST, "user-agent"));
        all.put("request.id", new Header(Which.REQUEST, "x-request-id"));
        all.put("request.headers", new Headers(Which.REQUEST));
        all.put("request.protocol", text(AccessLogRecord::protocol));
        all.put(
                "request.time",
                record -> Instant.ofEpochSecond(record.startSecond(), record.startNano()));
        all.put("request.duration", time(it -> it.nanosTo(Moment.ENDED)));
        all.put("request.size", number(CelAttributes::requestSize));
        all.put("request.total_size", number(it -> it.bytesReceived() + it.requestHeadersBytes()));
    }

    private static String query(String path, int mark) {
        int end = path.indexOf('#', mark);
        return path.substring(mark + 1, end < 0 ? path.length() : end);
    }

    /// What the request says of the length of its body, or what came of it.
    private static long requestSize(AccessLogRecord record) {
        String said = Which.REQUEST.get(record, "content-length");
        if (said != null && said.matches("[0-9]{1,18}")) {
            return Long.parseLong(said);
        }
        return record.bytesReceived();
    }

    private static void response(Map<String, CelNode> all) {
        all.put("response.code", number(it -> it.responseCode() == 0 ? -1 : it.responseCode()));
        all.put("response.code_details", text(AccessLogRecord::responseCodeDetails));
        all.put("response.flags", number(AccessLogRecord::responseFlagBits));
        all.put("response.grpc_status", number(AccessLogRecord::grpcStatus));
        all.put("response.headers", new Headers(Which.RESPONSE));
        all.put("response.trailers", new Headers(Which.TRAILERS));
        all.put("response.size", number(AccessLogRecord::bytesSent));
        all.put(
                "response.total_size",
                number(it ->
                        it.bytesSent() + it.responseHeadersBytes() + it.responseTrailersBytes()));
        all.put(
                "response.backend_latency",
                time(it -> {
                    long sent = it.nanosTo(Moment.REQUEST_SENT);
                    long began = it.nanosTo(Moment.RESPONSE_BEGAN);
                    return sent < 0 || began < sent ? -1 : began - sent;
                }));
    }

    private static void connection(Map<String, CelNode> all) {
        all.put("connection.id", number(AccessLogRecord::connectionId));
        all.put(
                "connection.mtls",
                record ->
                        record.downstreamTls(TlsItem.TLS_VERSION) != null
                                && record.downstreamTls(TlsItem.PEER_SERIAL) != null);
        all.put("connection.requested_server_name", text(AccessLogRecord::requestedServerName));
        all.put(
                "connection.transport_failure_reason",
                text(AccessLogRecord::downstreamTransportFailureReason));
        all.put(
                "connection.termination_details",
                text(AccessLogRecord::connectionTerminationDetails));
        NAMES_OF_TLS.forEach((name, item) ->
                all.put("connection." + name, text(it -> first(it.downstreamTls(item)))));
    }

    /// The first of several names.
    private static @Nullable String first(@Nullable String names) {
        int comma = names == null ? -1 : names.indexOf(",");
        return names == null || comma < 0 ? names : names.substring(0, comma);
    }

    private static void upstream(Map<String, CelNode> all) {
        all.put("upstream.address", text(AccessLogRecord::upstreamHost));
        all.put(
                "upstream.port",
                number(it -> {
                    String host = it.upstreamHost();
                    String port = host == null ? "" : host.substring(host.lastIndexOf(':') + 1);
                    return port.matches("[0-9]{1,5}") ? Long.parseLong(port) : -1;
                }));
        all.put(
                "upstream.local_address",
                text(it -> SocketAddressText.whole(it.upstreamLocalAddress())));
        all.put(
                "upstream.transport_failure_reason",
                text(it -> {
                    String reason = it.upstreamTransportFailureReason();
                    return reason == null ? "" : reason;
                }));
        all.put("upstream.request_attempt_count", number(AccessLogRecord::upstreamAttempts));
        NAMES_OF_TLS.forEach((name, item) ->
                all.put("upstream." + name, text(it -> first(it.upstreamTls(item)))));
    }

    private static long port(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }
}
