package dev.heddle.proxy.filter.transcoder;

import java.util.ArrayList;
import java.util.List;

/// Which requests are calls of a method (`google.api.HttpRule`).
///
/// @param method of HTTP; empty where the rule says no pattern
/// @param template as in `/v1/{name=shelves/*}:merge`
/// @param body the field that the body is; `*` for the whole message, empty where there is none
/// @param responseBody the field of the answer that is the body; empty for the whole
/// @param additional beside this one, without further ones of their own
record HttpRule(
        String method,
        String template,
        String body,
        String responseBody,
        List<HttpRule> additional) {
    /// More are refused: nobody writes them by hand.
    private static final int MOST_NESTED = 8;

    /// Where `MethodOptions` has it.
    static final int EXTENSION = 72295728;

    /// Says nothing.
    static final HttpRule NONE = new HttpRule("", "", "", "", List.of());

    HttpRule {
        additional = List.copyOf(additional);
    }

    /// Reads one.
    ///
    /// @throws IllegalArgumentException when the bytes are no message, or it is within itself too
    ///   often
    static HttpRule read(Raw rule) {
        return read(rule, 0);
    }

    private static HttpRule read(Raw rule, int depth) {
        if (depth > MOST_NESTED) {
            throw new IllegalArgumentException(
                    "additional_bindings within each other (expected: at most "
                            + MOST_NESTED
                            + " deep)");
        }
        var additional = new ArrayList<HttpRule>();
        for (int i = 0; i < rule.times(11); i++) {
            additional.add(read(rule.message(11, i), depth + 1));
        }
        String method = "";
        String template = "";
        // Of a oneof the last member counts; protoc writes no more than one.
        for (int field = 2; field <= 6; field++) {
            if (rule.times(field) > 0) {
                method = List.of("GET", "PUT", "POST", "DELETE", "PATCH").get(field - 2);
                template = rule.string(field);
            }
        }
        if (rule.times(8) > 0) {
            Raw custom = rule.message(8);
            method = custom.string(1);
            template = custom.string(2);
        }
        return new HttpRule(method, template, rule.string(7), rule.string(12), additional);
    }
}
