package dev.heddle.compiler.check;

import dev.heddle.compiler.attach.AttachedGateway;
import dev.heddle.compiler.attach.AttachedListener;
import dev.heddle.compiler.lower.gatewayapi.Claims;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.lower.istio.GatewayTables;
import dev.heddle.compiler.select.Age;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MadeResource;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.RouteSemantics;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.VirtualService.TlsMatchAttributes;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds what resources of different APIs want of one edge: Gateways of Istio's, those of the
/// Gateway API, and Ingresses.
///
/// Two share proxies where all that one of them chooses are the other's, too, or where a workload
/// that is known is both's.
final class EdgeConflicts {
    private static final FieldPath SERVERS = FieldPath.of("spec", "servers");

    private final MeshIndex index;
    private final Diagnostics findings;
    private final Map<String, List<BoundVirtualService>> rules = new HashMap<>();
    private final Map<Map<String, String>, List<AttachedGateway>> beside = new HashMap<>();

    /// A host that a rule has at a server.
    private record Claim(Server server, BoundVirtualService rule, Hostname host) {
        boolean isOfIngress() {
            return RouteSemantics.isOfSegments(rule.resource());
        }

        String owner() {
            return EdgeConflicts.owner(rule);
        }

        Origin origin() {
            return EdgeConflicts.origin(rule, host);
        }
    }

    private record Place(int port, Hostname host) {}

    private EdgeConflicts(MeshIndex index, Diagnostics findings) {
        this.index = index;
        this.findings = findings;
    }

    static void check(MeshIndex index, Diagnostics findings) {
        boolean isMixed =
                !index.gatewayApi().gateways().isEmpty()
                        || !index.resources().all(Kinds.INGRESS).isEmpty();
        if (isMixed && !index.resources().all(Kinds.GATEWAY).isEmpty()) {
            new EdgeConflicts(index, findings).check();
        }
    }

    private void check() {
        for (BoundVirtualService rule : index.virtualServices().all()) {
            if (!rule.isDelegate()) {
                rule.gateways()
                        .forEach(g -> rules.computeIfAbsent(g, _ -> new ArrayList<>()).add(rule));
            }
        }
        Map<Place, List<Claim>> claims = new LinkedHashMap<>();
        for (Resource<Gateway> gateway :
                index.resources().all(Kinds.GATEWAY).stream().sorted(Age.oldestFirst()).toList()) {
            List<Gateway.Server> servers = gateway.spec().servers();
            for (int i = 0; i < servers.size(); i++) {
                if (GatewayServers.isServed(servers.get(i))) {
                    var server = new Server(gateway, i, servers.get(i));
                    withGatewayApi(server);
                    claims(server, claims);
                }
            }
        }
        claims.forEach(this::ofIngresses);
    }

    private List<BoundVirtualService> rules(Server server) {
        return rules.getOrDefault(server.gatewayName(), List.of());
    }

    private static String owner(BoundVirtualService rule) {
        return MadeResource.original(rule.resource()).id().toString();
    }

    private static Origin origin(BoundVirtualService rule, Hostname host) {
        return MadeResource.origin(rule.resource(), rule.hostOrigin(host).path());
    }

    /// What the Gateway API has is not Istio's.
    private void withGatewayApi(Server server) {
        int port = server.server().port().number();
        List<AttachedListener> listeners =
                beside.computeIfAbsent(server.gateway().spec().selector(), this::beside).stream()
                        .flatMap(g -> g.programmed().stream())
                        .filter(l -> l.port() == port)
                        .toList();
        if (listeners.isEmpty()) {
            return;
        }
        Claims claims = Claims.of(listeners);
        if (GatewayServers.isHttp(server.server())) {
            claims.bytes()
                    .filter(_ -> claims.plain().isEmpty())
                    .ifPresent(owner -> port(server, owner, "bytes"));
            hosts(server, claims.plain());
        } else if (GatewayServers.isBytes(server.server())) {
            claims.plain().values().stream()
                    .findFirst()
                    .ifPresentOrElse(
                            owner -> port(server, owner, "HTTP"),
                            () -> claims.bytes().ifPresent(owner -> port(server, owner, "bytes")));
        } else if (GatewayServers.isTlsEnded(server.server())) {
            for (String host : server.hosts()) {
                Origin owner = claims.tls().get(new Hostname(host));
                if (owner != null) {
                    taken(
                            server.gateway().origin(SERVERS.index(server.index()).field("hosts")),
                            "TLS for '" + host + "' on port " + port,
                            owner,
                            "this server");
                }
            }
        } else {
            names(server, claims.tls());
        }
    }

    /// The Gateways of the Gateway API that share proxies with an Istio Gateway.
    private List<AttachedGateway> beside(Map<String, String> selector) {
        Set<AttachedGateway> found =
                new LinkedHashSet<>(index.gatewayApi().gatewaysBeside(selector));
        if (found.size() < index.gatewayApi().gateways().size()) {
            index.resources().all(Kinds.WORKLOAD_ENTRY).stream()
                    .filter(w -> Workloads.labels(w).entrySet().containsAll(selector.entrySet()))
                    .forEach(w ->
                            found.addAll(
                                    index.gatewayApi()
                                            .gatewaysOf(
                                                    w.metadata().namespace(),
                                                    Workloads.labels(w))));
        }
        return List.copyOf(found);
    }

