package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What of a request is hashed, so that those of one key go to one host.
public sealed interface HashKey {
    /// A header's value.
    record Header(String name) implements HashKey {}

    /// A cookie's value.
    ///
    /// @param ttl of one that is made where there is none; zero for as long as the browser runs,
    ///   empty for none made
    /// @param path of one that is made; empty for none
    /// @param attributes of one that is made
    record Cookie(String name, Optional<Duration> ttl, String path, List<Attribute> attributes)
            implements HashKey {
        public Cookie {
            attributes = List.copyOf(attributes);
        }
    }

    /// @param value empty for none
    record Attribute(String name, String value) {}

    /// The client's address.
    record SourceIp() implements HashKey {}

    /// A parameter of the query.
    record QueryParameter(String name) implements HashKey {}
}
