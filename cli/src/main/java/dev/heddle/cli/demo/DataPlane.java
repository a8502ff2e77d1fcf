package dev.heddle.cli.demo;

/// Which proxy runs as sidecar and gateway.
public enum DataPlane {
    /// Heddle's own.
    HEDDLE,
    /// Stock Envoy.
    ENVOY
}
