package dev.heddle.model.istio;

/// A share in percent.
///
/// @param value 0 to 100, with fractions
public record Percent(double value) {}
