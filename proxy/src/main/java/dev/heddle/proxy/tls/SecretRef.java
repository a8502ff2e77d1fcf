package dev.heddle.proxy.tls;

import java.time.Duration;

/// A secret that is sent by itself (`SdsSecretConfig`).
///
/// @param name as its source calls it
/// @param fetchTimeout how long the first version is waited for; zero for as long as it takes
public record SecretRef(String name, Source source, Duration fetchTimeout) {

    /// Where secrets come from.
    public sealed interface Source {
        /// The control plane, by SDS over its one stream.
        record ControlPlane() implements Source {}

        /// The bootstrap.
        record Bootstrap() implements Source {}

        /// A file with resources, looked at again and again.
        record File(String path) implements Source {}
    }

    public SecretRef {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: not empty)");
        }
    }

    /// The name under which the proxy keeps it, which tells apart secrets of different sources.
    public String key() {
        return switch (source) {
            case Source.ControlPlane() -> name;
            case Source.Bootstrap() -> name;
            case Source.File(String path) -> path + "#" + name;
        };
    }
}
