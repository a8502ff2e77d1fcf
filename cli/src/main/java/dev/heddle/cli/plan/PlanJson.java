package dev.heddle.cli.plan;

import dev.heddle.cli.offline.FindingsText;
import dev.heddle.cli.plan.Plan.Report;
import dev.heddle.cli.plan.Replay.Case;
import dev.heddle.compiler.change.Difference;
import dev.heddle.compiler.change.Facet;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A plan for programs, whole. Stable: names are only ever added.
final class PlanJson {
    private static final Node NULL = new Node.Null(Position.UNKNOWN);

    private PlanJson() {}

    static String of(Report report) {
        Replay replay = report.replay();
        return Json.pretty(
                Node.Mapping.EMPTY
                        .with("change", change(report))
                        .with("proxies", report.fleet().proxies().size())
                        .with("connected", texts(report.worlds().connected()))
                        .with("resources", resources(report))
                        .with("broken", report.broken().stream().map(FindingsText::node).toList())
                        .with("mended", report.mended().stream().map(FindingsText::node).toList())
                        .with("lines", report.sample().lines())
                        .with("notReplayed", left(report))
                        .with("requests", replay.requests())
                        .with("distinct", report.sample().requests().size())
                        .with("changed", number(replay.affected()))
                        .with("services", services(replay))
                        .with("destinations", loads(replay))
                        .with("changes", changes(report))
                        .with("agreement", agreement(report))
                        .with(
                                "gate",
                                Node.Mapping.EMPTY
                                        .with(
                                                "failOn",
                                                report.gate().aspects().stream()
                                                        .sorted()
                                                        .map(it -> Node.of(it.toString()))
                                                        .toList())
                                        .with("maxChangedPercent", number(report.gate().percent()))
                                        .with("changed", number(replay.failed()))
                                        .with("passed", report.gate().isPassedBy(replay))));
    }

    private static List<Node.Mapping> change(Report report) {
        var list = new ArrayList<Node.Mapping>();
        report.worlds()
                .resources()
                .forEach((id, what) ->
                        list.add(
                                Node.Mapping.EMPTY
                                        .with("kind", id.kind().name())
                                        .with("namespace", id.namespace())
                                        .with("name", id.name())
                                        .with("result", what)));
        return list;
    }

    private static List<Node.Mapping> resources(Report report) {
        return report.resources().stream()
                .map(it ->
                        Node.Mapping.EMPTY
                                .with("type", it.type().shortName())
                                .with("name", it.name())
                                .with("result", it.what().toString())
                                .with("proxies", texts(it.proxies())))
                .toList();
    }

    private static List<Node> texts(List<String> texts) {
        return texts.stream().map(Node::of).toList();
    }

    private static Node number(double value) {
        return new Node.Numeric(
                BigDecimal.valueOf(value)
                        .setScale(4, RoundingMode.HALF_UP)
                        .stripTrailingZeros()
                        .toPlainString(),
                Position.UNKNOWN);
    }

    private static List<Node.Mapping> left(Report report) {
        var list = new ArrayList<Node.Mapping>();
        report.sample()
                .left()
                .forEach((why, lines) ->
                        list.add(
                                Node.Mapping.EMPTY
                                        .with("lines", lines.count())
                                        .with("why", why.words())
                                        .with("first", lines.first())));
        return list;
    }

    private static List<Node.Mapping> services(Replay replay) {
        var list = new ArrayList<Node.Mapping>();
        replay.services()
                .forEach((name, it) -> {
                    var aspects = new TreeMap<String, Node>();
                    it.aspects()
                            .forEach((aspect, count) ->
                                    aspects.put(aspect.toString(), number(count)));
                    list.add(
                            Node.Mapping.EMPTY
                                    .with("host", name)
                                    .with("requests", it.requests())
                                    .with("changed", number(it.affected()))
                                    .with("aspects", Node.Mapping.of(aspects)));
                });
        return list;
    }

    private static List<Node.Mapping> loads(Replay replay) {
        var list = new ArrayList<Node.Mapping>();
        replay.loads()
                .forEach((name, it) ->
                        list.add(
                                Node.Mapping.EMPTY
                                        .with("name", name)
                                        .with("before", number(it.before()))
                                        .with("after", number(it.after()))));
        return list;
    }

    private static List<Node.Mapping> changes(Report report) {
        var list = new ArrayList<Node.Mapping>();
        report.replay()
                .changes()
                .forEach((change, cases) ->
                        list.add(
                                Node.Mapping.EMPTY
                                        .with("service", change.service())
                                        .with(
                                                "differences",
                                                change.differences().stream()
                                                        .map(it -> difference(it, report))
                                                        .toList())
                                        .with(
                                                "requests",
                                                cases.stream().map(PlanJson::request).toList())));
        return list;
    }

    private static Node.Mapping difference(Difference it, Report report) {
        return Node.Mapping.EMPTY
                .with("aspect", it.aspect().toString())
                .with("before", facet(it.before(), report))
                .with("after", facet(it.after(), report));
    }

    private static Node.Mapping facet(Facet facet, Report report) {
        Origin origin = report.worlds().placed(facet.origin());
        return Node.Mapping.EMPTY
                .with("says", texts(facet.lines()))
                .with(
                        "origin",
                        facet.origin().equals(Origin.BUILT_IN) ? NULL : FindingsText.node(origin));
    }

    private static Node.Mapping request(Case it) {
        return request(it.request())
                .with("count", it.seen().count())
                .with("changed", number(it.affected()))
                .with("places", texts(it.seen().places()));
    }

    private static Node.Mapping request(Recorded request) {
        Map<String, Node> headers = new LinkedHashMap<>();
        new TreeMap<>(request.headers())
                .forEach((name, value) -> headers.put(name, Node.of(PlanText.shown(name, value))));
        return Node.Mapping.EMPTY
                .with("request", request.text())
                .with("headers", Node.Mapping.of(headers))
                .with("from", request.from());
    }

    private static Node.Mapping agreement(Report report) {
        Replay replay = report.replay();
        return Node.Mapping.EMPTY
                .with("agreeing", replay.agreeing())
                .with("disagreeing", replay.disagreeing())
                .with(
                        "disagreements",
                        replay.disagreements().stream()
                                .map(it ->
                                        request(it.request())
                                                .with("count", it.count())
                                                .with("places", texts(it.seen().places()))
                                                .with("log", it.said())
                                                .with("configuration", it.told()))
                                .toList())
                .with(
                        "headersNotTold",
                        texts(
                                replay.lookedAt().keySet().stream()
                                        .filter(it -> !report.formats().headers().contains(it))
                                        .toList()));
    }
}
