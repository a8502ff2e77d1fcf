package dev.heddle.cli.explain;

import dev.heddle.cli.offline.FindingsText;
import dev.heddle.cli.online.HostHealth;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.FeatureText;
import dev.heddle.compiler.explain.Reception;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.model.Origin;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// An explanation as people and programs read it.
final class ExplanationText {
    private static final Node NULL = new Node.Null(dev.heddle.model.Position.UNKNOWN);

    private ExplanationText() {}

    /// Stable: names are only ever added. `rateLimit` is null for as long as nothing sets it,
    /// `retries` where a request is tried once, `fault` and `cors` where no rule says anything, the
    /// `authorization`'s policy where none decides.
    ///
    /// @param health of hosts, as the sender's proxy knows it; empty where it was not asked
    static String json(Explanation answer, List<Reception> received, Optional<HostHealth> health) {
        return Json.pretty(
                node(answer, health)
                        .with(
                                "received",
                                received.stream().map(ExplanationText::reception).toList()));
    }

    private static Node.Mapping reception(Reception reception) {
        String caller = reception.caller().name();
        return Node.Mapping.EMPTY
                .with("host", reception.host())
                .with("workload", reception.workload())
                .with("caller", caller.isEmpty() ? NULL : Node.of(caller))
                .with("authorization", access(reception.answer().access()))
                .with("reply", reception.answer().reply().map(ExplanationText::reply).orElse(NULL))
                .with(
                        "tried",
                        reception.answer().tried().stream().map(ExplanationText::tried).toList());
    }

    private static Node.Mapping access(Explanation.Access access) {
        return Node.Mapping.EMPTY
                .with(
                        "decision",
                        switch (access.decision()) {
                            case ALLOWED -> "allow";
                            case REFUSED -> "deny";
                            case UNSURE -> "unsure";
                        })
                .with("policy", access.rule().isEmpty() ? NULL : Node.of(access.rule()))
                .with("origin", origin(access.origin()));
    }

    private static Node.Mapping node(Explanation answer, Optional<HostHealth> health) {
        return Node.Mapping.EMPTY
                .with("listener", answer.listener())
                .with("virtualHost", answer.virtualHost())
                .with("route", answer.route())
                .with("routeOrigin", origin(answer.routeOrigin()))
                .with("cluster", answer.cluster())
                .with(
                        "destinations",
                        answer.destinations().stream().map(it -> share(it, health)).toList())
                .with("mirrors", answer.mirrors().stream().map(ExplanationText::mirror).toList())
                .with("headersAdded", added(answer.headers()))
                .with("headersRemoved", removed(answer.headers()))
                .with("timeout", timeout(answer.resilience().timeout()))
                .with(
                        "retries",
                        answer.resilience().retry().map(FeatureNodes::retries).orElse(NULL))
                .with("fault", FeatureNodes.fault(answer.features()).orElse(NULL))
                .with("cors", FeatureNodes.cors(answer.features()).orElse(NULL))
                .with("asked", FeatureNodes.asked(answer.features()))
                .with("session", FeatureNodes.session(answer.features()).orElse(NULL))
                .with("authorization", access(answer.access()))
                .with("rateLimit", FeatureNodes.limits(answer.features()))
                .with("reply", answer.reply().map(ExplanationText::reply).orElse(NULL))
                .with("tried", answer.tried().stream().map(ExplanationText::tried).toList())
                .with("findings", answer.findings().stream().map(FindingsText::node).toList());
    }

    private static Node.Mapping share(Explanation.Share share, Optional<HostHealth> health) {
        Node.Mapping taken = taken(share);
        Node.Mapping whole =
                share.standby().isEmpty()
                        ? taken
                        : taken.with("standby", share.standby().stream().map(Node::of).toList());
        return health.isEmpty()
                ? whole
                : whole.with("health", Node.Mapping.of(health(share, health.get())));
    }

