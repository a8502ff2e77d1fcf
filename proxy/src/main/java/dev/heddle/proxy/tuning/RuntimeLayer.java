package dev.heddle.proxy.tuning;

import java.util.Map;

/// Where values of the runtime come from (`envoy.config.bootstrap.v3.RuntimeLayer`).
///
/// @param name as `/runtime` shows it
/// @param source what may change it
public record RuntimeLayer(String name, Source source) {

    /// What may change a layer.
    public sealed interface Source {
        /// Nothing.
        record Fixed(Map<String, RuntimeValue> values) implements Source {
            public Fixed {
                values = Map.copyOf(values);
            }
        }

        /// The admin page.
        record Admin() implements Source {}

        /// The control plane.
        ///
        /// @param resource by which it knows the layer
        record Subscribed(String resource) implements Source {}
    }
}
