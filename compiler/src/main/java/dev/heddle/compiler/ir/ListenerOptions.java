package dev.heddle.compiler.ir;

import java.util.OptionalInt;

/// What a listener does with every connection, wherever it goes.
///
/// @param observation what is told of requests and connections
/// @param bufferBytes of a connection in each direction; empty for what the proxy has
/// @param isProxied whether connections begin with a PROXY header
/// @param isTransparent whether the kernel hands over connections to any address as they are
public record ListenerOptions(
        HttpOptions http,
        Observation observation,
        OptionalInt bufferBytes,
        boolean isProxied,
        boolean isTransparent) {
    /// Nothing special.
    public static final ListenerOptions DEFAULT =
            new ListenerOptions(
                    HttpOptions.DEFAULT, Observation.USUAL, OptionalInt.empty(), false, false);

    /// The same at a socket that takes connections to any address.
    public ListenerOptions transparent() {
        return new ListenerOptions(http, observation, bufferBytes, isProxied, true);
    }
}
