package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsType;
import java.util.List;

/// What a server's stream wants done.
///
/// @param <R> the protocol's response
public sealed interface ServerEffect<R> {

    /// Send this to the client.
    record Send<R>(R response) implements ServerEffect<R> {}

    /// The client has accepted everything of that type that it subscribed to, up to that version.
    record Acked<R>(XdsType type, String version) implements ServerEffect<R> {}

    /// The client has rejected a response.
    ///
    /// @param resources that the text names; all of the response when it names none
    record Nacked<R>(XdsType type, String version, String text, List<String> resources)
            implements ServerEffect<R> {}

    /// The client asked for a type that nobody here serves. It gets no answer.
    record Unserved<R>(String typeUrl) implements ServerEffect<R> {}
}
