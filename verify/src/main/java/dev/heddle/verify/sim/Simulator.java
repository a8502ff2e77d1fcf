package dev.heddle.verify.sim;

import dev.heddle.proxy.runtime.Worker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Lets a client make its requests through a proxy to endpoints, in virtual time.
public final class Simulator {
    /// How often it is looked who is ejected: who is so for less may be overlooked.
    private static final Duration GLANCE = Duration.ofMillis(10);

    /// For how long after the last request an answer is waited for.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Simulator() {}

    /// Runs it.
    public static Measured run(Setting setting) {
        try (var loop = new VirtualLoop(setting.seed())) {
            Worker servers = loop.worker();
            List<SimulatedEndpoint> endpoints =
                    setting.endpoints().stream()
                            .map(it ->
                                    new SimulatedEndpoint(
                                            loop, servers, it.name(), it.address(), it.phases()))
                            .toList();
            loop.settle();
            try (var proxy =
                    new SimulatedProxy(loop, setting.snapshot(), setting.node(), setting.seed())) {
                return proxy.refused().isEmpty()
                        ? measured(setting, loop, proxy, endpoints)
                        : Measured.nothing(String.join("; ", proxy.refused()));
            } catch (IOException e) {
                return Measured.nothing(String.valueOf(e.getMessage()));
            }
        }
    }

    private static Measured measured(
            Setting setting,
            VirtualLoop loop,
            SimulatedProxy proxy,
            List<SimulatedEndpoint> endpoints) {
        List<SimulatedCall> calls = scheduled(setting, loop);
        int count = count(setting);
        Map<InetSocketAddress, String> names =
                setting.endpoints().stream()
                        .collect(
                                Collectors.toMap(
                                        Setting.Endpoint::address, Setting.Endpoint::name));
        var ejected = new TreeSet<String>();
        long limit = loop.nanos() + setting.load().duration().plus(PATIENCE).toNanos();
        boolean isOver = false;
        while (!isOver && loop.nanos() < limit) {
            proxy.advance(GLANCE);
            glance(setting, names, proxy, ejected);
            isOver = calls.size() == count && calls.stream().allMatch(SimulatedCall::isOver);
        }
        if (endpoints.stream().anyMatch(SimulatedEndpoint::wasSpokenToInHttp2)) {
            return Measured.nothing("endpoints that speak HTTP/2 cannot be simulated");
        }
        var statuses = new HashMap<Integer, Integer>();
        var answers = new HashMap<String, Integer>();
        var times = new ArrayList<Duration>();
        for (SimulatedCall call : calls) {
            statuses.merge(call.status(), 1, Integer::sum);
            times.add(call.isOver() ? call.took() : PATIENCE);
            if (!call.endpoint().isEmpty()) {
                answers.merge(call.endpoint(), 1, Integer::sum);
            }
        }
        return new Measured(
                statuses,
                times,
                endpoints.stream().mapToInt(SimulatedEndpoint::requests).sum(),
                ejected,
                answers,
                List.of());
    }

    private static int count(Setting setting) {
        return Math.max(
                1,
                (int)
                        (setting.load().requestsPerSecond()
                                * setting.load().duration().toMillis()
                                / 1_000));
    }

    /// The calls that were begun, of which there are none yet.
    private static List<SimulatedCall> scheduled(Setting setting, VirtualLoop loop) {
        Worker clients = loop.worker();
        byte[] request = setting.request().getBytes(StandardCharsets.ISO_8859_1);
        var calls = new ArrayList<SimulatedCall>();
        long distance = 1_000_000_000L / setting.load().requestsPerSecond();
        for (int i = 0; i < count(setting); i++) {
            loop.schedule(
                    Duration.ofNanos(distance * i),
                    () -> calls.add(new SimulatedCall(loop, clients, setting.door(), request)));
        }
        return calls;
    }

    private static void glance(
            Setting setting,
            Map<InetSocketAddress, String> names,
            SimulatedProxy proxy,
            Set<String> ejected) {
        setting.clusters()
                .forEach((cluster, hosts) ->
                        hosts.stream()
                                .filter(it -> proxy.isEjected(cluster, it))
                                .forEach(it -> ejected.add(names.getOrDefault(it, it.toString()))));
    }
}
