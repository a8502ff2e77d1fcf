package dev.heddle.proxy.filter.rbac;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.StreamInfo;
import org.jspecify.annotations.Nullable;

/// Something that holds for a request or a connection, or does not. Pure.
@FunctionalInterface
public interface AccessCondition {
    /// @param request null where only the connection is known
    boolean test(StreamInfo info, @Nullable RequestHead request);
}
