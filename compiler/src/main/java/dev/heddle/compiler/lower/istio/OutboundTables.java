package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.alike.OnceOnly;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.BoundVirtualService.NamedHost;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The virtual hosts that a sidecar knows, by the port that its workload calls.
public final class OutboundTables {
    /// Here, hosts that no service has are routed too, as Istio does it.
    private static final int ANY_HOST_PORT = 80;

    private final Outlook outlook;
    private final ServiceRouting attached;
    private final Pieces pieces;
    private final List<MeshService> visible;
    private final Set<Hostname> known = new HashSet<>();
    private final List<BoundVirtualService> rules;
    private final Map<Integer, Table> tables = new HashMap<>();
    private final RouteLowering lowering;
    private final Destinations destinations;

    /// Of services that no rule speaks about.
    private final Resilience resilience;

    /// A service that no VirtualService speaks about.
    record Plain(Same<MeshService> service, int port) {}

    /// All that counts for the names by which a virtual host can be called, together with the
    /// others of its table.
    ///
    /// @param name of the virtual host
    /// @param service whether it is one; else only a rule names the host
    /// @param addresses of the service
    /// @param allocated addresses that the mesh gave it
    /// @param headless whether its endpoints have names below the service's
    /// @param ported whether the domains name the port
    record Named(
            String name,
            String host,
            boolean service,
            boolean headless,
            List<String> addresses,
            List<String> allocated,
            List<Hostname> aliases,
            boolean ported) {
        static Named of(Draft draft, boolean ported) {
            Optional<MeshService> service = draft.service();
            return new Named(
                    draft.name(),
                    draft.host(),
                    service.isPresent(),
                    service.filter(MeshService::isHeadless).isPresent(),
                    service.map(s -> s.service().addresses()).orElse(List.of()),
                    service.map(s -> s.traits().allocated()).orElse(List.of()),
                    service.map(s -> s.traits().aliases()).orElse(List.of()),
                    ported);
        }
    }

    /// The domains of one of several virtual hosts.
    ///
    /// @param index of the host
    record Domains(int index, List<String> domains) {}

    /// All that a virtual host is made of.
    ///
    /// @param owner of whose lines its own is one, which its name says
    record Host(String name, Same<List<String>> domains, Same<List<Route>> routes, Same<?> owner) {}

    /// @param egress what is known where these tables are used
    /// @param pieces made before, and to keep
    /// @param attached routes of services in other words than Istio's
    public OutboundTables(
            MeshIndex index,
            Outlook outlook,
            EgressScope egress,
            Pieces pieces,
            ServiceRouting attached) {
        this.attached = attached;
        this.outlook = outlook;
        this.pieces = pieces;
        this.visible = egress.services();
        visible.forEach(s -> known.add(s.service().host()));
        this.rules = egress.rules();
        this.lowering = new RouteLowering(index, outlook.namespace(), outlook.labels(), pieces);
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
        return table(port).build(false);
    }

    /// The virtual hosts of every port in one, ordered by name, for an HTTP proxy's listener: their
    /// domains name the port, and those of port 80 come without it, too.
    public List<VirtualHost> onAllPorts() {
        var all = new ArrayList<VirtualHost>();
        SortedSet<Integer> ports = ports();
        ports.add(ANY_HOST_PORT);
        ports.forEach(p -> all.addAll(table(p).build(true)));
        all.sort(Comparator.comparing(VirtualHost::name));
        return all;
    }

    /// The virtual host of one service on one port, for a listener that only this service has. It
    /// takes every host.
    public Optional<VirtualHost> ofService(Hostname host, int port) {
        String name = host.name() + ":" + port;
        return table(port)
                .find(name)
                .map(v -> new VirtualHost(name, List.of("*"), v.routes(), v.origin()));
    }

    private Table table(int port) {
        return tables.computeIfAbsent(port, Table::new);
    }

