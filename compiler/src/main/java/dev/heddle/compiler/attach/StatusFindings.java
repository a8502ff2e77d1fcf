package dev.heddle.compiler.attach;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Severity;
import dev.heddle.model.gatewayapi.Gateway;
import dev.heddle.model.gatewayapi.ListenerSet;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes findings of statuses.
final class StatusFindings {
    private static final FieldPath SPEC = FieldPath.of("spec");

    private final GatewayApi api;
    private final Diagnostics findings = new Diagnostics();

    private StatusFindings(GatewayApi api) {
        this.api = api;
    }

    static List<Diagnostic> of(GatewayApi api) {
        var all = new StatusFindings(api);
        api.statuses().told().forEach(all::told);
        api.gateways().stream()
                .flatMap(g -> g.listeners().stream())
                .forEach(l ->
                        l.unresolved().forEach(c -> all.told(new Statuses.Told(l.owner(), "", c))));
        api.routes().stream().filter(r -> !r.parents().isEmpty()).forEach(all::refused);
        api.facts().resources().all(Kinds.KUBERNETES_GATEWAY).forEach(all::classless);
        Stream.concat(
                        api.facts().resources().all(Kinds.LISTENER_SET).stream(),
                        api.facts().resources().all(Kinds.X_LISTENER_SET).stream())
                .forEach(all::orphaned);
        RouteView.all(api.facts().resources()).forEach(all::astray);
        return all.findings.toList();
    }

    private void told(Statuses.Told told) {
        Condition condition = told.condition();
        condition
                .finding()
                .ifPresent(severity ->
                        findings.add(
                                new Diagnostic(
                                        DiagnosticCode.GATEWAY_STATUS,
                                        severity,
                                        told.resource().origin(condition.place()),
                                        shown(condition) + ": " + condition.message(),
                                        "")));
    }

    private static String shown(Condition condition) {
        boolean isLack =
                !condition.isTrue()
                        && !condition.type().equals(Condition.CONFLICTED)
                        && !condition.type().equals(Condition.PARTLY);
        return (isLack ? "not " : "") + condition.type() + " (" + condition.reason() + ")";
    }

    private void refused(RouteOutcome route) {
        route.refused()
                .forEach((path, why) ->
                        findings.add(
                                new Diagnostic(
                                        DiagnosticCode.GATEWAY_STATUS,
                                        Severity.ERROR,
                                        route.resource().origin(path),
                                        "not ResolvedRefs (" + why.reason() + "): " + why.message(),
                                        "")));
        // A condition tells the first of them.
        if (route.isPartly()) {
            route.flaws()
                    .forEach(flaw ->
                            findings.add(
                                    new Diagnostic(
                                            DiagnosticCode.GATEWAY_STATUS,
                                            Severity.ERROR,
                                            route.resource().origin(flaw.path()),
                                            Condition.PARTLY
                                                    + " ("
                                                    + flaw.reason()
                                                    + "): "
                                                    + flaw.dropped(),
                                            "")));
        }
    }

    /// A Gateway of a class that nobody has.
    private void classless(Resource<Gateway> gateway) {
        String name = gateway.spec().gatewayClassName();
        boolean isKnown =
                api.classes().controller(name).isPresent()
                        || api.facts().resources().find(Kinds.GATEWAY_CLASS, "", name).isPresent();
        if (!isKnown) {
            missing(
                    gateway,
                    SPEC.field("gatewayClassName"),
                    "GatewayClass '" + name + "' is not there, so nobody serves this",
                    "Apply one with controllerName '" + Classes.CONTROLLER + "'");
        }
    }

    private void orphaned(Resource<ListenerSet> set) {
        set.spec()
                .parentRef()
                .ifPresent(parent -> {
                    String namespace = parent.namespace().orElse(set.metadata().namespace());
                    boolean isThere =
                            api.facts()
                                    .resources()
                                    .find(Kinds.KUBERNETES_GATEWAY, namespace, parent.name())
                                    .isPresent();
                    if (!isThere) {
                        missing(
                                set,
                                SPEC.field("parentRef").field("name"),
                                "Gateway '" + namespace + "/" + parent.name() + "' is not there",
                                "");
                    }
                });
    }

    private void astray(RouteView route) {
        if (route.wantsDefaults()
                && api.facts().resources().all(Kinds.KUBERNETES_GATEWAY).stream()
                        .noneMatch(gateway -> gateway.spec().isDefault())) {
            missing(
                    route.resource(),
                    Attaching.DEFAULTS,
                    "no Gateway is a default one, so the route is at none by this",
                    "Say 'defaultScope: All' at a Gateway, or name one in parentRefs");
        }
        for (int i = 0; i < route.parents().size(); i++) {
            ParentReference parent = route.parents().get(i);
            FieldPath at = SPEC.field("parentRefs").index(i);
            Optional<ResourceId> id = Attaching.edge(route, parent);
            boolean isThere =
                    id.isEmpty()
                            || api.facts()
                                    .resources()
                                    .find(id.get().kind(), id.get().namespace(), id.get().name())
                                    .isPresent();
            if (!isThere) {
                missing(route.resource(), at.field("name"), id.get() + " is not there", "");
            } else if (id.isEmpty() && !Facts.areServices(parent)) {
                findings.add(
                        new Diagnostic(
                                DiagnosticCode.INVALID_VALUE,
                                Severity.WARNING,
                                route.resource().origin(at.field("kind")),
                                "'"
                                        + parent.kindOrGateway()
                                        + "' is no parent of routes (expected: Gateway,"
                                        + " ListenerSet, Service, ServiceImport, ServiceEntry)",
                                ""));
            }
        }
    }

    private void missing(Resource<?> resource, FieldPath path, String message, String hint) {
        findings.add(
                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND, resource.origin(path), message, hint);
    }
}
