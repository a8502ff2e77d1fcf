package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.upstream.UpstreamProtocol;
import dev.heddle.proxy.upstream.health.HealthCheck;
import dev.heddle.proxy.upstream.health.HealthCheck.Jitter;
import dev.heddle.proxy.upstream.health.HealthCheck.Pace;
import dev.heddle.proxy.upstream.health.HealthCheck.Probe;
import dev.heddle.proxy.upstream.health.HealthCheck.Statuses;
import dev.heddle.proxy.upstream.health.HealthCheck.Way;
import dev.heddle.xds.wire.Bytes;
import envoy.config.core.v3.HeaderValueOption;
import envoy.config.core.v3.HealthCheck.Payload;
import envoy.config.core.v3.RequestMethod;
import envoy.type.v3.CodecClientType;
import envoy.type.v3.Int64Range;
import google.protobuf.UInt32Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads how hosts are asked whether they are well. Defaults are Envoy's.
final class HealthCheckParser {
    private static final Duration NO_TRAFFIC = Duration.ofMinutes(1);
    private static final long BUFFER = 1024;

    private final Findings findings;
    private final String path;
    private final envoy.config.core.v3.HealthCheck config;

    HealthCheckParser(Findings findings, String path, envoy.config.core.v3.HealthCheck config) {
        this.findings = findings;
        this.path = path;
        this.config = config;
    }

    /// What a name must be, as a value.
    private record Named(TextMatch match) implements HealthCheck.NameMatch {
        @Override
        public boolean test(String name) {
            return match.test(name);
        }
    }

    /// @param protocol of the cluster
    HealthCheck check(UpstreamProtocol protocol) {
        findings.fields(
                path,
                config,
                Set.of(
                        "timeout",
                        "interval",
                        "initial_jitter",
                        "interval_jitter",
                        "interval_jitter_percent",
                        "unhealthy_threshold",
                        "healthy_threshold",
                        "reuse_connection",
                        "http_health_check",
                        "tcp_health_check",
                        "grpc_health_check",
                        "no_traffic_interval",
                        "no_traffic_healthy_interval",
                        "unhealthy_interval",
                        "unhealthy_edge_interval",
                        "healthy_edge_interval",
                        "tls_options",
                        "transport_socket_match_criteria"));
        findings.fields(
                join(path, "tls_options"), config.getTlsOptions(), Set.of("alpn_protocols"));
        return new HealthCheck(
                probe(protocol),
                required("timeout", config.hasTimeout(), config.getTimeout()),
                pace(),
                threshold(
                        "unhealthy_threshold",
                        config.hasUnhealthyThreshold(),
                        config.getUnhealthyThreshold()),
                threshold(
                        "healthy_threshold",
                        config.hasHealthyThreshold(),
                        config.getHealthyThreshold()),
                new Way(
                        !config.hasReuseConnection() || config.getReuseConnection().getValue(),
                        config.getTlsOptions().getAlpnProtocolsList(),
                        config.hasTransportSocketMatchCriteria()
                                ? Optional.of(
                                        EndpointParser.texts(
                                                config.getTransportSocketMatchCriteria()))
                                : Optional.empty()));
    }

    private Pace pace() {
        Duration interval = required("interval", config.hasInterval(), config.getInterval());
        Duration noTraffic =
                positive(
                        "no_traffic_interval",
                        config.hasNoTrafficInterval(),
                        config.getNoTrafficInterval(),
                        NO_TRAFFIC);
        Duration unhealthy =
                positive(
                        "unhealthy_interval",
                        config.hasUnhealthyInterval(),
                        config.getUnhealthyInterval(),
                        interval);
        int percent = config.getIntervalJitterPercent();
        findings.range(join(path, "interval_jitter_percent"), percent, 0, 10_000);
        return new Pace(
                interval,
                noTraffic,
                positive(
                        "no_traffic_healthy_interval",
                        config.hasNoTrafficHealthyInterval(),
                        config.getNoTrafficHealthyInterval(),
                        noTraffic),
                unhealthy,
                positive(
                        "unhealthy_edge_interval",
                        config.hasUnhealthyEdgeInterval(),
                        config.getUnhealthyEdgeInterval(),
                        unhealthy),
                positive(
                        "healthy_edge_interval",
                        config.hasHealthyEdgeInterval(),
                        config.getHealthyEdgeInterval(),
                        interval),
                new Jitter(
                        findings.duration(join(path, "initial_jitter"), config.getInitialJitter()),
                        findings.duration(
                                join(path, "interval_jitter"), config.getIntervalJitter()),
                        Math.clamp(percent, 0, 10_000)));
    }

