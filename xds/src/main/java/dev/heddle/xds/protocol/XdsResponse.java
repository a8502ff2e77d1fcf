package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsType;

/// A server's response, in either protocol.
public sealed interface XdsResponse permits DeltaResponse, SotwResponse {

    /// Of the resources in it.
    XdsType type();

    /// By which the client answers.
    String nonce();
}
