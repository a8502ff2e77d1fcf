package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.EgressScope;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.model.Origin;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The virtual hosts that a sidecar knows, by the port that its workload calls.
public final class OutboundTables {
    /// Here, hosts that no service has are routed too, as Istio does it.
    private static final int ANY_HOST_PORT = 80;

    private final Outlook outlook;
    private final List<MeshService> visible;
    private final List<BoundVirtualService> rules;
    private final RouteLowering lowering;
    private final Destinations destinations;

    /// Of services that no rule speaks about.
    private final Resilience resilience;

    /// @param egress what is known where these tables are used
    public OutboundTables(MeshIndex index, Outlook outlook, EgressScope egress) {
        this.outlook = outlook;
        this.visible = egress.services();
        this.rules = egress.rules();
        this.lowering = new RouteLowering(index, outlook.namespace(), outlook.labels());
        this.destinations = new Destinations(index, outlook.namespace(), outlook.labels());
        this.resilience = new Resilience(Duration.ZERO, Retries.lower(index.defaultRetry()));
    }

    /// Every port on which some service speaks HTTP, or may, and the port on which any host is
    /// routed when a rule names one.
    public SortedSet<Integer> ports() {
        var ports = new TreeSet<Integer>();
        for (MeshService service : visible) {
            service.service().ports().stream()
                    .filter(OutboundTables::mayBeHttp)
                    .forEach(p -> ports.add(p.number()));
        }
        return ports;
    }

    /// Whether requests may be seen on the port.
    public static boolean mayBeHttp(Port port) {
        return port.protocol().isHttp() || port.protocol() == AppProtocol.UNSET;
    }

    /// The virtual hosts for a listener of that port, ordered by name. Their domains name no port.
    public List<VirtualHost> onPort(int port) {
        return new Table(port).build(false);
    }

    /// The virtual hosts of every port in one, ordered by name, for an HTTP proxy's listener: their
    /// domains name the port, and those of port 80 come without it, too.
    public List<VirtualHost> onAllPorts() {
        var all = new ArrayList<VirtualHost>();
        SortedSet<Integer> ports = ports();
        ports.add(ANY_HOST_PORT);
        ports.forEach(p -> all.addAll(new Table(p).build(true)));
        all.sort(Comparator.comparing(VirtualHost::name));
        return all;
    }

    /// The virtual host of one service on one port, for a listener that only this service has. It
    /// takes every host.
    public Optional<VirtualHost> ofService(Hostname host, int port) {
        String name = host.name() + ":" + port;
        return new Table(port)
                .build(false).stream()
                        .filter(v -> v.name().equals(name))
                        .findFirst()
                        .map(v -> new VirtualHost(name, List.of("*"), v.routes(), v.origin()));
    }

    /// The route of a service that no VirtualService speaks about.
    private Route plainRoute(MeshService service, int port) {
        Origin origin = service.service().origin();
        List<RouteAction.Destination> only =
                List.of(
                        destinations.lower(
                                new dev.heddle.model.istio.Destination(
                                        service.service().host().name(),
                                        "",
                                        Optional.of(new dev.heddle.model.istio.PortSelector(port))),
                                service.service().namespace(),
                                port,
                                1,
                                HeaderEdit.NONE,
                                Optional.empty(),
                                origin));
        return new Route(
                "default",
                RouteMatch.ALL,
                new RouteAction.Forward(
                        only,
                        RouteAction.Rewrite.NONE,
                        resilience,
                        List.of(),
                        destinations.hash(only)),
                HeaderEdit.NONE,
                "",
                origin);
    }

    /// The table of one port, while it is put together.
    private final class Table {
        private final int port;
        private final Map<Hostname, MeshService> services = new LinkedHashMap<>();
        private final Map<BoundVirtualService, List<Route>> routes = new LinkedHashMap<>();

        private Table(int port) {
            this.port = port;
            for (MeshService service : visible) {
                service.service()
                        .port(port)
                        .filter(OutboundTables::mayBeHttp)
                        .ifPresent(_ -> services.put(service.service().host(), service));
            }
            for (BoundVirtualService rule : rules) {
                List<Route> lowered = lowering.lower(rule, BoundVirtualService.MESH, port);
                if (!lowered.isEmpty() && counts(rule)) {
                    routes.put(rule, lowered);
                }
            }
        }

        /// Whether a rule speaks about this port at all: one of its hosts is a service here.
        private boolean counts(BoundVirtualService rule) {
            return port == ANY_HOST_PORT
                    || rule.hosts().stream()
                            .anyMatch(h -> services.keySet().stream().anyMatch(h::overlaps));
        }

