package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.List;

/// What a client's stream wants done.
public sealed interface ClientEffect {

    /// Send this to the server.
    record Send(DeltaRequest request) implements ClientEffect {}

    /// Let the subscriber judge this, then say [DeltaClientStream#onJudged] about it.
    ///
    /// @param stream which of the client's streams brought it, counted from one
    /// @param version of the server's configuration as a whole
    /// @param nonce of the response
    /// @param changed resources that are new or changed, as far as they are subscribed to
    /// @param removed names that are no more, as far as they are subscribed to
    record Deliver(
            XdsType type,
            long stream,
            String version,
            String nonce,
            List<XdsResource> changed,
            List<String> removed)
            implements ClientEffect {

        public Deliver {
            changed = List.copyOf(changed);
            removed = List.copyOf(removed);
        }
    }
}