    private void hosts(Server server, Map<Hostname, Origin> taken) {
        String port = " on port " + server.server().port().number();
        for (BoundVirtualService rule : rules(server)) {
            GatewayTables.hosts(server, rule)
                    .forEach((both, host) -> {
                        Origin owner = taken.get(both);
                        if (owner != null) {
                            taken(
                                    origin(rule, host),
                                    "host '" + both + "'" + port,
                                    owner,
                                    owner(rule));
                        }
                    });
        }
        if (GatewayServers.isHttpsOnly(server.server())) {
            for (String host : server.hosts()) {
                Origin owner = taken.get(new Hostname(host));
                if (owner != null) {
                    taken(
                            server.gateway()
                                    .origin(
                                            SERVERS.index(server.index())
                                                    .field("tls")
                                                    .field("httpsRedirect")),
                            "host '" + host + "'" + port,
                            owner,
                            "httpsRedirect");
                }
            }
        }
    }

    /// Names that are passed through.
    private void names(Server server, Map<Hostname, Origin> taken) {
        for (BoundVirtualService rule : rules(server)) {
            rule.resource().spec().tls().stream()
                    .flatMap(route -> route.match().stream())
                    .map(TlsMatchAttributes::sniHosts)
                    .flatMap(List::stream)
                    .distinct()
                    .forEach(name -> {
                        Origin owner = taken.get(new Hostname(name));
                        if (owner != null) {
                            taken(
                                    rule.resource().origin(FieldPath.of("spec", "tls")),
                                    "TLS for '"
                                            + name
                                            + "' on port "
                                            + server.server().port().number(),
                                    owner,
                                    owner(rule));
                        }
                    });
        }
    }

    private void taken(Origin origin, String what, Origin owner, String loser) {
        findings.add(
                DiagnosticCode.CONFLICT,
                origin,
                what
                        + " is "
                        + owner.resource()
                        + "'s already, of the Gateway API; "
                        + loser
                        + " does not count for it",
                "Where proxies serve Gateways of both APIs, the Gateway API goes first: keep one of"
                        + " the two ("
                        + owner
                        + ")");
    }

    private void port(Server server, Origin owner, String protocol) {
        findings.add(
                DiagnosticCode.CONFLICT,
                server.gateway().origin(SERVERS.index(server.index()).field("port")),
                "port "
                        + server.server().port().number()
                        + " is "
                        + owner.resource()
                        + "'s already, of the Gateway API, for "
                        + protocol,
                "This server is left out; give it a port of its own (" + owner + ")");
    }

    /// Requests in plain text of one host share a table, whoever has rules for it.
    private void claims(Server server, Map<Place, List<Claim>> claims) {
        if (GatewayServers.isHttp(server.server())) {
            for (BoundVirtualService rule : rules(server)) {
                GatewayTables.hosts(server, rule)
                        .forEach((both, host) ->
                                claims.computeIfAbsent(
                                                new Place(server.server().port().number(), both),
                                                _ -> new ArrayList<>())
                                        .add(new Claim(server, rule, host)));
            }
        }
    }

    /// An Ingress and a VirtualService for one host.
    ///
    /// @param claims in the order in which their rules are looked at
    private void ofIngresses(Place place, List<Claim> claims) {
        for (Claim ingress : claims) {
            if (!ingress.isOfIngress()) {
                continue;
            }
            for (Claim other : claims) {
                if (!other.isOfIngress() && areShared(ingress.server(), other.server())) {
                    boolean isFirst = claims.indexOf(ingress) < claims.indexOf(other);
                    findings.add(
                            DiagnosticCode.CONFLICT,
                            ingress.origin(),
                            "host '%s' on port %d has rules of %s, too; those of %s go first"
                                    .formatted(
                                            place.host(),
                                            place.port(),
                                            other.owner(),
                                            (isFirst ? ingress : other).owner()),
                            "The rules of the older Gateway go first, where an Ingress is one, and"
                                    + " of both those last that take every request: say all of the"
                                    + " host in one of the two ("
                                    + other.origin()
                                    + ")");
                }
            }
        }
    }

    private boolean areShared(Server one, Server other) {
        Set<Map.Entry<String, String>> a = one.gateway().spec().selector().entrySet();
        Set<Map.Entry<String, String>> b = other.gateway().spec().selector().entrySet();
        return a.containsAll(b)
                || b.containsAll(a)
                || index.resources().all(Kinds.WORKLOAD_ENTRY).stream()
                        .map(w -> Workloads.labels(w).entrySet())
                        .anyMatch(labels -> labels.containsAll(a) && labels.containsAll(b));
    }
}
