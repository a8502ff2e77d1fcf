package dev.heddle.model.istio;

/// A port by its number.
///
/// @param number 1 to 65535
public record PortSelector(int number) {}
