package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.DatagramListener.Name;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Listener.Inspector;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.model.Origin;
import dev.heddle.model.match.IpAddresses;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The names that a sidecar answers its workload's questions for, by Istio's rules: a service has
/// its virtual addresses, or those that the mesh gave it; one that has none and is wherever it is
/// called has its endpoints'. What has no address is asked for elsewhere.
///
/// A Service of Kubernetes is also known by the shorter names that Kubernetes has for it. Of a
/// Service and a ServiceEntry of one host the Service counts; ServiceEntries bring their addresses
/// together.
final class MeshNames {
    /// Where Istio's node sends questions for names to.
    private static final SocketAddress ADDRESS = new SocketAddress("127.0.0.1", 15_053);

    private static final String NAME = "names";

    private MeshNames() {}

    /// Questions over UDP.
    static DatagramListener listener(Outlook outlook, SidecarScope scope, String domain) {
        List<String> search =
                outlook.dnsDomain().isEmpty() ? List.of() : List.of(outlook.dnsDomain());
        return new DatagramListener(
                NAME,
                ADDRESS,
                Direction.OUTBOUND,
                new DatagramListener.Service.Names(
                        names(scope.services(), scope.namespace(), domain), search),
                Origin.BUILT_IN);
    }

    /// Questions over TCP. Who calls the address itself is nobody's client where they are passed
    /// on.
    static Listener overTcp() {
        var chains =
                List.of(
                        new FilterChain(
                                "names-called",
                                Match.ofPort(ADDRESS.port()),
                                new Handling.Names(NAME, ClusterName.BLACK_HOLE),
                                Origin.BUILT_IN),
                        new FilterChain(
                                "names-redirected",
                                Match.ALL,
                                new Handling.Names(NAME, ClusterName.PASSTHROUGH),
                                Origin.BUILT_IN));
        return new Listener(
                NAME + "_tcp",
                ADDRESS,
                Direction.OUTBOUND,
                Capture.BOUND,
                List.of(Inspector.ORIGINAL_DESTINATION),
                chains,
                Optional.empty(),
                Origin.BUILT_IN);
    }

    /// @param namespace whose services are known by their names alone
    /// @param domain of the mesh
    static List<Name> names(List<MeshService> services, String namespace, String domain) {
        SortedMap<String, Name> names = new TreeMap<>();
        of(services, Registry.CORE).forEach(service -> addAll(service, namespace, domain, names));
        of(services, Registry.IMPORT).forEach(service -> addAll(service, namespace, domain, names));
        SortedMap<String, Name> entries = new TreeMap<>();
        of(services, Registry.ENTRY)
                .flatMap(service -> name(service).stream())
                .forEach(name -> entries.merge(name.name(), name, MeshNames::joined));
        entries.values().forEach(name -> names.putIfAbsent(name.name(), name));
        return List.copyOf(names.values());
    }

    private static Stream<MeshService> of(List<MeshService> services, Registry registry) {
        return services.stream().filter(service -> service.registry() == registry);
    }

    /// Empty for one that has no address, or is every host.
    private static Optional<Name> name(MeshService service) {
        List<String> addresses = addresses(service);
        String host = service.service().host().name().toLowerCase(Locale.ROOT);
        return addresses.isEmpty() || host.equals("*")
                ? Optional.empty()
                : Optional.of(new Name(host, addresses, service.service().origin()));
    }

    private static void addAll(
            MeshService service, String namespace, String domain, Map<String, Name> names) {
        name(service)
                .ifPresent(name -> {
                    names.putIfAbsent(name.name(), name);
                    if (name.name().endsWith("." + domain)) {
                        aliases(name.name(), service.service().namespace(), namespace)
                                .forEach(alias ->
                                        names.putIfAbsent(
                                                alias,
                                                new Name(alias, name.addresses(), name.origin())));
                    }
                });
    }

    private static Name joined(Name first, Name second) {
        return new Name(
                first.name(),
                Stream.concat(first.addresses().stream(), second.addresses().stream())
                        .distinct()
                        .toList(),
                first.origin());
    }

    /// As in `web.shop.svc`, `web.shop` and, in its own namespace, `web`.
    private static List<String> aliases(String host, String of, String namespace) {
        String name = host.substring(0, host.indexOf('.'));
        var aliases = new ArrayList<String>();
        aliases.add(name + "." + of + ".svc");
        aliases.add(name + "." + of);
        if (of.equals(namespace)) {
            aliases.add(name);
        }
        return aliases;
    }

    private static List<String> addresses(MeshService service) {
        List<String> said = service.service().addresses();
        if (said.stream().anyMatch(a -> !a.equals("0.0.0.0") && !a.equals("None"))) {
            return said.stream().filter(IpAddresses::isAddress).distinct().toList();
        }
        if (!service.traits().allocated().isEmpty()) {
            return service.traits().allocated();
        }
        boolean isWhereCalled = service.service().resolution() == Resolution.PASSTHROUGH;
        if (!isWhereCalled || service.service().ports().isEmpty()) {
            return List.of();
        }
        Set<String> found = new LinkedHashSet<>();
        service.endpoints(service.service().ports().getFirst().number()).stream()
                .map(Endpoint::address)
                .filter(IpAddresses::isAddress)
                .forEach(found::add);
        return List.copyOf(found);
    }
}
