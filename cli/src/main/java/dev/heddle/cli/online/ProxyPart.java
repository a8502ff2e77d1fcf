package dev.heddle.cli.online;

import java.util.Locale;

/// A part of a proxy's configuration.
public enum ProxyPart {
    /// Everything, as JSON.
    ALL,
    /// Where it listens.
    LISTENERS,
    /// Which requests go where.
    ROUTES,
    /// What requests can go to.
    CLUSTERS,
    /// The hosts of clusters.
    ENDPOINTS,
    /// What a Heddle proxy was told and does not do.
    UNSUPPORTED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