    private Probe probe(UpstreamProtocol protocol) {
        return switch (config.getHealthCheckerCase()) {
            case HTTP_HEALTH_CHECK -> http(join(path, "http_health_check"));
            case TCP_HEALTH_CHECK -> {
                String at = join(path, "tcp_health_check");
                var tcp = config.getTcpHealthCheck();
                findings.fields(at, tcp, Set.of("send", "receive"));
                yield new Probe.Tcp(
                        tcp.hasSend() ? payload(join(at, "send"), tcp.getSend()) : Bytes.EMPTY,
                        payloads(join(at, "receive"), tcp.getReceiveList()));
            }
            case GRPC_HEALTH_CHECK -> {
                String at = join(path, "grpc_health_check");
                var grpc = config.getGrpcHealthCheck();
                findings.fields(at, grpc, Set.of("service_name", "authority", "initial_metadata"));
                if (protocol instanceof UpstreamProtocol.Http1) {
                    findings.reject(at, "beside a cluster of HTTP/1 (expected: HTTP/2)");
                }
                findings.headerValue(join(at, "authority"), grpc.getAuthority());
                yield new Probe.Grpc(
                        grpc.getServiceName(),
                        grpc.getAuthority(),
                        headers(join(at, "initial_metadata"), grpc.getInitialMetadataList()));
            }
            case CUSTOM_HEALTH_CHECK -> {
                findings.notImplemented(join(path, "custom_health_check"));
                yield new Probe.Tcp(Bytes.EMPTY, List.of());
            }
            case HEALTHCHECKER_NOT_SET -> {
                findings.reject(
                        path,
                        "asks nothing (expected: http_health_check, tcp_health_check or"
                                + " grpc_health_check)");
                yield new Probe.Tcp(Bytes.EMPTY, List.of());
            }
        };
    }

    private Probe http(String at) {
        var http = config.getHttpHealthCheck();
        findings.fields(
                at,
                http,
                Set.of(
                        "host",
                        "path",
                        "send",
                        "receive",
                        "response_buffer_size",
                        "request_headers_to_add",
                        "request_headers_to_remove",
                        "expected_statuses",
                        "retriable_statuses",
                        "codec_client_type",
                        "service_name_matcher",
                        "method"));
        findings.required(join(at, "path"), http.getPath());
        findings.headerValue(join(at, "path"), http.getPath());
        findings.headerValue(join(at, "host"), http.getHost());
        if (http.getCodecClientType() == CodecClientType.HTTP3) {
            findings.notImplemented(join(at, "codec_client_type"), http.getCodecClientType());
        }
        RequestMethod method = http.getMethod();
        String word = method == RequestMethod.METHOD_UNSPECIFIED ? "GET" : method.name();
        if (method == RequestMethod.CONNECT || method == RequestMethod.UNRECOGNIZED) {
            findings.reject(join(at, "method"), word + " (expected: another one)");
        }
        if (http.hasSend() && Set.of("GET", "HEAD", "DELETE", "TRACE").contains(word)) {
            findings.reject(join(at, "send"), "beside " + word + ", which has no body");
        }
        long buffer =
                http.hasResponseBufferSize() ? http.getResponseBufferSize().getValue() : BUFFER;
        findings.range(join(at, "response_buffer_size"), buffer, 0, Long.MAX_VALUE);
        List<Statuses> expected =
                statuses(join(at, "expected_statuses"), http.getExpectedStatusesList());
        return new Probe.Http(
                word,
                http.getHost(),
                http.getPath(),
                headers(join(at, "request_headers_to_add"), http.getRequestHeadersToAddList()),
                http.getRequestHeadersToRemoveList(),
                http.hasSend() ? payload(join(at, "send"), http.getSend()) : Bytes.EMPTY,
                http.getCodecClientType() == CodecClientType.HTTP2,
                expected.isEmpty() ? List.of(new Statuses(200, 201)) : expected,
                statuses(join(at, "retriable_statuses"), http.getRetriableStatusesList()),
                payloads(join(at, "receive"), http.getReceiveList()),
                buffer,
                http.hasServiceNameMatcher()
                        ? Optional.of(
                                new Named(
                                        new MatchParser(findings)
                                                .text(
                                                        join(at, "service_name_matcher"),
                                                        http.getServiceNameMatcher())))
                        : Optional.empty());
    }

