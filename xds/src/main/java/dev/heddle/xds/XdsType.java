package dev.heddle.xds;

import java.util.Arrays;
import java.util.Optional;

/// The resource types that travel over xDS.
///
/// The order of the constants is the order in which changes are sent, so that nothing refers to
/// what is not there yet: clusters and their endpoints before the listeners and routes that use
/// them (make before break). Removals follow after everything else, users before what they use. See
/// "Eventual consistency considerations" in Envoy's xDS protocol description.
public enum XdsType {
    /// Clusters, by CDS.
    CLUSTER("envoy.config.cluster.v3.Cluster", "CDS"),
    /// Load assignments, by EDS.
    ENDPOINT("envoy.config.endpoint.v3.ClusterLoadAssignment", "EDS"),
    /// Certificates and trust bundles, by SDS.
    SECRET("envoy.extensions.transport_sockets.tls.v3.Secret", "SDS"),
    /// Listeners, by LDS.
    LISTENER("envoy.config.listener.v3.Listener", "LDS"),
    /// Route tables, by RDS.
    ROUTE("envoy.config.route.v3.RouteConfiguration", "RDS"),
    /// Values that change how resources are read, by RTDS. Nothing refers to them, so they wait for
    /// nothing, and nothing for them.
    RUNTIME("envoy.service.runtime.v3.Runtime", "RTDS");

    private final String typeUrl;
    private final String shortName;

    XdsType(String messageName, String shortName) {
        this.typeUrl = "type.googleapis.com/" + messageName;
        this.shortName = shortName;
    }

    /// As in `type.googleapis.com/envoy.config.cluster.v3.Cluster`.
    public String typeUrl() {
        return typeUrl;
    }

    /// As operators say it: CDS, EDS, SDS, LDS, RDS, RTDS.
    public String shortName() {
        return shortName;
    }

    /// Whether a client that names nothing means everything. Envoy subscribes so to clusters and
    /// listeners, and by name to the rest.
    public boolean wildcardByDefault() {
        return this == CLUSTER || this == LISTENER;
    }

    /// The type with that URL; empty when this version serves no such type.
    public static Optional<XdsType> ofTypeUrl(String typeUrl) {
        return Arrays.stream(values()).filter(t -> t.typeUrl.equals(typeUrl)).findFirst();
    }
}
