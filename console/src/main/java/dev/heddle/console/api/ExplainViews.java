package dev.heddle.console.api;

import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.FeatureText;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Reception;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.model.Origin;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// What becomes of a request in JSON. As [Views]: fields are added, never changed.
final class ExplainViews {
    private ExplainViews() {}

    static Node.Mapping journey(Journey journey) {
        return Node.Mapping.EMPTY
                .with("sent", hop(journey.sent()))
                .with(
                        "received",
                        journey.received().stream().map(ExplainViews::reception).toList());
    }

    private static Node.Mapping reception(Reception reception) {
        return Node.Mapping.EMPTY
                .with("host", reception.host())
                .with("workload", reception.workload())
                .with("caller", reception.caller().name())
                .with("hop", hop(reception.answer()));
    }

    private static Node.Mapping hop(Explanation it) {
        var retries = it.resilience().retry().map(FeatureText::of).orElse("");
        var timeout = it.resilience().timeout();
        Node.Mapping node =
                Node.Mapping.EMPTY
                        .with("listener", it.listener())
                        .with("virtualHost", it.virtualHost())
                        .with("route", it.route())
                        .with("cluster", it.cluster())
                        .with(
                                "destinations",
                                it.destinations().stream().map(ExplainViews::share).toList())
                        .with("timeout", timeout.isZero() ? "" : FeatureText.of(timeout))
                        .with("retries", retries)
                        .with("also", ApiResponse.texts(also(it)))
                        .with("access", access(it.access()))
                        .with("tried", it.tried().stream().map(ExplainViews::tried).toList())
                        .with("findings", Views.findings(it.findings()));
        Node.Mapping placed = placed(node, it.routeOrigin());
        return it.reply().map(reply -> placed.with("reply", reply(reply))).orElse(placed);
    }

    private static List<String> also(Explanation it) {
        return Stream.of(
                        FeatureText.lines(it.features()).stream(),
                        it.mirrors().stream().map(m -> "copies: " + m.of() + " " + m.to().host()),
                        edits("request", it.headers().request()),
                        edits("response", it.headers().response()))
                .flatMap(lines -> lines)
                .toList();
    }

    private static Stream<String> edits(String side, HeaderEdit.Edits edits) {
        return Stream.concat(
                edits.writes().stream().map(w -> side + " " + w.name() + ": " + w.value()),
                edits.removals().stream().map(name -> side + " without " + name));
    }

    private static Node.Mapping share(Explanation.Share share) {
        return placed(
                Node.Mapping.EMPTY
                        .with("host", share.host())
                        .with("subset", share.subset())
                        .with("port", share.port())
                        .with("weight", share.weight())
                        .with("endpoints", ApiResponse.texts(share.endpoints()))
                        .with("standby", ApiResponse.texts(share.standby()))
                        .with("fallback", share.fallback()),
                share.origin());
    }

    private static Node.Mapping access(Explanation.Access access) {
        return placed(
                Node.Mapping.EMPTY
                        .with("decision", access.decision().name().toLowerCase(Locale.ROOT))
                        .with("policy", access.rule()),
                access.origin());
    }

    private static Node.Mapping reply(Explanation.Reply reply) {
        Node.Mapping node =
                Node.Mapping.EMPTY
                        .with("status", reply.status())
                        .with("flag", reply.flag())
                        .with("detail", reply.detail());
        return reply.grpcStatus().isPresent()
                ? node.with("grpcStatus", reply.grpcStatus().getAsInt())
                : node;
    }

    private static Node.Mapping tried(Explanation.Tried tried) {
        return placed(
                Node.Mapping.EMPTY
                        .with("what", tried.what())
                        .with("matched", tried.matched())
                        .with("why", tried.why()),
                tried.origin());
    }

    /// What nobody wrote has no place.
    private static Node.Mapping placed(Node.Mapping node, Origin origin) {
        boolean isSomewhere = origin.resource().contains(" ");
        return isSomewhere ? node.with("place", Views.place(origin)) : node;
    }
}
