package dev.heddle.cli.demo;

import dev.heddle.cli.process.Supervisor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Stops the demo's proxies, each as its [Farewell] says. Heddle's own does it all when it is told
/// to end; around Envoy, which ends at once then, this is what Istio's agent is.
///
/// @param proxies that were started, the gateway first
/// @param envoy the executable, where Envoy is the data plane
record Goodbyes(
        Supervisor supervisor,
        Readiness readiness,
        List<Programs.Proxy> proxies,
        Optional<Path> envoy) {
    private static final Duration GATEWAYS_PATIENCE = Duration.ofMillis(1500);
    private static final Duration SIDECARS_PATIENCE = Duration.ofMillis(1200);
    private static final Duration LOOK = Duration.ofMillis(200);

    /// Ends with the gateway.
    void gateway() {
        for (Programs.Proxy gateway : proxies.stream().limit(1).toList()) {
            readiness.post(admin(gateway, "/drain_listeners?graceful"));
            stop(gateway, GATEWAYS_PATIENCE);
        }
    }

    /// Ends with the last sidecar; they go side by side.
    void sidecars() {
        var threads = new ArrayList<Thread>();
        for (Programs.Proxy sidecar : proxies.stream().skip(1).toList()) {
            threads.add(
                    Thread.startVirtualThread(() -> {
                        if (envoy.isPresent() && sidecar.farewell().isAsked()) {
                            readiness.post(admin(sidecar, "/drain_listeners?graceful"));
                        }
                        stop(sidecar, SIDECARS_PATIENCE);
                    }));
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop(Programs.Proxy proxy, Duration usual) {
        Farewell farewell = proxy.farewell();
        List<String> name = List.of(proxy.program().name());
        if (envoy.isEmpty()) {
            supervisor.stop(name, farewell.patience(usual));
            return;
        }
        pause(farewell.least());
        long looks = farewell.untilTheLast() ? Farewell.LONGEST.dividedBy(LOOK) : 0;
        for (long i = 0; i < looks && hasConnections(proxy); i++) {
            pause(LOOK);
        }
        supervisor.stop(name, usual);
    }

    /// Whether some client is connected to a listener; not those of the admin pages.
    private boolean hasConnections(Programs.Proxy proxy) {
        return readiness
                .get(admin(proxy, "/stats?filter=%5Elistener%5C..*downstream_cx_active$"))
                .map(answer ->
                        answer.body()
                                .lines()
                                .filter(line -> !line.startsWith("listener.admin."))
                                .anyMatch(line -> !line.endsWith(": 0")))
                .orElse(false);
    }

    private static String admin(Programs.Proxy proxy, String path) {
        return "http://127.0.0.1:" + proxy.adminPort() + path;
    }

    private static void pause(Duration time) {
        try {
            var _ = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
