package dev.heddle.proxy.observe;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a resource says of itself beside what it does, for logs and for people: read when somebody
/// asks for it. Immutable.
public interface Metadata {
    /// Nothing is said.
    Metadata NONE = _ -> null;

    /// What is said under a name, as JSON has it; null for nothing.
    @Nullable Map<String, @Nullable Object> of(String name);
}
