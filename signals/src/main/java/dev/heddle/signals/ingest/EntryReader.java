package dev.heddle.signals.ingest;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.heddle.signals.record.Failures;
import dev.heddle.signals.record.FlightEntry;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.signals.record.Signal;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TLSProperties;
import io.envoyproxy.envoy.data.accesslog.v3.TLSProperties.CertificateProperties.SubjectAltName;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/// Makes records of Envoy's access log entries.
///
/// @param sender who tells
/// @param places who is where
record EntryReader(Sender sender, Places places) {
    /// Those of a call's end. Others are said while it goes on, or by the side of upstream.
    private static final Set<AccessLogType> ENDS =
            Set.of(
                    AccessLogType.NotSet,
                    AccessLogType.DownstreamEnd,
                    AccessLogType.TcpConnectionEnd);

    private static final String OF_INSPECTOR = "TLS_error|";

    /// A request; empty where the entry is not about a whole one.
    Optional<RequestLog> read(HTTPAccessLogEntry entry) {
        AccessLogCommon common = entry.getCommonProperties();
        if (!ENDS.contains(common.getAccessLogType())) {
            return Optional.empty();
        }
        HTTPRequestProperties request = entry.getRequest();
        HTTPResponseProperties response = entry.getResponse();
        OptionalInt grpcStatus = grpcStatus(response);
        boolean isGrpc =
                grpcStatus.isPresent()
                        || request.getRequestHeadersOrDefault("content-type", "")
                                .startsWith("application/grpc");
        String path =
                request.getOriginalPath().isEmpty() ? request.getPath() : request.getOriginalPath();
        return Optional.of(
                log(
                        common,
                        request.getRequestId(),
                        new RequestLog.Request(
                                isGrpc ? "grpc" : "http",
                                request.getRequestMethod() == RequestMethod.METHOD_UNSPECIFIED
                                        ? ""
                                        : request.getRequestMethod().name(),
                                Texts.cut(request.getAuthority()),
                                Texts.cut(path)),
                        new RequestLog.Outcome(
                                Math.clamp(response.getResponseCode().getValue(), 0, 999),
                                grpcStatus.orElse(-1),
                                Flags.of(common.getResponseFlags()),
                                Texts.cut(response.getResponseCodeDetails()),
                                tags(common).text("reason"),
                                duration(common),
                                request.getRequestBodyBytes(),
                                response.getResponseBodyBytes(),
                                common.getUpstreamRequestAttemptCount())));
    }

    /// A connection; empty where the entry is not about a whole one.
    Optional<RequestLog> read(TCPAccessLogEntry entry) {
        AccessLogCommon common = entry.getCommonProperties();
        if (!ENDS.contains(common.getAccessLogType())) {
            return Optional.empty();
        }
        Tags tags = tags(common);
        return Optional.of(
                log(
                        common,
                        address(common.getDownstreamRemoteAddress()),
                        new RequestLog.Request("tcp", "", asked(common, tags), ""),
                        new RequestLog.Outcome(
                                0,
                                -1,
                                Flags.of(common.getResponseFlags()),
                                Texts.cut(why(common, tags)),
                                tags.text("reason"),
                                duration(common),
                                entry.getConnectionProperties().getReceivedBytes(),
                                entry.getConnectionProperties().getSentBytes(),
                                common.getUpstreamRequestAttemptCount())));
    }

    /// The server that a client names. Envoy says it in a field only where a handshake was begun;
    /// where nobody is named and nobody serves it, it is where the connection was made to.
    private static String asked(AccessLogCommon common, Tags tags) {
        String sni = Texts.cut(common.getTlsProperties().getTlsSniHostname());
        String name = sni.isEmpty() ? tags.text("server_name") : sni;
        return name.isEmpty() && isUnserved(common, tags)
                ? address(common.getDownstreamLocalAddress())
                : name;
    }

    private static boolean isUnserved(AccessLogCommon common, Tags tags) {
        return Failures.isUnserved(Flags.of(common.getResponseFlags()), why(common, tags));
    }

    /// Why a connection came to nothing, at whichever of its ends, or before it had any. What stock
    /// Envoy's TLS inspector found in place of a hello, of every connection without TLS, is no
    /// reason.
    private static String why(AccessLogCommon common, Tags tags) {
        return Stream.of(
                        tags.text("details"),
                        common.getUpstreamTransportFailureReason(),
                        common.getDownstreamTransportFailureReason(),
                        common.getConnectionTerminationDetails())
                .filter(it -> !it.isEmpty() && !it.startsWith(OF_INSPECTOR))
                .findFirst()
                .orElse("");
    }

