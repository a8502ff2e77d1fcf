package dev.heddle.telemetry;

/// `%CEL(…)%`: what an expression makes of a request.
final class CelOperator {
    private CelOperator() {}

    static AccessLogFormat.Part parse(String text, String argument) {
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
