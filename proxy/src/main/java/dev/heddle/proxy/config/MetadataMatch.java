package dev.heddle.proxy.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A condition on what filters found out about a request (`envoy.type.matcher.v3.MetadataMatcher`).
///
/// @param filter whose findings are looked at
/// @param path keys, each within the last one's value
/// @param value what must be there
/// @param inverted whether the condition must not hold
public record MetadataMatch(String filter, List<String> path, Value value, boolean inverted) {

    /// What a value must be.
    public sealed interface Value {
        /// There and null.
        record Nothing() implements Value {}

        /// A number.
        ///
        /// @param start included
        /// @param end excluded; the same as the start for that number alone
        record Numeric(double start, double end) implements Value {}

        /// A text.
        record Text(TextMatch match) implements Value {}

        /// True or false.
        record Truth(boolean expected) implements Value {}

        /// There, or not there.
        record Present(boolean expected) implements Value {}

        /// A list with such an item.
        record Some(Value item) implements Value {}

        /// One of several.
        record Any(List<Value> values) implements Value {}
    }

    public MetadataMatch {
        path = List.copyOf(path);
    }

    /// Whether a request of which that is known meets it.
    ///
    /// @param metadata by filter; null for nothing at all. Values are texts, numbers ([Double]),
    ///   truth values, lists, maps and null
    public boolean test(@Nullable Map<String, ?> metadata) {
        Object found = metadata == null ? null : metadata.get(filter);
        boolean isThere = found != null;
        for (String key : path) {
            isThere = found instanceof Map<?, ?> map && map.containsKey(key);
            found = isThere && found instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return test(value, isThere, found) != inverted;
    }

    private static boolean test(Value value, boolean isThere, @Nullable Object found) {
        return switch (value) {
            case Value.Nothing() -> isThere && found == null;
            case Value.Numeric(double start, double end) ->
                    found instanceof Double number
                            && (number == start || (number > start && number < end));
            case Value.Text(TextMatch match) -> found instanceof String text && match.test(text);
            case Value.Truth(boolean expected) ->
                    found instanceof Boolean truth && truth == expected;
            case Value.Present(boolean expected) -> isThere == expected;
            case Value.Some(Value item) ->
                    found instanceof List<?> list
                            && list.stream().anyMatch(one -> test(item, true, one));
            case Value.Any(List<Value> values) ->
                    values.stream().anyMatch(one -> test(one, isThere, found));
        };
    }
}
