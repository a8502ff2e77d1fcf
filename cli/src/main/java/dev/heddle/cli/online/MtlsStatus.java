package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Table;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// `heddle mtls status`: which proxies have an identity, what they take, and who could call nobody
/// any more if everything were STRICT. By what proxies were given, not by what went over the wire.
public final class MtlsStatus {
    private static final String CERTIFICATE = "default";
    private static final String TLS_MODE = "security.istio.io/tlsMode";

    private MtlsStatus() {}

    /// What is known of one proxy.
    ///
    /// @param takes `mutual TLS`, `both`, `plain text`, or `-` for a proxy that takes nothing in
    private record Line(String proxy, boolean hasIdentity, String takes) {}

    /// Prints a line for each proxy, and what stands against STRICT.
    ///
    /// @return 1 when something does, 0 otherwise
    public static int run(Api api, Machine machine) {
        var lines = new ArrayList<Line>();
        for (Answer proxy : api.get("proxies").answer().at("proxies").items()) {
            // One that was given nothing yet takes nothing yet.
            if (proxy.at("connected").isTrue() && !proxy.at("sent").text().isEmpty()) {
                lines.add(line(api, proxy.at("id").text()));
            }
        }
        machine.out()
                .print(
                        new Table(
                                        List.of("PROXY", "IDENTITY", "TAKES"),
                                        lines.stream()
                                                .map(l ->
                                                        List.of(
                                                                l.proxy(),
                                                                l.hasIdentity() ? "yes" : "no",
                                                                l.takes()))
                                                .toList())
                                .print());
        List<String> against = against(lines, api.get("services").answer());
        machine.out().println();
        machine.out()
                .println(
                        against.isEmpty()
                                ? "Nothing stands against STRICT."
                                : "Against STRICT for the whole mesh:");
        against.forEach(line -> machine.out().println("  " + line));
        return against.isEmpty() ? 0 : 1;
    }

    private static Line line(Api api, String id) {
        Api.Reply reply =
                api.get("proxies/" + URLEncoder.encode(id, StandardCharsets.UTF_8) + "/config");
        Answer resources = reply.answer().at("resources");
        boolean hasIdentity =
                resources.at("SDS").items().stream()
                        .anyMatch(s -> s.at("name").text().equals(CERTIFICATE));
        return new Line(ProxyStatus.shortName(id), hasIdentity, takes(resources.at("LDS").items()));
    }

    private static String takes(List<Answer> listeners) {
        boolean plain = false;
        boolean mutual = false;
        for (Answer listener : listeners) {
            if (!listener.at("traffic_direction").text().equals("INBOUND")) {
                continue;
            }
            for (Answer chain : listener.at("filter_chains").items()) {
                Answer match = chain.at("filter_chain_match");
                boolean isMutual =
                        chain.at("transport_socket", "typed_config", "require_client_certificate")
                                .isTrue();
                // What goes to the capture's own port ends there, and foreign TLS is none of ours.
                boolean isOurs =
                        !chain.at("name").text().endsWith("blackhole")
                                && !match.at("transport_protocol").text().equals("tls");
                mutual |= isMutual;
                plain |= !isMutual && isOurs;
            }
        }
        return mutual ? (plain ? "both" : "mutual TLS") : plain ? "plain text" : "-";
    }

    private static List<String> against(List<Line> lines, Answer services) {
        var against = new ArrayList<String>();
        for (Line line : lines) {
            if (!line.hasIdentity()) {
                against.add(line.proxy() + " has no identity: it could call nobody, and nobody it");
            }
        }
        for (Answer service : services.at("services").items()) {
            var plain = new TreeSet<String>();
            for (Answer endpoint : service.at("endpoints").items()) {
                if (!service.at("external").isTrue()
                        && !endpoint.at("labels").at(TLS_MODE).text().equals("istio")) {
                    plain.add(endpoint.at("address").text() + ":" + endpoint.at("port").text());
                }
            }
            if (!plain.isEmpty()) {
                against.add(
                        "%s: %s have no label %s: istio, so callers speak plain text to them"
                                .formatted(
                                        service.at("host").text(),
                                        String.join(", ", plain),
                                        TLS_MODE));
            }
        }
        return against;
    }
}
