package dev.heddle.control.push;

import dev.heddle.compiler.Compiled;
import dev.heddle.model.Confined;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One scope that at least one proxy has, the proxies that have it, and what was compiled for it.
@Confined("pusher")
final class CompiledScope {
    /// By the stream's id.
    final Map<Long, ConnectedProxy> proxies = new LinkedHashMap<>();

    /// The last that succeeded; kept when a later one does not.
    @Nullable Compiled latest;

    /// Version of the world that is being compiled; 0 when none is.
    long compiling;

    /// Version of the world that could not be compiled; not tried again.
    long failed;
}
