package dev.heddle.cli.online;

import dev.heddle.model.Confined;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Requests of a running mesh, listened to for a while, as lines of a log: Istio's JSON, with the
/// labels of who sent them as a collector of logs has them.
@Confined("one thread")
public final class TappedRequests {
    /// As many as the control plane lets through.
    private static final int RATE = 1_000;

    private final Map<String, Node> proxies = new HashMap<>();
    private final StringBuilder lines = new StringBuilder();

    private TappedRequests() {}

    /// Listens.
    ///
    /// @param namespace whose proxies tell; empty for all that one may listen to
    /// @return lines of JSON
    public static byte[] listen(Api api, String namespace, Duration time) {
        var requests = new TappedRequests();
        Tap.listen(api, new Tap.Question(namespace, "", "", "", "", RATE, time), requests::onLine);
        return requests.lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void onLine(Answer line) {
        switch (line.at("kind").text()) {
            case "begin" ->
                    line.at("proxies")
                            .items()
                            .forEach(proxy -> proxies.put(proxy.at("id").text(), pod(proxy)));
            case "log" -> lines.append(Json.compact(entry(line))).append('\n');
            default -> {
                // It goes on, or is over.
            }
        }
    }

    private static Node pod(Answer proxy) {
        return Node.Mapping.EMPTY
                .with("labels", proxy.at("labels").node())
                .with("namespace_name", proxy.at("namespace").text());
    }

    private Node entry(Answer log) {
        boolean isReceived = log.at("reporter").text().equals("destination");
        String cluster = log.at("cluster").text();
        String flags =
                List.copyOf(log.at("flags").items()).stream()
                        .map(Answer::text)
                        .collect(Collectors.joining(","));
        var entry =
                Node.Mapping.EMPTY
                        .with("method", log.at("method").text())
                        .with("path", log.at("path").text())
                        .with("authority", log.at("authority").text())
                        .with("response_code", log.at("code").text())
                        .with("response_flags", flags.isEmpty() ? "-" : flags)
                        // What a workload received is told from what it sent by the cluster.
                        .with("upstream_cluster", isReceived ? "inbound|0||" : cluster)
                        .with("downstream_remote_address", log.at("remoteAddress").text());
        Node pod = proxies.get(log.at("node").text());
        return pod == null ? entry : entry.with("kubernetes", pod);
    }
}