    private static Map<String, Node> health(Explanation.Share share, HostHealth health) {
        var hosts = new LinkedHashMap<String, Node>();
        hosts(share).forEach(it -> hosts.put(it, Node.of(words(health.of(share.cluster(), it)))));
        return hosts;
    }

    private static void unhealthy(StringBuilder text, Explanation.Share share, HostHealth health) {
        hosts(share)
                .forEach(host -> {
                    Optional<String> wrong = health.of(share.cluster(), host);
                    if (!wrong.equals(Optional.of(""))) {
                        line(text, "  now", host + ": " + words(wrong));
                    }
                });
    }

    private static Stream<String> hosts(Explanation.Share share) {
        return Stream.concat(share.endpoints().stream(), share.standby().stream()).distinct();
    }

    private static String words(Optional<String> health) {
        return health.map(it -> it.isEmpty() ? "healthy" : it).orElse("not known to the proxy");
    }

    private static Node.Mapping taken(Explanation.Share share) {
        return Node.Mapping.EMPTY
                .with("host", share.host())
                .with("subset", share.subset())
                .with("port", share.port())
                .with("weight", share.weight())
                .with("cluster", share.cluster())
                .with("endpoints", share.endpoints().stream().map(Node::of).toList())
                .with("headersAdded", added(share.headers()))
                .with("fallback", share.fallback())
                .with("origin", origin(share.origin()));
    }

    private static Node.Mapping mirror(Explanation.Mirrored mirror) {
        return Node.Mapping.EMPTY
                .with("host", mirror.to().host())
                .with("subset", mirror.to().subset())
                .with("port", mirror.to().port())
                .with("percent", FeatureNodes.percent(mirror.of()))
                .with("cluster", mirror.to().cluster())
                .with("origin", origin(mirror.to().origin()));
    }

    private static Node reply(Explanation.Reply reply) {
        return Node.Mapping.EMPTY
                .with("status", reply.status())
                .with(
                        "grpcStatus",
                        reply.grpcStatus().isPresent()
                                ? Node.of(reply.grpcStatus().getAsInt())
                                : NULL)
                .with("flag", reply.flag())
                .with("detail", reply.detail());
    }

    private static Node.Mapping tried(Explanation.Tried tried) {
        return Node.Mapping.EMPTY
                .with("what", tried.what())
                .with("matched", tried.matched())
                .with("why", tried.why())
                .with("origin", origin(tried.origin()));
    }

    private static Node origin(Origin origin) {
        return origin.equals(Origin.BUILT_IN) ? NULL : FindingsText.node(origin);
    }

    private static Node timeout(Duration timeout) {
        return timeout.isZero() ? NULL : Node.of(seconds(timeout));
    }

    private static String seconds(Duration time) {
        return FeatureText.of(time);
    }

    private static Node added(HeaderEdit edit) {
        return Node.Mapping.EMPTY
                .with("request", written(edit.request()))
                .with("response", written(edit.response()));
    }

    private static Node written(HeaderEdit.Edits edits) {
        Map<String, Node> values = new LinkedHashMap<>();
        edits.writes().forEach(write -> values.put(write.name(), Node.of(write.value())));
        return Node.Mapping.of(values);
    }

    private static Node removed(HeaderEdit edit) {
        return Node.Mapping.EMPTY
                .with("request", edit.request().removals().stream().map(Node::of).toList())
                .with("response", edit.response().removals().stream().map(Node::of).toList());
    }