    /// The routes of a service that no VirtualService speaks about.
    private List<Route> plainRoutes(MeshService service, int port) {
        List<NamedHost> host =
                List.of(new NamedHost(service.service().host(), service.service().namespace()));
        return pieces.plainRoutes
                .get(
                        new Plain(Same.as(service), port),
                        earlier -> destinations.still(earlier, host),
                        _ -> destinations.routes(host, OnceOnly.routes(plainRoute(service, port))))
                .all();
    }

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
                List.copyOf(destinations.session(only).stream().toList()),
                "",
                "",
                origin);
    }

    /// The table of one port, while it is put together.
    private final class Table {
        private final int port;
        private final Map<Hostname, MeshService> services = new LinkedHashMap<>();

        /// Of rules, in their order.
        private final IdentityHashMap<BoundVirtualService, List<Route>> routes =
                new IdentityHashMap<>();

        /// Hosts of services that are no single one.
        private final List<Hostname> wildcards = new ArrayList<>();

        private final List<BoundVirtualService> counting = new ArrayList<>();

        /// The first rule that names a host.
        private final Map<Hostname, BoundVirtualService> byHost = new HashMap<>();

        /// The same for wildcards, the most specific first.
        private final SortedMap<Hostname, BoundVirtualService> byWildcard = new TreeMap<>();

        private final Map<Boolean, List<VirtualHost>> built = new HashMap<>();

        private Table(int port) {
            this.port = port;
            for (MeshService service : visible) {
                service.service()
                        .port(port)
                        .filter(OutboundTables::mayBeHttp)
                        .ifPresent(_ -> {
                            services.put(service.service().host(), service);
                            if (service.service().host().isWildcard()) {
                                wildcards.add(service.service().host());
                            }
                        });
            }
            for (BoundVirtualService rule : rules) {
                if (counts(rule)) {
                    List<Route> lowered = lowering.lower(rule, BoundVirtualService.MESH, port);
                    if (!lowered.isEmpty()) {
                        routes.put(rule, lowered);
                        counting.add(rule);
                        rule.hosts().forEach(h -> name(h, rule));
                    }
                }
            }
        }

        private void name(Hostname host, BoundVirtualService rule) {
            byHost.putIfAbsent(host, rule);
            if (host.isWildcard()) {
                byWildcard.putIfAbsent(host, rule);
            }
        }

        /// Whether a rule speaks about this port at all: one of its hosts is a service here.
        private boolean counts(BoundVirtualService rule) {
            return port == ANY_HOST_PORT || rule.hosts().stream().anyMatch(this::isSomeService);
        }

        private boolean isSomeService(Hostname host) {
            return services.containsKey(host)
                    || wildcards.stream().anyMatch(host::overlaps)
                    || (host.isWildcard() && services.keySet().stream().anyMatch(host::overlaps));
        }

        private Optional<VirtualHost> find(String name) {
            return build(false).stream().filter(v -> v.name().equals(name)).findFirst();
        }

        private List<VirtualHost> build(boolean withPorts) {
            return built.computeIfAbsent(withPorts, this::made);
        }

        private List<VirtualHost> made(boolean withPorts) {
            var named = new LinkedHashMap<String, Draft>();
            counting.forEach(rule -> {
                List<Route> list = routes.getOrDefault(rule, List.of());
                rule.hosts().forEach(h -> ofHost(rule, list, h, named));
            });
            for (MeshService service : services.values()) {
                ofService(service, named);
            }
            return withDomains(List.copyOf(named.values()), withPorts);
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
                            : known.contains(host);
            if (!isService) {
                named.computeIfAbsent(
                        host + ":" + port,
                        name ->
                                new Draft(
                                        name,
                                        host.name(),
                                        Optional.empty(),
                                        list,
                                        Same.as(rule.resource()),
                                        () -> rule.hostOrigin(host)));
            }
        }

        private void ofService(MeshService service, Map<String, Draft> named) {
            Hostname host = service.service().host();
            String name = host + ":" + port;
            Optional<List<Route>> said = attached.routes(service, port);
            if (said.isPresent()) {
                named.put(
                        name,
                        new Draft(
                                name,
                                host.name(),
                                Optional.of(service),
                                said.get(),
                                said.get().isEmpty() ? Same.as(service) : Same.as(said.get()),
                                () ->
                                        said.get().isEmpty()
                                                ? service.service().origin()
                                                : said.get().getFirst().origin()));
                return;
            }
            Optional<BoundVirtualService> rule = ruleFor(host);
            named.put(
                    name,
                    new Draft(
                            name,
                            host.name(),
                            Optional.of(service),
                            rule.map(routes::get).orElseGet(() -> plainRoutes(service, port)),
                            rule.<Same<?>>map(r -> Same.as(r.resource()))
                                    .orElseGet(() -> Same.as(service)),
                            () ->
                                    rule.map(r -> r.resource().origin())
                                            .orElseGet(service.service()::origin)));
        }

        /// The rule that names the host, else the one with the most specific wildcard over it; of
        /// equals the first.
        private Optional<BoundVirtualService> ruleFor(Hostname host) {
            BoundVirtualService exact = byHost.get(host);
            return exact != null
                    ? Optional.of(exact)
                    : byWildcard.entrySet().stream()
                            .filter(e -> e.getKey().covers(host))
                            .findFirst()
                            .map(Map.Entry::getValue);
        }

        private List<VirtualHost> withDomains(List<Draft> drafts, boolean withPorts) {
            List<Named> names = drafts.stream().map(d -> Named.of(d, withPorts)).toList();
            return pieces.domains.get(names, this::domains).stream()
                    .map(each -> {
                        Draft draft = drafts.get(each.index());
                        return pieces.hosts.get(
                                new Host(
                                        draft.name(),
                                        Same.as(each.domains()),
                                        Same.as(draft.routes()),
                                        draft.owner()),
                                host ->
                                        new VirtualHost(
                                                host.name(),
                                                host.domains().get(),
                                                host.routes().get(),
                                                draft.origin().get()));
                    })
                    .toList();
        }

        /// The domains of those that have some, ordered by name; of several that want the same the
        /// first has it.
        private List<Domains> domains(List<Named> all) {
            Set<String> fullNames = new HashSet<>();
            all.forEach(n -> fullNames.add(n.host()));
            Set<String> taken = new HashSet<>();
            var domains = new ArrayList<Domains>(all.size());
            for (int i = 0; i < all.size(); i++) {
                Named named = all.get(i);
                List<String> own =
                        forms(named, fullNames).stream()
                                .flatMap(d -> spelled(d, named.ported()).stream())
                                .filter(d -> taken.add(d.toLowerCase(Locale.ROOT)))
                                .toList();
                if (!own.isEmpty()) {
                    domains.add(new Domains(i, own));
                }
            }
            domains.sort(Comparator.comparing(d -> all.get(d.index()).name()));
            return domains;
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
    ///
    /// @param owner whose lines it comes from
    /// @param origin the line
    record Draft(
            String name,
            String host,
            Optional<MeshService> service,
            List<Route> routes,
            Same<?> owner,
            Supplier<Origin> origin) {}

    private List<String> forms(Named named, Set<String> fullNames) {
        if (!named.service()) {
            return List.of(named.host());
        }
        var forms = new ArrayList<String>();
        addForms(named.host(), fullNames, forms);
        named.aliases().forEach(alias -> addForms(alias.name(), fullNames, forms));
        if (named.headless()) {
            // As in `db-0.db.shop`.
            List.copyOf(forms).forEach(form -> forms.add("*." + form));
        }
        Stream.concat(named.addresses().stream(), named.allocated().stream())
                .filter(Assignments::isIpAddress)
                .filter(a -> !a.equals("0.0.0.0"))
                .forEach(forms::add);
        return forms;
    }

    private void addForms(String host, Set<String> fullNames, List<String> to) {
        HostForms forms = HostForms.of(host, outlook.dnsDomain());
        for (String form : forms.all()) {
            if (!forms.shortened().contains(form) || !fullNames.contains(form)) {
                to.add(form);
            }
        }
    }
}
