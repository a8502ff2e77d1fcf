package dev.heddle.proxy.tuning;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All values of the runtime at one moment, by their keys. Immutable.
///
/// A look-up costs some 5 ns, and nothing while there are no values at all, as is usual.
///
/// @param values of all layers
public record RuntimeValues(Map<String, RuntimeValue> values) {
    /// Nothing was said.
    public static final RuntimeValues NONE = new RuntimeValues(Map.of());

    public RuntimeValues {
        values = Map.copyOf(values);
    }

    /// What is said of a key; null for nothing, as of the empty one.
    public @Nullable RuntimeValue find(String key) {
        return values.isEmpty() || key.isEmpty() ? null : values.get(key);
    }

    /// The whole number that is said of a key.
    ///
    /// @param usual where none is
    public long integer(String key, long usual) {
        RuntimeValue value = find(key);
        return value == null || value.integer() < 0 ? usual : value.integer();
    }

    /// The truth value that is said of a key.
    ///
    /// @param usual where none is
    public boolean truth(String key, boolean usual) {
        RuntimeValue value = find(key);
        Boolean truth = value == null ? null : value.truth();
        return truth == null ? usual : truth;
    }
}
