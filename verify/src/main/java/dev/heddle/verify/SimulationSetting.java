package dev.heddle.verify;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.explain.Explanation.Mirrored;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.verify.MeshTest.Behavior;
import dev.heddle.model.verify.MeshTest.Phase;
import dev.heddle.model.verify.MeshTest.Simulation;
import dev.heddle.verify.sim.Setting;
import dev.heddle.verify.sim.Setting.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a simulation needs of a configuration: the proxy's part of it, and who is behind the
/// clusters that its requests go to.
///
/// @param journey of one of its requests
/// @param names of the endpoints, by address
record SimulationSetting(
        World world,
        Simulation simulation,
        Journey journey,
        Request request,
        Compiled compiled,
        Map<InetSocketAddress, String> names) {
    private static final InetSocketAddress DOOR =
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 20_001);
    private static final String DOOR_TEXT = "127.0.0.1:" + DOOR.getPort();

    static SimulationSetting of(
            World world, Simulation simulation, Journey journey, Request request) {
        ProxyScope from = journey.from();
        Interception open =
                from.role() == Role.GATEWAY
                        ? new Interception.Explicit(
                                "", List.of(), Map.of(request.port(), DOOR_TEXT))
                        : new Interception.Explicit(DOOR_TEXT, List.of(), Map.of());
        var scope =
                new ProxyScope(
                        from.role(),
                        from.namespace(),
                        from.labels(),
                        from.dnsDomain(),
                        from.clusterId(),
                        open,
                        from.annotations(),
                        from.locality());
        Compiled compiled = MeshCompiler.compile(world, scope);
        var names = new LinkedHashMap<InetSocketAddress, String>();
        clusters(journey)
                .flatMap(it -> hosts(compiled, it).stream())
                .forEach(it -> names.putIfAbsent(it, name(world, it, from.namespace())));
        return new SimulationSetting(world, simulation, journey, request, compiled, names);
    }

    private static Stream<String> clusters(Journey journey) {
        return Stream.concat(
                        journey.sent().destinations().stream()
                                .flatMap(it -> Stream.of(it.cluster(), it.fallback())),
                        journey.sent().mirrors().stream().map(Mirrored::to).map(Share::cluster))
                .filter(it -> !it.isEmpty())
                .distinct();
    }

    private static List<InetSocketAddress> hosts(Compiled compiled, String cluster) {
        return compiled.plan().assignment(cluster).stream()
                .flatMap(it -> it.groups().stream())
                .flatMap(it -> it.endpoints().stream())
                .map(it ->
                        new InetSocketAddress(
                                InetAddress.ofLiteral(it.address().host()), it.address().port()))
                .toList();
    }

    private static String name(World world, InetSocketAddress address, String namespace) {
        return world.resources().all(Kinds.WORKLOAD_ENTRY).stream()
                .filter(it -> isAt(it.spec(), address))
                .findFirst()
                .map(it ->
                        it.metadata().namespace().equals(namespace)
                                ? it.metadata().name()
                                : it.metadata().namespace() + "/" + it.metadata().name())
                .orElseGet(() -> text(address));
    }

    private static boolean isAt(WorkloadEntry workload, InetSocketAddress address) {
        return workload.address().equals(address.getAddress().getHostAddress())
                && (workload.ports().isEmpty()
                        || workload.ports().containsValue(address.getPort()));
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /// What the endpoint is called that a test names.
    String name(String said) {
        String whole = journey.from().namespace() + "/";
        return names.entrySet().stream()
                .filter(it ->
                        it.getValue().equals(said)
                                || (whole + it.getValue()).equals(said)
                                || text(it.getKey()).equals(said))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(said);
    }

    /// Endpoints that the simulation speaks of, and that there are not.
    List<String> unknown() {
        return simulation.endpoints().stream()
                .map(Behavior::workload)
                .filter(it -> !names.containsValue(name(it)))
                .toList();
    }

    Setting setting() {
        Map<String, List<InetSocketAddress>> clusters =
                clusters(journey).collect(Collectors.toMap(it -> it, it -> hosts(compiled, it)));
        return new Setting(
                compiled.snapshot(),
                node(),
                DOOR,
                text(),
                names.entrySet().stream()
                        .map(it -> new Endpoint(it.getValue(), it.getKey(), phases(it.getValue())))
                        .toList(),
                clusters,
                simulation.load().orElseThrow(),
                simulation.seed().orElse(1));
    }

    private List<Phase> phases(String name) {
        return simulation.endpoints().stream()
                .filter(it -> name(it.workload()).equals(name))
                .flatMap(it -> it.phases().stream())
                .toList();
    }

    private String node() {
        ProxyScope from = journey.from();
        return """
        node:
          id: %s~127.0.0.1~simulation.%s~%s
          cluster: simulation.%s
          locality: {region: "%s", zone: "%s", sub_zone: "%s"}
        """
                .formatted(
                        from.role() == Role.GATEWAY ? "router" : "sidecar",
                        from.namespace(),
                        from.dnsDomain(),
                        from.namespace(),
                        from.locality().region(),
                        from.locality().zone(),
                        from.locality().subZone());
    }

    /// A sidecar is asked as the proxy that it is here; a gateway as the server that it seems.
    private String text() {
        boolean isGateway = journey.from().role() == Role.GATEWAY;
        var text = new StringBuilder();
        text.append(request.method())
                .append(' ')
                .append(isGateway ? "" : "http://" + request.authority())
                .append(request.path())
                .append(" HTTP/1.1\r\nhost: ")
                .append(request.authority())
                .append("\r\n");
        request.headers().entrySet().stream()
                .filter(it -> !it.getKey().equals("host"))
                .forEach(it ->
                        text.append(it.getKey()).append(": ").append(it.getValue()).append("\r\n"));
        return text.append(request.method().equals("GET") ? "" : "content-length: 0\r\n")
                .append("\r\n")
                .toString();
    }
}
