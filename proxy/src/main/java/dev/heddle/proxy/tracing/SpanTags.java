package dev.heddle.proxy.tracing;

import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tracing.SpanData.Tag;
import dev.heddle.telemetry.SocketAddressText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What spans tell, under the names that Envoy has for it (`HttpTracerUtility`).
@Confined("worker")
final class SpanTags {
    private static final HeaderName DOWNSTREAM_CLUSTER =
            HeaderName.of("x-envoy-downstream-service-cluster");
    private static final HeaderName GRPC_TIMEOUT = HeaderName.of("grpc-timeout");

    private final TracingConfig.Tags config;
    private final LocalNode node;
    private final UnaryOperator<String> statNames;
    private final ExchangeRecord record;
    private final TagValues values;

    /// @param statNames gives the name under which a cluster is counted
    SpanTags(TracingConfig.Tags config, LocalNode node, UnaryOperator<String> statNames) {
        this.config = config;
        this.node = node;
        this.statNames = statNames;
        this.record = new ExchangeRecord(statNames);
        this.values = new TagValues(node.environment());
    }

    /// The name under which a cluster is counted.
    String statName(String cluster) {
        return statNames.apply(cluster);
    }

    /// Of a whole request.
    List<Tag> ofRequest(
            RequestHead request,
            @Nullable ResponseHead response,
            StreamInfo info,
            List<CustomTag> ofRoute) {
        Map<String, String> tags = LinkedHashMap.newLinkedHashMap(24);
        Headers headers = request.headers();
        node(tags);
        put(tags, "guid:x-request-id", headers.get(HeaderName.X_REQUEST_ID));
        tags.put("http.url", url(request));
        tags.put("http.method", request.method());
        tags.put("downstream_cluster", orDash(headers.get(DOWNSTREAM_CLUSTER)));
        tags.put("user_agent", orDash(headers.get(HeaderName.USER_AGENT)));
        tags.put("http.protocol", info.protocol().text());
        put(tags, "peer.address", SocketAddressText.host(info.downstreamDirectRemote()));
        put(tags, "guid:x-client-trace-id", Reason.clientTraceId(headers));
        if (GrpcStatus.isCall(headers)) {
            tags.put("grpc.path", request.path());
            tags.put("grpc.authority", request.authority());
            put(tags, "grpc.content_type", headers.get(HeaderName.CONTENT_TYPE));
            put(tags, "grpc.timeout", headers.get(GRPC_TIMEOUT));
        }
        tags.put("request_size", Long.toString(info.bytesReceived()));
        tags.put("response_size", Long.toString(info.bytesSent()));
        common(tags, info.cluster(), info.responseCode(), flags(info));
        if (response != null && GrpcStatus.isCall(headers)) {
            grpc(tags, response.headers());
        }
        Headers trailers = info.responseTrailers();
        if (trailers != null) {
            grpc(tags, trailers);
        }
        custom(tags, request, response, info, ofRoute);
        return list(tags);
    }

    /// Of one attempt.
    List<Tag> ofAttempt(
            RequestHead request,
            StreamInfo info,
            List<CustomTag> ofRoute,
            int number,
            String cluster,
            String host,
            int status,
            String flags) {
        Map<String, String> tags = LinkedHashMap.newLinkedHashMap(12);
        if (number > 1) {
            tags.put("retry.count", Integer.toString(number - 1));
        }
        Protocol protocol = info.upstreamProtocol();
        tags.put("http.protocol", protocol == null ? "-" : protocol.text());
        tags.put("upstream_address", host);
        tags.put("peer.address", host);
        common(tags, cluster, status, flags);
        custom(tags, request, null, info, ofRoute);
        return list(tags);
    }

    private void node(Map<String, String> tags) {
        tags.put("node_id", node.id());
        put(tags, "zone", node.zone().isEmpty() ? null : node.zone());
    }

    private void common(
            Map<String, String> tags, @Nullable String cluster, int status, String flags) {
        tags.put("component", "proxy");
        if (cluster != null) {
            tags.put("upstream_cluster", cluster);
            tags.put("upstream_cluster.name", statName(cluster));
        }
        tags.put("http.status_code", Integer.toString(status));
        tags.put("response_flags", flags);
        if (status == 0 || status >= 500) {
            tags.put("error", "true");
        }
    }

    private static void grpc(Map<String, String> tags, Headers headers) {
        put(tags, "grpc.status_code", headers.get(HeaderName.GRPC_STATUS));
        put(tags, "grpc.message", headers.get(HeaderName.GRPC_MESSAGE));
    }

    /// In Envoy's words; `-` for none.
    static String flags(StreamInfo info) {
        return info.isFlagged()
                ? info.flags().stream().map(ResponseFlag::name).collect(Collectors.joining(","))
                : "-";
    }

    private String url(RequestHead request) {
        String original = request.headers().get(HeaderName.X_ENVOY_ORIGINAL_PATH);
        String path = original == null ? request.path() : original;
        return request.scheme()
                + "://"
                + request.authority()
                + (path.length() > config.pathBytes()
                        ? path.substring(0, config.pathBytes())
                        : path);
    }

    private void custom(
            Map<String, String> tags,
            RequestHead request,
            @Nullable ResponseHead response,
            StreamInfo info,
            List<CustomTag> ofRoute) {
        if (config.custom().isEmpty() && ofRoute.isEmpty()) {
            return;
        }
        record.of(request, response, info);
        for (CustomTag tag : config.custom()) {
            put(tags, tag.name(), values.of(tag, record));
        }
        for (CustomTag tag : ofRoute) {
            put(tags, tag.name(), values.of(tag, record));
        }
    }

    private static void put(Map<String, String> tags, String name, @Nullable String value) {
        if (value != null) {
            tags.put(name, value);
        }
    }

    private static String orDash(@Nullable String value) {
        return value == null ? "-" : value;
    }

    private static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream().map(it -> new Tag(it.getKey(), it.getValue())).toList();
    }
}
