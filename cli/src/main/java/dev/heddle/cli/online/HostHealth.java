package dev.heddle.cli.online;

import dev.heddle.model.codec.Json;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What a proxy thinks of the hosts that it may send requests to, as its admin page `/clusters`
/// tells it. Heddle's proxy and Envoy tell the same.
///
/// @param byCluster what is wrong with each host, by its address; empty for a healthy one
public record HostHealth(Map<String, Map<String, String>> byCluster) {
    /// By the names of Envoy's `HostHealthStatus`.
    private static final Map<String, String> WORDS =
            Map.of(
                    "failed_outlier_check", "ejected, as it failed too often",
                    "failed_active_health_check", "fails its health checks",
                    "failed_active_degraded_check", "degraded, as its health checks say",
                    "pending_active_hc", "not checked yet",
                    "pending_dynamic_removal", "about to go");

    public HostHealth {
        byCluster = Map.copyOf(byCluster);
    }

    /// Asks a proxy.
    ///
    /// @throws dev.heddle.cli.text.Failure when none answers
    public static HostHealth read(InetSocketAddress admin) {
        var clusters = new HashMap<String, Map<String, String>>();
        var page = new Answer(Json.parse(ProxyAdmin.get(admin, "/clusters?format=json")));
        for (Answer cluster : page.at("cluster_statuses").items()) {
            var hosts = new HashMap<String, String>();
            for (Answer host : cluster.at("host_statuses").items()) {
                Answer address = host.at("address", "socket_address");
                hosts.put(
                        address.at("address").text() + ":" + address.at("port_value").text(),
                        wrong(host.at("health_status")));
            }
            clusters.put(cluster.at("name").text(), Map.copyOf(hosts));
        }
        return new HostHealth(clusters);
    }

    private static String wrong(Answer status) {
        String said = status.at("eds_health_status").text();
        List<String> words =
                Stream.concat(
                                WORDS.keySet().stream()
                                        .filter(name -> status.at(name).text().equals("true"))
                                        .sorted()
                                        .flatMap(name -> Stream.ofNullable(WORDS.get(name))),
                                said.isEmpty() || said.equals("HEALTHY") || said.equals("UNKNOWN")
                                        ? Stream.of()
                                        : Stream.of("said to be " + said))
                        .toList();
        return String.join(", ", words);
    }

    /// What is wrong with a host, or nothing; empty where the proxy does not know it.
    public Optional<String> of(String cluster, String address) {
        return Optional.ofNullable(byCluster.getOrDefault(cluster, Map.of()).get(address));
    }
}
