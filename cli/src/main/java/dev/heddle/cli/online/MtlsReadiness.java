package dev.heddle.cli.online;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/// How ready a running mesh is for STRICT: by what proxies were given, and by what they told of
/// calls.
///
/// @param proxies the connected ones
/// @param objections who could call nobody any more, or nobody could call, if it were STRICT
record MtlsReadiness(List<Line> proxies, List<Objection> objections) {
    /// So long what was told of calls counts.
    private static final Duration RECENTLY = Duration.ofMinutes(15);

    private static final String CERTIFICATE = "default";
    private static final String TLS_MODE = "security.istio.io/tlsMode";

    MtlsReadiness {
        proxies = List.copyOf(proxies);
        objections = List.copyOf(objections);
    }

    /// What is known of one proxy.
    ///
    /// @param takes `mutual TLS`, `both`, `plain text`, or `-` for a proxy that takes nothing in
    record Line(String proxy, boolean hasIdentity, String takes) {}

    /// What stands against STRICT.
    ///
    /// @param namespace of who would be called; empty where it is about everybody
    record Objection(String namespace, String text) {}

    /// Asks the control plane.
    static MtlsReadiness of(Api api) {
        var lines = new ArrayList<Line>();
        for (Answer proxy : api.get("proxies").answer().at("proxies").items()) {
            // One that was given nothing yet takes nothing yet.
            if (proxy.at("connected").isTrue() && !proxy.at("sent").text().isEmpty()) {
                lines.add(line(api, proxy.at("id").text()));
            }
        }
        var objections = new ArrayList<Objection>();
        for (Line line : lines) {
            if (!line.hasIdentity()) {
                objections.add(
                        new Objection(
                                "",
                                line.proxy()
                                        + " has no identity: it could call nobody, and nobody it"));
            }
        }
        unlabelled(api.get("services").answer(), objections);
        seen(api, objections);
        return new MtlsReadiness(lines, objections);
    }

    /// What stands against STRICT in a namespace.
    List<String> against(String namespace) {
        return objections.stream()
                .filter(it -> it.namespace().isEmpty() || it.namespace().equals(namespace))
                .map(Objection::text)
                .toList();
    }

    /// What stands against STRICT anywhere.
    List<String> against() {
        return objections.stream().map(Objection::text).toList();
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

    private static void unlabelled(Answer services, List<Objection> objections) {
        for (Answer service : services.at("services").items()) {
            var plain = new TreeSet<String>();
            for (Answer endpoint : service.at("endpoints").items()) {
                if (!service.at("external").isTrue()
                        && !endpoint.at("labels").at(TLS_MODE).text().equals("istio")) {
                    plain.add(endpoint.at("address").text() + ":" + endpoint.at("port").text());
                }
            }
            if (!plain.isEmpty()) {
                objections.add(
                        new Objection(
                                service.at("namespace").text(),
                                ("%s: %s have no label %s: istio, so callers speak plain text"
                                                + " to them")
                                        .formatted(
                                                service.at("host").text(),
                                                String.join(", ", plain),
                                                TLS_MODE)));
            }
        }
    }

    /// Callers that have a proxy are known by their names, the others only by whom they call.
    private static void seen(Api api, List<Objection> objections) {
        var named = new TreeSet<String>();
        for (Answer edge : plain(api, "edge")) {
            Answer to = edge.at("destination");
            if (!edge.at("source", "workload").text().isEmpty()) {
                named.add(name(to));
                objections.add(called(name(edge.at("source")), to, edge));
            }
        }
        for (Answer workload : plain(api, "workload")) {
            if (!named.contains(name(workload))) {
                objections.add(called("somebody without a proxy", workload, workload));
            }
        }
    }

    /// What was called in plain text lately; nothing where nothing is kept of calls.
    private static List<Answer> plain(Api api, String by) {
        Api.Reply reply = api.ask("signals?by=%s&seconds=%d".formatted(by, RECENTLY.toSeconds()));
        return reply.status() != 200
                ? List.of()
                : reply.answer().at("signals").items().stream()
                        .filter(it -> !it.at("secureShare").text().isEmpty())
                        .filter(it -> secured(it) < 1)
                        .toList();
    }

    private static double secured(Answer signals) {
        return Double.parseDouble(signals.at("secureShare").text());
    }

    private static Objection called(String caller, Answer to, Answer signals) {
        return new Objection(
                to.at("namespace").text(),
                String.format(
                        Locale.ROOT,
                        "%s called %s in plain text: %.0f %% of %s calls in the last %d minutes",
                        caller,
                        name(to),
                        100 * (1 - secured(signals)),
                        signals.at("requests").text(),
                        RECENTLY.toMinutes()));
    }

    private static String name(Answer party) {
        return party.at("workload").text() + "." + party.at("namespace").text();
    }
}
