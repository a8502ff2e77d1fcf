package dev.heddle.signals.tap;

import dev.heddle.signals.record.RequestLog;
import dev.heddle.telemetry.CelExpression;
import dev.heddle.telemetry.CelSyntaxException;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Which requests somebody wants to see, as an expression of CEL over what is told of a request.
public final class TapFilter implements Predicate<RequestLog> {
    /// What is told. Headers, bodies and queries are not.
    private static final Set<String> KNOWN =
            Set.of(
                    "request.path",
                    "request.url_path",
                    "request.host",
                    "request.method",
                    "request.id",
                    "request.time",
                    "request.duration",
                    "request.size",
                    "response.code",
                    "response.code_details",
                    "response.grpc_status",
                    "response.size",
                    "connection.uri_san_peer_certificate",
                    "upstream.address",
                    "upstream.port",
                    "upstream.request_attempt_count",
                    "source.address",
                    "source.port",
                    "xds.cluster_name",
                    "xds.route_name",
                    "xds.listener_direction",
                    "metadata.filter_metadata");

    private final CelExpression expression;

    private TapFilter(CelExpression expression) {
        this.expression = expression;
    }

    /// Reads an expression.
    ///
    /// @throws IllegalArgumentException when it is none, or asks for what is not told; the message
    ///   says what there is
    public static TapFilter of(String text) {
        CelExpression expression;
        try {
            expression = CelExpression.compile(text);
        } catch (CelSyntaxException e) {
            throw new IllegalArgumentException("filter: " + e.getMessage(), e);
        }
        var unknown = new TreeSet<>(expression.attributes());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "filter: %s is not told of requests (expected: %s)"
                            .formatted(
                                    String.join(", ", unknown),
                                    String.join(", ", new TreeSet<>(KNOWN))));
        }
        return new TapFilter(expression);
    }

    @Override
    public boolean test(RequestLog log) {
        return expression.isTrue(new LoggedRequest(log));
    }
}
