package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.AttachedListener;
import dev.heddle.compiler.attach.AttachedListener.Protocol;
import dev.heddle.compiler.attach.AttachedRoute;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.gatewayapi.L4Rule;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What listeners of one port are for, as [PortListeners] serves them, each with the line that says
/// so.
///
/// @param plain hosts of requests in plain text: of routes, and of listeners, which keep a host
///   also where no route is for it
/// @param tls names in client hellos
/// @param bytes who has connections that nobody looks into; empty where no route says where they go
public record Claims(
        Map<Hostname, Origin> plain, Map<Hostname, Origin> tls, Optional<Origin> bytes) {
    private static final FieldPath HOSTNAMES = FieldPath.of("spec", "hostnames");

    /// @param all programmed ones of the port, in the order of their precedence
    public static Claims of(List<AttachedListener> all) {
        var plain = new TreeMap<Hostname, Origin>();
        var tls = new TreeMap<Hostname, Origin>();
        List<AttachedListener> http = having(all, Protocol.HTTP);
        for (AttachedListener listener : http) {
            Stream.concat(listener.routes().http().stream(), listener.routes().grpc().stream())
                    .forEach(route -> add(route, listener, http, plain));
            plain.putIfAbsent(listener.hostname(), listener.origin());
        }
        List<AttachedListener> secured = having(all, Protocol.HTTPS, Protocol.TLS);
        for (AttachedListener listener : secured) {
            if (listener.protocol().equals(Optional.of(Protocol.HTTPS))) {
                tls.putIfAbsent(listener.hostname(), listener.origin());
            }
            Stream.<AttachedRoute<? extends Route<L4Rule>>>concat(
                            listener.routes().tls().stream(), listener.routes().tcp().stream())
                    .forEach(route -> add(route, listener, secured, tls));
        }
        return new Claims(
                plain,
                tls,
                having(all, Protocol.TCP).stream()
                        .flatMap(l -> l.routes().tcp().stream())
                        .map(route -> route.resource().origin())
                        .findFirst());
    }

    private static void add(
            AttachedRoute<?> route,
            AttachedListener listener,
            List<AttachedListener> beside,
            Map<Hostname, Origin> to) {
        route.hostnames().stream()
                .filter(host -> HostTable.isOf(listener, host, beside))
                .forEach(host -> to.putIfAbsent(host, route.resource().origin(HOSTNAMES)));
    }

    private static List<AttachedListener> having(
            List<AttachedListener> all, Protocol... protocols) {
        return all.stream()
                .filter(l -> l.protocol().filter(List.of(protocols)::contains).isPresent())
                .toList();
    }
}
