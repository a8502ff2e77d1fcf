package dev.heddle.compiler.ir;

import java.util.OptionalInt;

/// How a cluster uses that its hosts are in different places.
public sealed interface Places {
    /// Not at all: all hosts of a priority are alike.
    record Alike() implements Places {}

    /// A place is chosen by its weight, and then a host in it.
    record Weighted() implements Places {}

    /// The proxy's own zone goes before others, as far as it can bear what proxies like it send.
    ///
    /// @param enabled whether it does; if not, Envoy is kept from it
    /// @param leastHosts below which all zones are alike; empty for Envoy's 6
    record ZoneAware(boolean enabled, OptionalInt leastHosts) implements Places {}
}
