package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.lower.istio.ActionLowering;
import dev.heddle.compiler.lower.istio.Matches;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.Refusal;
import dev.heddle.compiler.select.RouteSemantics;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.VirtualService.HeaderOperations;
import dev.heddle.model.istio.VirtualService.Headers;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Checks one VirtualService: what it names, what it never reaches, and what Envoy would refuse
/// although the resource is well-formed.
final class VirtualServiceCheck {
    private final MeshIndex index;
    private final BoundVirtualService service;
    private final DestinationCheck destinations;
    private final Diagnostics findings;

    VirtualServiceCheck(MeshIndex index, BoundVirtualService service, Diagnostics findings) {
        this.index = index;
        this.service = service;
        this.destinations = new DestinationCheck(index, service, findings);
        this.findings = findings;
    }

    void check() {
        gateways();
        List<HttpRoute> rules = service.resource().spec().http();
        for (int i = 0; i < rules.size(); i++) {
            rule(rules.get(i), FieldPath.of("spec", "http").index(i));
        }
        service.refusals().forEach(this::refused);
        // Paths that several Ingresses have are found where they are read.
        if (!RouteSemantics.isOfSegments(service.resource())) {
            Reachability.check(service, findings);
            ConnectionReachability.check(service.resource(), findings);
        }
    }

    private void refused(Refusal refusal) {
        switch (refusal) {
            case Refusal.Missing(var at, String name) ->
                    findings.add(
                            DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                            at,
                            "VirtualService '" + name + "' does not exist",
                            "Until it does, this rule takes no request");
            case Refusal.HasHosts(var at, String name, var other) ->
                    findings.add(
                            DiagnosticCode.LEFT_OUT,
                            at,
                            "VirtualService '" + name + "' has hosts (" + other + ")",
                            "Only one without hosts can be delegated to; this rule takes no"
                                    + " request");
            case Refusal.Hidden(var at, String name, String namespace) ->
                    findings.add(
                            DiagnosticCode.LEFT_OUT,
                            at,
                            "the exportTo of VirtualService '"
                                    + name
                                    + "' keeps it from namespace "
                                    + namespace,
                            "This rule takes no request; have its owner export it to " + namespace);
            case Refusal.MatchesMore(var at, var from, String name) ->
                    findings.add(
                            DiagnosticCode.LEFT_OUT,
                            at,
                            "it matches more than what " + service.name() + " delegates to " + name,
                            "The whole rule is left out; have it match less, or nothing at all,"
                                    + " than "
                                    + from);
        }
    }

    private void gateways() {
        List<String> named = service.resource().spec().gateways();
        for (int i = 0; i < named.size(); i++) {
            String full = service.gateways().get(i);
            int slash = full.indexOf('/');
            boolean exists =
                    full.equals(BoundVirtualService.MESH)
                            || index.resources()
                                    .find(
                                            Kinds.GATEWAY,
                                            full.substring(0, Math.max(0, slash)),
                                            full.substring(slash + 1))
                                    .isPresent();
            if (!exists && isOfTheGatewayApi(full)) {
                add(
                        DiagnosticCode.LEFT_OUT,
                        FieldPath.of("spec", "gateways").index(i),
                        "Gateway '" + full + "' is one of the Gateway API",
                        "That takes no VirtualServices: write an HTTPRoute");
            } else if (!exists) {
                add(
                        DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                        FieldPath.of("spec", "gateways").index(i),
                        "Gateway '" + full + "' does not exist",
                        knownGateways());
            }
        }
    }

    private boolean isOfTheGatewayApi(String full) {
        int slash = full.indexOf('/');
        return slash > 0
                && index.resources()
                        .find(
                                Kinds.KUBERNETES_GATEWAY,
                                full.substring(0, slash),
                                full.substring(slash + 1))
                        .isPresent();
    }

    private String knownGateways() {
        String known =
                index.resources().all(Kinds.GATEWAY).stream()
                        .map(g -> g.metadata().namespace() + "/" + g.metadata().name())
                        .collect(Collectors.joining(", "));
        return known.isEmpty() ? "There is no Gateway at all" : "There are: " + known;
    }

    private void rule(HttpRoute rule, FieldPath path) {
        for (int j = 0; j < rule.match().size(); j++) {
            FieldPath at = path.field("match").index(j);
            for (Matches.Problem problem : Matches.problems(rule.match().get(j))) {
                FieldPath field = at.field(problem.field());
                add(
                        DiagnosticCode.LEFT_OUT,
                        problem.key().isEmpty() ? field : field.field(problem.key()),
                        problem.what(),
                        "This match is left out; Envoy would refuse the whole route table");
            }
        }
        headers(rule.headers(), path.field("headers"));
        mirrors(rule, path);
        ActionLowering.problemOf(rule)
                .ifPresent(p ->
                        add(
                                DiagnosticCode.LEFT_OUT,
                                path.field(p.field()),
                                p.what(),
                                "This rule is left out"));
        destinations.sessions(rule.route(), path.field("route"));
        for (int j = 0; j < rule.route().size(); j++) {
            FieldPath at = path.field("route").index(j);
            headers(rule.route().get(j).headers(), at.field("headers"));
            destinations.check(rule.route().get(j).destination(), at.field("destination"));
            rule.route()
                    .get(j)
                    .fallback()
                    .ifPresent(it ->
                            destinations.check(it.target(), at.field("fallback").field("target")));
        }
    }

    private void mirrors(HttpRoute rule, FieldPath path) {
        rule.mirror().ifPresent(to -> destinations.check(to, path.field("mirror")));
        for (int j = 0; j < rule.mirrors().size(); j++) {
            FieldPath at = path.field("mirrors").index(j);
            destinations.check(rule.mirrors().get(j).destination(), at.field("destination"));
        }
    }

    private void headers(Headers headers, FieldPath path) {
        operations(headers.request(), path.field("request"));
        operations(headers.response(), path.field("response"));
    }

    private void operations(HeaderOperations operations, FieldPath path) {
        writes(operations.set(), path.field("set"));
        writes(operations.add(), path.field("add"));
        for (int i = 0; i < operations.remove().size(); i++) {
            name(operations.remove().get(i), path.field("remove").index(i));
        }
    }

    private void writes(Map<String, String> writes, FieldPath path) {
        writes.forEach((name, value) -> {
            name(name, path.field(name));
            if (!EnvoySyntax.isHeaderFormat(value)) {
                add(
                        DiagnosticCode.INVALID_VALUE,
                        path.field(name),
                        "'" + value + "' is no value of a header",
                        "It is left out; write %% for a percent sign, or an operator as in"
                                + " %REQ(:path)%");
            }
        });
    }

    private void name(String name, FieldPath path) {
        String bare = name.startsWith(":") ? name.substring(1) : name;
        if (!EnvoySyntax.isHeaderName(bare)) {
            add(
                    DiagnosticCode.INVALID_VALUE,
                    path,
                    "'" + name + "' cannot name a header",
                    "It is left out");
        }
    }

    private void add(DiagnosticCode code, FieldPath path, String message, String hint) {
        Resource<?> resource = service.resource();
        findings.add(code, resource.origin(path), message, hint);
    }
}
