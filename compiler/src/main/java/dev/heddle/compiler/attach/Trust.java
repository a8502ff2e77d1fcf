package dev.heddle.compiler.attach;

/// Whom to believe.
public sealed interface Trust {
    /// Those that the machine believes.
    record WellKnown() implements Trust {}

    /// Those whose certificates are given.
    ///
    /// @param name that is the same for the same references, as in `configmap/shop/roots`; several
    ///   are joined by `+`
    /// @param pem their certificates, one after the other, which can be read
    record Bundle(String name, String pem) implements Trust {}
}
