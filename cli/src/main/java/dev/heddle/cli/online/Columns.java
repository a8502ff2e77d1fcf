package dev.heddle.cli.online;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What `heddle get` shows of each kind: Istio's own printer columns, as far as they say something
/// here.
final class Columns {
    private Columns() {}

    /// @param cell from the resource as it was written
    record Column(String heading, Function<Answer, String> cell) {}

    static List<Column> of(String plural, boolean wide) {
        var columns = new ArrayList<Column>(narrow(plural));
        if (wide) {
            columns.addAll(more(plural));
        }
        return columns;
    }

    private static List<Column> narrow(String plural) {
        return switch (plural) {
            case "virtualservices" -> List.of(list("GATEWAYS", "gateways"), list("HOSTS", "hosts"));
            case "destinationrules" -> List.of(text("HOST", "host"));
            case "gateways" -> List.of(new Column("SERVERS", Columns::servers));
            case "gateways.gateway.networking.k8s.io" ->
                    List.of(
                            text("CLASS", "gatewayClassName"),
                            new Column("ADDRESS", Columns::addresses),
                            new Column("PROGRAMMED", g -> condition(g.at("status"), "Programmed")));
            case "gatewayclasses" ->
                    List.of(
                            text("CONTROLLER", "controllerName"),
                            new Column("ACCEPTED", c -> condition(c.at("status"), "Accepted")));
            case "listenersets" ->
                    List.of(
                            new Column("ACCEPTED", s -> condition(s.at("status"), "Accepted")),
                            new Column("PROGRAMMED", s -> condition(s.at("status"), "Programmed")));
            case "httproutes", "grpcroutes", "tlsroutes" ->
                    List.of(
                            list("HOSTNAMES", "hostnames"),
                            new Column("ACCEPTED", r -> parents(r, "Accepted")),
                            new Column("RESOLVED", r -> parents(r, "ResolvedRefs")));
            case "tcproutes", "udproutes" ->
                    List.of(
                            new Column("ACCEPTED", r -> parents(r, "Accepted")),
                            new Column("RESOLVED", r -> parents(r, "ResolvedRefs")));
            case "serviceentries" ->
                    List.of(
                            list("HOSTS", "hosts"),
                            text("LOCATION", "location"),
                            text("RESOLUTION", "resolution"));
            case "ingresses" ->
                    List.of(
                            text("CLASS", "ingressClassName"),
                            new Column("HOSTS", Columns::ingressHosts),
                            new Column("ADDRESS", Columns::ingressAddresses));
            case "workloadentries" -> List.of(text("ADDRESS", "address"));
            case "servicelevelobjectives" ->
                    List.of(
                            new Column("TARGET", r -> r.at("spec", "targetRef", "name").text()),
                            text("OBJECTIVE", "objective"),
                            text("WINDOW", "window"));
            case "services" -> List.of(new Column("PORT(S)", Columns::ports));
            default -> List.of();
        };
    }

    private static List<Column> more(String plural) {
        return switch (plural) {
            case "virtualservices" ->
                    List.of(
                            new Column(
                                    "ROUTES",
                                    r -> Integer.toString(r.at("spec", "http").items().size())));
            case "destinationrules" -> List.of(new Column("SUBSETS", Columns::subsets));
            default -> List.of(new Column("LABELS", Columns::labels));
        };
    }

    private static Column text(String heading, String field) {
        return new Column(heading, r -> r.at("spec", field).text());
    }

    private static Column list(String heading, String field) {
        return new Column(heading, r -> r.at("spec", field).list());
    }

    private static String addresses(Answer gateway) {
        return gateway.at("status", "addresses").items().stream()
                .map(a -> a.at("value").text())
                .collect(Collectors.joining(","));
    }

    private static String ingressHosts(Answer ingress) {
        return ingress.at("spec", "rules").items().stream()
                .map(r -> r.at("host").text())
                .map(host -> host.isEmpty() ? "*" : host)
                .distinct()
                .collect(Collectors.joining(","));
    }

    private static String ingressAddresses(Answer ingress) {
        return ingress.at("status", "loadBalancer", "ingress").items().stream()
                .map(a -> a.at("ip").text() + a.at("hostname").text())
                .collect(Collectors.joining(","));
    }

    /// What a condition says; empty where there is none.
    private static String condition(Answer place, String type) {
        return place.at("conditions").items().stream()
                .filter(c -> c.at("type").text().equals(type))
                .map(c -> c.at("status").text())
                .findFirst()
                .orElse("");
    }

    /// What a condition says at each parent.
    private static String parents(Answer route, String type) {
        return route.at("status", "parents").items().stream()
                .map(p -> condition(p, type))
                .collect(Collectors.joining(","));
    }

    private static String servers(Answer gateway) {
        return gateway.at("spec", "servers").items().stream()
                .map(s ->
                        "%s/%s %s"
                                .formatted(
                                        s.at("port", "number").text(),
                                        s.at("port", "protocol").text(),
                                        s.at("hosts").list()))
                .collect(Collectors.joining(", "));
    }

    private static String ports(Answer service) {
        return service.at("spec", "ports").items().stream()
                .map(p -> p.at("port").text() + "/" + p.at("name").text())
                .collect(Collectors.joining(", "));
    }

    private static String subsets(Answer rule) {
        return rule.at("spec", "subsets").items().stream()
                .map(s -> s.at("name").text())
                .collect(Collectors.joining(", "));
    }

    private static String labels(Answer resource) {
        Answer own = resource.at("spec", "labels");
        var labels = (own.isAbsent() ? resource.at("metadata", "labels") : own).node();
        return labels instanceof dev.heddle.model.tree.Node.Mapping(var entries, _)
                ? entries.stream()
                        .map(e -> e.key() + "=" + new Answer(e.value()).text())
                        .collect(Collectors.joining(","))
                : "";
    }
}
