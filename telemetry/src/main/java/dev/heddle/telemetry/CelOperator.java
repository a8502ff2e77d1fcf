package dev.heddle.telemetry;

import java.util.Set;

/// `%CEL(…)%`: what an expression makes of a request. Those that are a text without much work are
/// written without an object (tags of metrics are, for each request); others are evaluated.
final class CelOperator {
    /// Attributes that depend on nothing but where a request went.
    private static final Set<String> OF_PLACE =
            Set.of(
                    "xds.cluster_name",
                    "xds.cluster_metadata.filter_metadata",
                    "xds.route_name",
                    "xds.route_metadata.filter_metadata",
                    "xds.upstream_host_metadata.filter_metadata",
                    "xds.listener_metadata.filter_metadata",
                    "xds.listener_direction",
                    "xds.filter_chain_name",
                    "xds.virtual_host_name");

    private CelOperator() {}

    /// @param node of the proxy
    static AccessLogFormat.Part parse(String text, String argument, NodeText node) {
        try {
            return PlainExpression.parse(text, argument, node);
        } catch (IllegalArgumentException _) {
            return evaluated(text, argument);
        }
    }

    private static AccessLogFormat.Part evaluated(String text, String argument) {
        try {
            return new Evaluated(CelExpression.compile(argument));
        } catch (CelSyntaxException e) {
            throw AccessLogFormat.malformed(text, String.valueOf(e.getMessage()));
        }
    }

    private record Evaluated(CelExpression expression) implements AccessLogFormat.Part {
        @Override
        public boolean write(AccessLogRecord record, ByteText out) {
            String value = expression.print(record);
            if (value != null) {
                out.append(value);
            }
            return value != null;
        }

        @Override
        public boolean isOfPlace() {
            return OF_PLACE.containsAll(expression.attributes());
        }
    }
}
