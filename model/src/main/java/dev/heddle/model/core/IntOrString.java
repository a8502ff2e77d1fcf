package dev.heddle.model.core;

/// A port by its number or by its name.
public sealed interface IntOrString {
    /// A number.
    record Int(int value) implements IntOrString {}

    /// A name.
    record Text(String value) implements IntOrString {}
}