    /// @param health of hosts, as the sender's proxy knows it; empty where it was not asked
    static String text(
            String request,
            Explanation answer,
            List<Reception> received,
            Optional<HostHealth> health) {
        var text = new StringBuilder(request).append('\n');
        line(text, "listener", answer.listener());
        line(text, "virtual host", answer.virtualHost());
        line(text, "route", answer.route());
        line(text, "  decided by", answer.routeOrigin().toString());
        if (answer.destinations().isEmpty() && !answer.cluster().isEmpty()) {
            line(text, "cluster", answer.cluster());
        }
        for (var share : answer.destinations()) {
            line(text, share.weight() + " % to", name(share));
            line(text, "  cluster", share.cluster());
            line(text, "  endpoints", String.join(", ", share.endpoints()));
            if (!share.standby().isEmpty()) {
                line(text, "  when they fail", String.join(", ", share.standby()));
            }
            if (!share.fallback().isEmpty()) {
                line(text, "  else", share.fallback());
            }
            health.ifPresent(it -> unhealthy(text, share, it));
        }
        for (Explanation.Mirrored mirror : answer.mirrors()) {
            line(text, "copies", mirror.of() + " to " + name(mirror.to()));
        }
        headers(text, "request", answer.headers().request());
        headers(text, "response", answer.headers().response());
        if (!answer.resilience().timeout().isZero()) {
            line(text, "timeout", seconds(answer.resilience().timeout()));
        }
        answer.resilience()
                .retry()
                .ifPresent(retry -> line(text, "retries", FeatureText.of(retry)));
        FeatureText.lines(answer.features()).forEach(it -> line(text, "also", it));
        answer.reply()
                .ifPresent(reply ->
                        line(text, "answered by", "the proxy itself with " + words(reply)));
        access(text, answer.access());
        tried(text, answer);
        received.forEach(it -> reception(text, it));
        return text.append(FindingsText.lines(answer.findings())).toString();
    }

    private static void tried(StringBuilder text, Explanation answer) {
        text.append("looked at\n");
        for (var tried : answer.tried()) {
            text.append("  ")
                    .append(tried.matched() ? "yes  " : "no   ")
                    .append(tried.what())
                    .append(tried.why().isEmpty() ? "" : ": " + tried.why())
                    .append('\n');
        }
    }

    private static void reception(StringBuilder text, Reception reception) {
        text.append("received for ").append(reception.host()).append('\n');
        line(text, "by", reception.workload());
        line(
                text,
                "caller",
                reception.caller().name().isEmpty()
                        ? "in plain text, nobody known"
                        : reception.caller().name());
        access(text, reception.answer().access());
        FeatureText.lines(reception.answer().features()).forEach(it -> line(text, "also", it));
        reception
                .answer()
                .reply()
                .ifPresent(reply -> line(text, "answered by", "its proxy with " + words(reply)));
        tried(text, reception.answer());
    }

    private static String words(Explanation.Reply reply) {
        String grpc =
                reply.grpcStatus().isPresent()
                        ? " grpc-status " + reply.grpcStatus().getAsInt()
                        : "";
        return "%d%s %s %s".formatted(reply.status(), grpc, reply.flag(), reply.detail());
    }

    private static void access(StringBuilder text, Explanation.Access access) {
        if (access.equals(Explanation.Access.FREE)) {
            return;
        }
        line(
                text,
                "may it",
                switch (access.decision()) {
                    case ALLOWED -> "yes, by " + access.rule();
                    case REFUSED ->
                            access.rule().equals("none")
                                    ? "no, none of the rules that allow anything matches"
                                    : "no, by " + access.rule();
                    case UNSURE -> "it depends on what is not known here";
                });
        if (!access.origin().equals(Origin.BUILT_IN)) {
            line(text, "  decided by", access.origin().toString());
        }
    }

    private static String name(Explanation.Share share) {
        return "%s%s:%d"
                .formatted(
                        share.host(),
                        share.subset().isEmpty() ? "" : " subset " + share.subset(),
                        share.port());
    }

    private static void headers(StringBuilder text, String direction, HeaderEdit.Edits edits) {
        edits.writes()
                .forEach(write ->
                        line(
                                text,
                                direction + (write.replace() ? " set" : " add"),
                                write.name() + ": " + write.value()));
        List<String> removals = edits.removals();
        if (!removals.isEmpty()) {
            line(text, direction + " drop", String.join(", ", removals));
        }
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("  %-14s %s".formatted(name, value.isEmpty() ? "none" : value).stripTrailing())
                .append('\n');
    }
}
