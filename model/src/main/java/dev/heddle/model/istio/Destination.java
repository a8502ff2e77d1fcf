package dev.heddle.model.istio;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// A service, or one subset of it, as the target of traffic.
///
/// @param host short or full name of the service
/// @param subset name of a subset of the host's DestinationRule; empty for the service as a whole
/// @param port may be left out when the service has only one
public record Destination(@Required String host, String subset, Optional<PortSelector> port) {}
