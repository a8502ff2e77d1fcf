package dev.heddle.compiler.xds;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

/// Route tables say of each route in which line of whose file it stands, so that a table is another
/// one as soon as a line moves.
public final class RoutePlaces {
    private RoutePlaces() {}

    /// Whether two resources of that type and one name differ in nothing but where their rules
    /// stand.
    public static boolean areAllThatDiffers(XdsType type, XdsResource one, XdsResource other) {
        return type == XdsType.ROUTE && without(one).equals(without(other));
    }

    private static RouteConfiguration without(XdsResource resource) {
        RouteConfiguration.Builder table =
                SnapshotJson.unpack(resource, RouteConfiguration.class).toBuilder();
        table.getVirtualHostsBuilderList().stream()
                .flatMap(host -> host.getRoutesBuilderList().stream())
                .forEach(route -> remove(route.getMetadataBuilder()));
        return table.build();
    }

    private static void remove(Metadata.Builder metadata) {
        var own = metadata.getFilterMetadataMap().get(RouteEmitter.OWN);
        if (own != null) {
            metadata.putFilterMetadata(
                    RouteEmitter.OWN, own.toBuilder().removeFields(RouteEmitter.SOURCE).build());
        }
    }
}
