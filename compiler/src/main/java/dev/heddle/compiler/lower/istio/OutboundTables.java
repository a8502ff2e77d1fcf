package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.alike.OnceOnly;
import dev.heddle.compiler.reuse.Row;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.BoundVirtualService.NamedHost;
import dev.heddle.compiler.select.EgressScope;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// The virtual hosts that a sidecar knows, by the port that its workload calls.
public final class OutboundTables {
    private final Outlook outlook;
    private final ServiceRouting attached;
    private final Pieces pieces;
    private final int egress;
    private final List<MeshService> visible;
    private final List<BoundVirtualService> rules;
    private final TableFrame.Basis basis;
    private final Map<Integer, Table> tables = new HashMap<>();
    private final RouteLowering lowering;
    private final Destinations destinations;

    /// Of services that no rule speaks about.
    private final Resilience resilience;

    /// A service that no VirtualService speaks about.
    record Plain(Same<MeshService> service, int port) {}

    /// Whose table it is.
    ///
    /// @param egress number of the egress listener
    record Place(int egress, int port) {}

    /// A table, in one of two spellings.
    record Spelled(Place place, boolean ported) {}

    /// All that a virtual host is made of.
    ///
    /// @param owner of whose lines its own is one, which its host says
    record Host(
            String name,
            Hostname host,
            Same<List<String>> domains,
            Same<List<Route>> routes,
            Same<?> owner) {}

    /// @param number of the egress listener among those of its proxy
    /// @param egress what is known where these tables are used
    /// @param pieces made before, and to keep
    /// @param attached routes of services in other words than Istio's
    public OutboundTables(
            MeshIndex index,
            Outlook outlook,
            int number,
            EgressScope egress,
            Pieces pieces,
            ServiceRouting attached) {
        this.attached = attached;
        this.outlook = outlook;
        this.pieces = pieces;
        this.egress = number;
        this.visible = egress.services();
        this.rules = egress.rules();
        this.basis =
                new TableFrame.Basis(
                        Same.each(visible),
                        rules.stream().map(BoundVirtualService::hosts).toList());
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
        ports.add(TableFrame.ANY_HOST_PORT);
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

    /// The table of one port.
    private final class Table {
        private final Place place;
        private final TableFrame.Speakers speakers;

        /// The speaking rules.
        private final List<BoundVirtualService> speaking;

        /// Of each of them.
        private final List<List<Route>> routes;

        private final Map<Boolean, List<VirtualHost>> built = new HashMap<>();

        private Table(int port) {
            this.place = new Place(egress, port);
            this.speakers =
                    pieces.speakers.get(
                            place,
                            earlier -> Optional.of(earlier).filter(it -> it.basis().equals(basis)),
                            _ -> TableFrame.Speakers.of(basis, port));
            this.speaking = speakers.rules().stream().map(rules::get).toList();
            this.routes = lowering.lower(speaking, place);
        }

        private Optional<VirtualHost> find(String name) {
            return build(false).stream().filter(v -> v.name().equals(name)).findFirst();
        }

        private List<VirtualHost> build(boolean withPorts) {
            return built.computeIfAbsent(withPorts, this::made);
        }

        private List<VirtualHost> made(boolean withPorts) {
            var spelled = new Spelled(place, withPorts);
            TableFrame frame = frame(spelled);
            var hosts = new ArrayList<Host>(frame.slots().size());
            for (int i = 0; i < frame.slots().size(); i++) {
                hosts.add(host(frame.slots().get(i), frame.domains().get(i).all()));
            }
            return pieces.hosts
                    .get(
                            spelled,
                            earlier -> Optional.of(earlier.next(hosts, OutboundTables::made)),
                            _ -> Row.<Host, VirtualHost>none().next(hosts, OutboundTables::made))
                    .values();
        }

        private TableFrame frame(Spelled spelled) {
            var silent = new BitSet();
            for (int i = 0; i < routes.size(); i++) {
                silent.set(i, routes.get(i).isEmpty());
            }
            var spelling = new TableFrame.Spelling(outlook.dnsDomain(), spelled.ported());
            return pieces.frames.get(
                    spelled,
                    earlier ->
                            Optional.of(
                                    TableFrame.of(
                                            speakers, silent, spelling, Optional.of(earlier))),
                    _ -> TableFrame.of(speakers, silent, spelling, Optional.empty()));
        }

        private Host host(TableFrame.Slot slot, List<String> domains) {
            Optional<List<Route>> said =
                    slot.service().flatMap(it -> attached.routes(it, place.port()));
            if (said.isPresent() && !said.get().isEmpty()) {
                return host(slot, domains, said.get(), said.get());
            }
            if (said.isEmpty() && slot.rule() >= 0) {
                BoundVirtualService rule = speaking.get(slot.rule());
                return host(
                        slot,
                        domains,
                        routes.get(slot.rule()),
                        slot.service().isPresent() ? rule.resource() : rule);
            }
            MeshService service = slot.service().orElseThrow();
            return host(
                    slot,
                    domains,
                    said.orElseGet(() -> plainRoutes(service, place.port())),
                    service);
        }

        private static Host host(
                TableFrame.Slot slot, List<String> domains, List<Route> routes, Object owner) {
            return new Host(
                    slot.name(), slot.host(), Same.as(domains), Same.as(routes), Same.as(owner));
        }
    }

    private static VirtualHost made(Host host) {
        return new VirtualHost(
                host.name(),
                host.domains().get(),
                host.routes().get(),
                switch (host.owner().get()) {
                    case BoundVirtualService rule -> rule.hostOrigin(host.host());
                    case Resource<?> rule -> rule.origin();
                    case MeshService service -> service.service().origin();
                    default -> host.routes().get().getFirst().origin();
                });
    }
}
