package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.HeaderCondition;
import dev.heddle.proxy.config.RouteTexts;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One request of Envoy's router check tool and what it finds, field by field as the tool's own
/// `validate` names them.
final class RouterCheck {

    private final Map<String, Object> expected;
    private final RequestHead request;
    private final ResponseHead response = new ResponseHead();
    private final StreamInfo info = new StreamInfo();
    private final @Nullable RouteEntry route;
    private final @Nullable String virtualCluster;

    private String cluster = "";
    private String redirect = "";
    private int redirectStatus;

    @SuppressWarnings("unchecked") // the shape of the files
    RouterCheck(CompiledRoutes routes, Map<String, Object> test) {
        var input = Objects.requireNonNull((Map<String, Object>) test.get("input"));
        expected = Objects.requireNonNull((Map<String, Object>) test.get("validate"));
        request = request(input);
        long random = ((Number) input.getOrDefault("random_value", 0)).longValue();
        RandomGenerator chance = new Fixed(random);
        var client = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1234);
        info.start(0, 0);
        info.onConnection(1, "l", "c", client, client);
        virtualCluster = routes.virtualCluster(request);
        route = routes.match(request, metadata(input), null, chance, RuntimeValues.NONE);
        addAll(input, "additional_response_headers", response.headers());
        if (route != null) {
            act(route, chance);
        }
    }

    private void act(RouteEntry entry, RandomGenerator chance) {
        switch (entry.action()) {
            case RouteAction.Forward forward -> {
                RouteAction.Target target = forward.choose(request, chance);
                cluster = target.cluster();
                entry.editRequest(request, target, info, true);
                response.setStatus(200);
                entry.editResponse(request, response, target, info);
            }
            case RouteAction.Redirect(int status, RouteAction.Location location) -> {
                redirect = location.of(request);
                redirectStatus = status;
                reply(entry, status, "");
            }
            case RouteAction.DirectReply(int status, String body) -> {
                // The tool shows the request's own address for a direct response.
                redirect = request.scheme() + "://" + request.authority() + request.path();
                redirectStatus = status;
                reply(entry, status, body);
            }
        }
    }

    private void reply(RouteEntry entry, int status, String body) {
        response.setStatus(status);
        if (!body.isEmpty()) {
            response.headers().set(HeaderName.CONTENT_TYPE, "text/plain");
            response.headers()
                    .set(
                            HeaderName.CONTENT_LENGTH,
                            "" + body.getBytes(StandardCharsets.UTF_8).length);
        }
        entry.editReply(request, response, info);
    }

    @SuppressWarnings("unchecked") // the shape of the files
    private static RequestHead request(Map<String, Object> input) {
        boolean ssl = Boolean.TRUE.equals(input.get("ssl"));
        RequestHead head =
                RequestHead.of(
                        String.valueOf(input.getOrDefault("method", "GET")),
                        ssl ? "https" : "http",
                        String.valueOf(input.get("authority")),
                        String.valueOf(input.get("path")));
        head.headers().set(HeaderName.X_FORWARDED_PROTO, ssl ? "https" : "http");
        if (Boolean.TRUE.equals(input.get("internal"))) {
            head.headers().set(HeaderName.X_ENVOY_INTERNAL, "true");
        }
        addAll(input, "additional_request_headers", head.headers());
        return head;
    }

    @SuppressWarnings("unchecked") // the shape of the files
    private static void addAll(Map<String, Object> input, String field, Headers headers) {
        var more = (List<Map<String, Object>>) input.getOrDefault(field, List.of());
        for (Map<String, Object> header : more) {
            String name = String.valueOf(header.get("key"));
            String value = String.valueOf(header.get("value"));
            headers.add(HeaderName.of(name), value);
        }
    }

    /// What filters would have found out about the request, numbers as they are in a message.
    @SuppressWarnings("unchecked") // the shape of the files
    private static Map<String, Object> metadata(Map<String, Object> input) {
        var metadata = (Map<String, Object>) input.getOrDefault("dynamic_metadata", Map.of());
        return (Map<String, Object>)
                Objects.requireNonNull(asValue(metadata.getOrDefault("filter_metadata", Map.of())));
    }

    private static @Nullable Object asValue(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map -> {
                var values = new HashMap<String, @Nullable Object>();
                map.forEach((key, one) -> values.put(String.valueOf(key), asValue(one)));
                yield values;
            }
            case List<?> list -> list.stream().map(RouterCheck::asValue).toList();
            case Number number -> number.doubleValue();
            default -> value;
        };
    }

    /// What differs from Envoy's answer.
    List<String> findings() {
        boolean forwarded = !cluster.isEmpty();
        var findings = new ArrayList<String>();
        expected.forEach((field, value) -> {
            switch (field) {
                case "cluster_name" -> same(findings, field, value, cluster);
                case "virtual_cluster_name" ->
                        same(findings, field, value, forwarded ? virtualCluster : "");
                case "virtual_host_name" ->
                        same(
                                findings,
                                field,
                                value,
                                forwarded && route != null ? route.virtualHost() : "");
                case "host_rewrite" ->
                        same(findings, field, value, forwarded ? request.authority() : "");
                case "path_rewrite" ->
                        same(findings, field, value, forwarded ? request.path() : "");
                case "code_redirect" -> same(findings, field, value, redirectStatus);
                case "path_redirect" -> same(findings, field, value, redirect);
                case "request_header_matches" -> matches(findings, field, value, request);
                case "response_header_matches" ->
                        matches(findings, field, value, responseAsRequest());
                default -> findings.add("no such check: " + field);
            }
        });
        return findings;
    }

    /// Conditions are tested on requests; a response's headers are looked at the same way.
    private RequestHead responseAsRequest() {
        var head = new RequestHead();
        response.headers().forEach((name, value) -> head.headers().add(HeaderName.of(name), value));
        return head;
    }

    private static void same(
            List<String> findings, String field, Object expected, @Nullable Object actual) {
        if (!expected.equals(actual)) {
            findings.add(field + ": " + actual + " (expected: " + expected + ")");
        }
    }

    private static void matches(
            List<String> findings, String field, Object matchers, RequestHead head) {
        for (Object matcher : (List<?>) matchers) {
            var condition = HeaderCondition.of(RouteTexts.header((Map<?, ?>) matcher));
            if (!condition.test(head)) {
                findings.add(field + ": " + matcher + " does not hold");
            }
        }
    }

    /// Envoy takes the value modulo the total weight.
    private record Fixed(long value) implements RandomGenerator {
        @Override
        public long nextLong() {
            return value;
        }

        @Override
        public int nextInt(int bound) {
            return (int) (value % bound);
        }
    }
}
