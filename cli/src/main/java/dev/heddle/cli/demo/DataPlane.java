package dev.heddle.cli.demo;

import java.util.Locale;

/// Which proxy runs as sidecar and gateway.
public enum DataPlane {
    /// Heddle's own.
    HEDDLE,
    /// Stock Envoy.
    ENVOY;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
