package dev.heddle.telemetry;

/// `%CEL(…)%`: what an expression makes of a request. Those that are a text without much work are
/// written without an object (tags of metrics are, for each request); others are evaluated.
final class CelOperator {
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
        CelExpression expression;
        try {
            expression = CelExpression.compile(argument);
        } catch (CelSyntaxException e) {
            throw AccessLogFormat.malformed(text, String.valueOf(e.getMessage()));
        }
        return (record, out) -> {
            String value = expression.print(record);
            if (value != null) {
                out.append(value);
            }
            return value != null;
        };
    }
}
