package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.http.HeaderName;
import envoy.config.core.v3.GrpcService;
import envoy.config.core.v3.HeaderValue;
import envoy.config.core.v3.HttpService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Reads where batches of what is told go (`envoy.config.core.v3.{GrpcService,HttpService}`).
final class CollectorParser {
    /// What nobody limits is given up after that time, as a batch that waits holds back others.
    static final Duration USUAL_TIMEOUT = Duration.ofSeconds(5);

    private final Findings findings;

    CollectorParser(Findings findings) {
        this.findings = findings;
    }

    /// @param method as HTTP/2 names it
    Collector grpc(String path, GrpcService service, String method) {
        return grpc(path, service, new Collector.Call.Grpc(method), List.of());
    }

    /// @param more headers besides those of the service
    Collector grpc(
            String path, GrpcService service, Collector.Call call, List<Collector.Field> more) {
        findings.fields(path, service, Set.of("envoy_grpc", "timeout", "initial_metadata"));
        var target = service.getEnvoyGrpc();
        String at = join(path, "envoy_grpc");
        findings.fields(at, target, Set.of("cluster_name", "authority"));
        findings.required(join(at, "cluster_name"), target.getClusterName());
        return new Collector(
                target.getClusterName(),
                target.getAuthority().isEmpty() ? target.getClusterName() : target.getAuthority(),
                timeout(join(path, "timeout"), service.hasTimeout(), service.getTimeout()),
                Stream.concat(
                                fields(
                                        join(path, "initial_metadata"),
                                        service.getInitialMetadataList())
                                        .stream(),
                                more.stream())
                        .toList(),
                call);
    }

    /// @param contentType of the body
    Collector http(String path, HttpService service, String contentType) {
        findings.fields(path, service, Set.of("http_uri", "request_headers_to_add"));
        var uri = service.getHttpUri();
        String at = join(path, "http_uri");
        findings.fields(at, uri, Set.of("uri", "cluster", "timeout"));
        findings.required(join(at, "uri"), uri.getUri());
        findings.required(join(at, "cluster"), uri.getCluster());
        var said = new ArrayList<HeaderValue>();
        for (int i = 0; i < service.getRequestHeadersToAddCount(); i++) {
            var option = service.getRequestHeadersToAdd(i);
            findings.fields(
                    join(path, "request_headers_to_add[" + i + "]"),
                    option,
                    // Of one name there is one value, whatever the action.
                    Set.of("header", "append_action"));
            said.add(option.getHeader());
        }
        return new Collector(
                uri.getCluster(),
                authority(uri.getUri(), uri.getCluster()),
                timeout(join(at, "timeout"), uri.hasTimeout(), uri.getTimeout()),
                fields(join(path, "request_headers_to_add"), said),
                new Collector.Call.Post(path(uri.getUri()), contentType));
    }

    /// `host/path`, `http://host/path` or `/path`.
    private static String authority(String uri, String otherwise) {
        String rest = uri.replaceFirst("^[a-z]+://", "");
        int at = rest.indexOf('/');
        String host = at < 0 ? rest : rest.substring(0, at);
        return host.isEmpty() ? otherwise : host;
    }

    private static String path(String uri) {
        String rest = uri.replaceFirst("^[a-z]+://", "");
        int at = rest.indexOf('/');
        return at < 0 ? "/" : rest.substring(at);
    }

    private Duration timeout(String path, boolean isSaid, google.protobuf.Duration said) {
        Duration timeout = isSaid ? findings.duration(path, said) : USUAL_TIMEOUT;
        return timeout.isZero() ? USUAL_TIMEOUT : timeout;
    }

    private List<Collector.Field> fields(String path, List<HeaderValue> headers) {
        var fields = new ArrayList<Collector.Field>();
        for (int i = 0; i < headers.size(); i++) {
            HeaderValue header = headers.get(i);
            String at = path + "[" + i + "]";
            findings.fields(at, header, Set.of("key", "value"));
            findings.headerValue(join(at, "value"), header.getValue());
            try {
                fields.add(new Collector.Field(HeaderName.of(header.getKey()), header.getValue()));
            } catch (IllegalArgumentException e) {
                findings.reject(at, String.valueOf(e.getMessage()));
            }
        }
        return fields;
    }
}