    /// The same, as what a flight recorder remembered where that is said of it.
    static Signal marked(AccessLogCommon common, RequestLog log) {
        String dump = tags(common).text("flight_recorder");
        return dump.isEmpty() ? log : new FlightEntry(log, dump);
    }

    /// Whether the sender counts by metrics what that entry is about: its listener counts, and its
    /// process sends metrics.
    boolean isCounted(AccessLogCommon common) {
        return sender.sendsMetrics() && tags(common).text("counted").equals("true");
    }

    private RequestLog log(
            AccessLogCommon common,
            String requestId,
            RequestLog.Request request,
            RequestLog.Outcome outcome) {
        Tags tags = tags(common);
        // Envoy names it only where it has chosen a host.
        String cluster =
                common.getUpstreamCluster().isEmpty()
                        ? tags.text("upstream_cluster")
                        : Texts.cut(common.getUpstreamCluster());
        String upstream = address(common.getUpstreamRemoteAddress());
        String remote = address(common.getDownstreamRemoteAddress());
        // A certificate that was not believed proves nothing.
        String peer = isUnserved(common, tags) ? "" : Texts.cut(peer(common.getTlsProperties()));
        Ends ends =
                Ends.of(
                        sender,
                        tags,
                        new Ends.Evidence(
                                cluster,
                                address(common.getDownstreamLocalAddress()),
                                remote,
                                upstream,
                                peer),
                        places);
        return new RequestLog(
                micros(common.getStartTime()),
                new RequestLog.Reporter(sender.node(), ends.side()),
                new RequestLog.Ids(
                        Texts.cut(requestId), tags.text("trace_id"), tags.text("span_id")),
                ends.source(),
                ends.destination(),
                request,
                outcome,
                new RequestLog.Way(
                        upstream,
                        cluster,
                        Texts.cut(common.getRouteName()),
                        tags.ruleOrigin(),
                        source(tags),
                        tags.text("config_version"),
                        remote,
                        secure(ends.side(), common, tags),
                        peer));
    }

    /// Where the rule stands; of what tells no line, as known here.
    private String source(Tags tags) {
        String said = tags.text("rule_source");
        return said.isEmpty() && !tags.ruleOrigin().isEmpty()
                ? Texts.cut(places.source(tags.ruleOrigin()).orElse(""))
                : said;
    }

    private static Tags tags(AccessLogCommon common) {
        return new Tags(common.getCustomTagsMap());
    }

    /// Envoy says nothing of TLS with the host that was called.
    private static Secure secure(Side side, AccessLogCommon common, Tags tags) {
        if (tags.secure() != Secure.UNKNOWN || side == Side.SOURCE) {
            return tags.secure();
        }
        return peer(common.getTlsProperties()).isEmpty() ? Secure.NO : Secure.YES;
    }

    private static String peer(TLSProperties tls) {
        return tls.getPeerCertificateProperties().getSubjectAltNameList().stream()
                .map(SubjectAltName::getUri)
                .filter(uri -> !uri.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static OptionalInt grpcStatus(HTTPResponseProperties response) {
        String said =
                response.getResponseTrailersOrDefault(
                        "grpc-status", response.getResponseHeadersOrDefault("grpc-status", ""));
        return said.matches("[0-9]{1,2}")
                ? OptionalInt.of(Integer.parseInt(said))
                : OptionalInt.empty();
    }

    private static long micros(Timestamp time) {
        return time.getSeconds() * 1_000_000 + time.getNanos() / 1_000;
    }

    private static long duration(AccessLogCommon common) {
        Duration whole =
                common.hasDuration()
                        ? common.getDuration()
                        : common.getTimeToLastDownstreamTxByte();
        return whole.getSeconds() * 1_000_000 + whole.getNanos() / 1_000;
    }

    private static String address(Address address) {
        if (!address.hasSocketAddress()) {
            return address.hasPipe() ? Texts.cut(address.getPipe().getPath()) : "";
        }
        SocketAddress socket = address.getSocketAddress();
        String host = socket.getAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + socket.getPortValue();
    }
}