        private List<VirtualHost> build(boolean withPorts) {
            var named = new LinkedHashMap<String, Draft>();
            routes.forEach((rule, list) -> rule.hosts().forEach(h -> ofHost(rule, list, h, named)));
            for (MeshService service : services.values()) {
                ofService(service, named);
            }
            return withDomains(named, withPorts);
        }

        /// A host that a rule names and that is no service, or a wildcard over none of this port's.
        /// Of several rules the first counts.
        private void ofHost(
                BoundVirtualService rule,
                List<Route> list,
                Hostname host,
                Map<String, Draft> named) {
            boolean isService =
                    host.isWildcard()
                            ? services.keySet().stream().anyMatch(host::covers)
                            : visible.stream().anyMatch(s -> s.service().host().equals(host));
            if (!isService) {
                named.putIfAbsent(
                        host + ":" + port,
                        new Draft(host.name(), Optional.empty(), list, rule.hostOrigin(host)));
            }
        }

        private void ofService(MeshService service, Map<String, Draft> named) {
            Hostname host = service.service().host();
            Optional<BoundVirtualService> rule = ruleFor(host);
            named.put(
                    host + ":" + port,
                    new Draft(
                            host.name(),
                            Optional.of(service),
                            rule.map(routes::get)
                                    .orElseGet(() -> OnceOnly.routes(plainRoute(service, port))),
                            rule.map(r -> r.resource().origin())
                                    .orElse(service.service().origin())));
        }

        /// The rule that names the host, else the one with the most specific wildcard over it; of
        /// equals the first.
        private Optional<BoundVirtualService> ruleFor(Hostname host) {
            BoundVirtualService best = null;
            Hostname bestHost = null;
            for (BoundVirtualService rule : routes.keySet()) {
                for (Hostname candidate : rule.hosts()) {
                    if (candidate.covers(host)
                            && (bestHost == null || candidate.compareTo(bestHost) < 0)) {
                        best = rule;
                        bestHost = candidate;
                    }
                }
            }
            return Optional.ofNullable(best);
        }

        private List<VirtualHost> withDomains(Map<String, Draft> named, boolean withPorts) {
            Set<String> fullNames = new HashSet<>();
            named.values().forEach(d -> fullNames.add(d.host()));
            Set<String> taken = new HashSet<>();
            var hosts = new ArrayList<VirtualHost>();
            named.forEach((name, draft) -> {
                List<String> domains =
                        draft.domains(outlook.dnsDomain(), fullNames).stream()
                                .flatMap(d -> spelled(d, withPorts).stream())
                                .filter(d -> taken.add(d.toLowerCase(Locale.ROOT)))
                                .toList();
                if (!domains.isEmpty()) {
                    hosts.add(new VirtualHost(name, domains, draft.routes(), draft.origin()));
                }
            });
            hosts.sort(Comparator.comparing(VirtualHost::name));
            return hosts;
        }

        /// Envoy has no domain like `*:9080`; a wildcard at the end of a name is not one either.
        private List<String> spelled(String domain, boolean withPorts) {
            String bracketed =
                    domain.indexOf(':') >= 0 && Assignments.isIpAddress(domain)
                            ? "[" + domain + "]"
                            : domain;
            if (!withPorts) {
                return List.of(bracketed);
            }
            String full = bracketed + ":" + port;
            return port == ANY_HOST_PORT ? List.of(bracketed, full) : List.of(full);
        }
    }

    /// A virtual host without its domains.
    private record Draft(
            String host, Optional<MeshService> service, List<Route> routes, Origin origin) {

        private List<String> domains(String callerDomain, Set<String> fullNames) {
            if (service.isEmpty()) {
                return List.of(host);
            }
            var domains = new ArrayList<String>();
            addForms(host, callerDomain, fullNames, domains);
            Stream.concat(
                            service.get().service().addresses().stream(),
                            service.get().traits().allocated().stream())
                    .filter(Assignments::isIpAddress)
                    .filter(a -> !a.equals("0.0.0.0"))
                    .forEach(domains::add);
            service.get()
                    .traits()
                    .aliases()
                    .forEach(alias -> addForms(alias.name(), callerDomain, fullNames, domains));
            return domains;
        }

        private static void addForms(
                String host, String callerDomain, Set<String> fullNames, List<String> to) {
            HostForms forms = HostForms.of(host, callerDomain);
            for (String form : forms.all()) {
                if (!forms.shortened().contains(form) || !fullNames.contains(form)) {
                    to.add(form);
                }
            }
        }
    }
}
