package dev.heddle.proxy.observe;

/// What logs say of where a connection was taken, beside names.
///
/// @param version of the listener, as the control plane calls it; empty for that of a bootstrap
/// @param direction `inbound`, `outbound`, or empty
/// @param listener what it says of itself
/// @param chain what the filter chain says of itself
public record ListenerFacts(String version, String direction, Metadata listener, Metadata chain) {
    /// Nothing is known.
    public static final ListenerFacts NONE =
            new ListenerFacts("", "", Metadata.NONE, Metadata.NONE);
}