    private List<Statuses> statuses(String at, List<Int64Range> ranges) {
        var all = new ArrayList<Statuses>();
        for (int i = 0; i < ranges.size(); i++) {
            long start = ranges.get(i).getStart();
            long end = ranges.get(i).getEnd();
            if (start < 100 || start >= end || end > 600) {
                findings.reject(
                        at + "[" + i + "]",
                        "from " + start + " to " + end + " (expected: within 100 to 600)");
            } else {
                all.add(new Statuses((int) start, (int) end));
            }
        }
        return List.copyOf(all);
    }

    private List<HealthCheck.Header> headers(String at, List<HeaderValueOption> options) {
        var all = new ArrayList<HealthCheck.Header>();
        for (HeaderEdits.Write write : new HeaderEditParser(findings).added(at, options).writes()) {
            if (write.text().replace("%%", "").indexOf('%') >= 0) {
                findings.notImplemented(at, "'" + write.text() + "', with a command in it,");
            }
            String text = write.text().replace("%%", "%");
            switch (write.append()) {
                case APPEND_IF_EXISTS_OR_ADD ->
                        all.add(new HealthCheck.Header(write.name(), text, false));
                case OVERWRITE_IF_EXISTS_OR_ADD ->
                        all.add(new HealthCheck.Header(write.name(), text, true));
                case ADD_IF_ABSENT, OVERWRITE_IF_EXISTS ->
                        findings.notImplemented(at, write.append());
            }
        }
        return List.copyOf(all);
    }

    private List<Bytes> payloads(String at, List<Payload> payloads) {
        var all = new ArrayList<Bytes>();
        for (int i = 0; i < payloads.size(); i++) {
            all.add(payload(at + "[" + i + "]", payloads.get(i)));
        }
        return List.copyOf(all);
    }

    /// Texts are hexadecimal digits.
    private Bytes payload(String at, Payload payload) {
        return switch (payload.getPayloadCase()) {
            case BINARY -> payload.getBinary();
            case TEXT -> {
                try {
                    yield Bytes.of(HexFormat.of().parseHex(payload.getText()));
                } catch (IllegalArgumentException e) {
                    findings.reject(
                            join(at, "text"),
                            "'" + payload.getText() + "' (expected: hexadecimal digits)");
                    yield Bytes.EMPTY;
                }
            }
            case PAYLOAD_NOT_SET -> {
                findings.reject(at, "says nothing (expected: text or binary)");
                yield Bytes.EMPTY;
            }
        };
    }

    private Duration required(String field, boolean isSet, google.protobuf.Duration value) {
        if (!isSet) {
            findings.reject(join(path, field), "is not set");
            return Duration.ofSeconds(1);
        }
        return positive(field, true, value, Duration.ofSeconds(1));
    }

    private Duration positive(
            String field, boolean isSet, google.protobuf.Duration value, Duration usual) {
        if (!isSet) {
            return usual;
        }
        Duration duration = findings.duration(join(path, field), value);
        if (!duration.isPositive()) {
            findings.reject(join(path, field), duration + " (expected: more than 0s)");
            return Duration.ofSeconds(1);
        }
        return duration;
    }

    private int threshold(String field, boolean isSet, UInt32Value value) {
        if (!isSet) {
            findings.reject(join(path, field), "is not set");
            return 1;
        }
        // Envoy's counters never reach 0, so a threshold of 0 is none that is ever reached.
        int number = value.getValue();
        return number <= 0 ? Integer.MAX_VALUE : number;
    }
}
