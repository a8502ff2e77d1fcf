package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.BackendTlsPolicy;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.CaCertificateRef;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.SubjectAltName;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.TargetRef;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.Validation;
import dev.heddle.model.gatewayapi.GatewayClass;
import dev.heddle.model.gatewayapi.L4Rule;
import dev.heddle.model.gatewayapi.ListenerSet;
import dev.heddle.model.gatewayapi.ParametersReference;
import dev.heddle.model.gatewayapi.ReferenceGrant;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.gatewayapi.RouteDuration;
import dev.heddle.model.gatewayapi.TcpRoute;
import dev.heddle.model.gatewayapi.TlsRoute;
import dev.heddle.model.gatewayapi.UdpRoute;
import dev.heddle.model.gatewayapi.XBackendTrafficPolicy;
import dev.heddle.model.gatewayapi.XMesh;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at the small kinds of the Gateway API, as their CRDs do.
final class GatewayApiChecks {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final FieldPath RULES = SPEC.field("rules");
    private static final FieldPath TARGETS = SPEC.field("targetRefs");
    private static final Pattern URI =
            Pattern.compile("(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\\?([^#]*))?(#(.*))?");
    private static final Pattern WELL_KNOWN =
            Pattern.compile(
                    "System|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
                            + "/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]");
    private static final Pattern OLD =
            Pattern.compile(
                    "(?m)^[\\s{]*['\"]?apiVersion['\"]?: *['\"]?[a-z0-9.-]+/v1alpha[23]\\b");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int MOST = 16;
    private static final int MOST_SERVER_NAMES = 1024;
    private static final int LONGEST_DESCRIPTION = 64;

    private GatewayApiChecks() {}

    static void checkClass(Resource<GatewayClass> resource, Findings findings) {
        GatewayClass spec = resource.spec();
        checkController(spec.controllerName(), spec.description(), spec.parametersRef(), findings);
    }

    static void checkMesh(Resource<XMesh> resource, Findings findings) {
        XMesh spec = resource.spec();
        checkController(spec.controllerName(), spec.description(), spec.parametersRef(), findings);
    }

    private static void checkController(
            String name,
            String description,
            Optional<ParametersReference> parameters,
            Findings findings) {
        GatewayTexts.controller(name, SPEC.field("controllerName"), findings);
        GatewayTexts.longest(description, LONGEST_DESCRIPTION, SPEC.field("description"), findings);
        parameters.ifPresent(p ->
                KubernetesGatewayCheck.checkParameters(p, SPEC.field("parametersRef"), findings));
    }

    static void checkListenerSet(Resource<ListenerSet> resource, Findings findings) {
        resource.spec()
                .parentRef()
                .ifPresent(p -> {
                    FieldPath at = SPEC.field("parentRef");
                    GatewayTexts.group(p.group(), at.field("group"), findings);
                    GatewayTexts.kind(p.kind(), at.field("kind"), findings);
                    GatewayTexts.name(p.name(), at.field("name"), findings);
                    GatewayTexts.namespace(p.namespace(), at.field("namespace"), findings);
                });
        ListenersCheck.check(resource.spec().listeners(), findings);
    }

    static void checkTls(Resource<TlsRoute> resource, Findings findings) {
        TlsRoute spec = resource.spec();
        checkL4(spec, MOST_SERVER_NAMES, findings);
        FieldPath path = SPEC.field("hostnames");
        for (int i = 0; i < spec.hostnames().size(); i++) {
            if (Addresses.isIp(spec.hostnames().get(i))) {
                findings.invalid(path.index(i), spec.hostnames().get(i), "no IP address");
            }
        }
        if (spec.hostnames().isEmpty() && !isOld(resource)) {
            findings.missing(path, "'hostnames' is missing (expected: at least one)");
        }
    }

    /// Before it was standard, a TLSRoute needed no hostnames.
    private static boolean isOld(Resource<TlsRoute> resource) {
        return OLD.matcher(resource.source().text()).find();
    }

    static void checkTcp(Resource<TcpRoute> resource, Findings findings) {
        checkL4(resource.spec(), 0, findings);
    }

    static void checkUdp(Resource<UdpRoute> resource, Findings findings) {
        checkL4(resource.spec(), 0, findings);
    }

    private static void checkL4(Route<L4Rule> route, int mostHostnames, Findings findings) {
        RouteFrameCheck.check(route, mostHostnames, 1, findings);
        for (int i = 0; i < route.rules().size(); i++) {
            RouteFrameCheck.checkBackends(route.rules().get(i), RULES.index(i), findings);
        }
    }

    static void checkGrant(Resource<ReferenceGrant> resource, Findings findings) {
        ReferenceGrant spec = resource.spec();
        GatewayTexts.most(spec.from(), MOST, SPEC.field("from"), findings);
        for (int i = 0; i < spec.from().size(); i++) {
            ReferenceGrant.From from = spec.from().get(i);
            FieldPath at = SPEC.field("from").index(i);
            GatewayTexts.group(from.group(), at.field("group"), findings);
            GatewayTexts.kind(from.kind(), at.field("kind"), findings);
            GatewayTexts.namespace(from.namespace(), at.field("namespace"), findings);
        }
        GatewayTexts.most(spec.to(), MOST, SPEC.field("to"), findings);
        for (int i = 0; i < spec.to().size(); i++) {
            ReferenceGrant.To to = spec.to().get(i);
            FieldPath at = SPEC.field("to").index(i);
            GatewayTexts.group(to.group(), at.field("group"), findings);
            GatewayTexts.kind(to.kind(), at.field("kind"), findings);
            GatewayTexts.name(to.name(), at.field("name"), findings);
        }
    }

    static void checkBackendTls(Resource<BackendTlsPolicy> resource, Findings findings) {
        BackendTlsPolicy spec = resource.spec();
        checkTargets(spec.targetRefs(), findings);
        spec.validation().ifPresent(v -> checkValidation(v, SPEC.field("validation"), findings));
        GatewayTexts.options(spec.options(), SPEC.field("options"), findings);
    }

    private static void checkTargets(List<TargetRef> targets, Findings findings) {
        GatewayTexts.most(targets, MOST, TARGETS, findings);
        var before = new ArrayList<TargetRef>();
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i < targets.size(); i++) {
            TargetRef ref = targets.get(i);
            FieldPath at = TARGETS.index(i);
            GatewayTexts.reference(ref.group().orElse(""), ref.kind(), ref.name(), at, findings);
            GatewayTexts.subdomain(ref.sectionName(), at.field("sectionName"), findings);
            List<String> key = new ArrayList<>(target(ref));
            key.add(ref.sectionName().orElse(""));
            if (before.stream()
                    .anyMatch(b ->
                            target(b).equals(target(ref))
                                    && b.sectionName().isPresent()
                                            != ref.sectionName().isPresent())) {
                findings.error(
                        at,
                        "of several references to one target each needs a sectionName, or none");
            } else if (!seen.add(key)) {
                findings.error(at, "the same target is here for the second time");
            }
            before.add(ref);
        }
    }

    private static List<String> target(TargetRef ref) {
        return List.of(ref.group().orElse(""), ref.kind(), ref.name());
    }

    static void checkValidation(Validation spec, FieldPath path, Findings findings) {
        boolean isSaid = spec.wellKnownCACertificates().filter(w -> !w.isEmpty()).isPresent();
        if (isSaid && !spec.caCertificateRefs().isEmpty()) {
            findings.exclusive(path, "caCertificateRefs", "wellKnownCACertificates");
        }
        if (!isSaid && spec.caCertificateRefs().isEmpty()) {
            findings.missing(
                    path,
                    "there is nobody to believe (expected: caCertificateRefs or"
                            + " wellKnownCACertificates)");
        }
        spec.wellKnownCACertificates()
                .ifPresent(w ->
                        GatewayTexts.text(
                                w,
                                WELL_KNOWN,
                                253,
                                path.field("wellKnownCACertificates"),
                                "System, or domain/name",
                                findings));
        FieldPath refs = path.field("caCertificateRefs");
        GatewayTexts.most(spec.caCertificateRefs(), 8, refs, findings);
        for (int i = 0; i < spec.caCertificateRefs().size(); i++) {
            CaCertificateRef ref = spec.caCertificateRefs().get(i);
            GatewayTexts.reference(
                    ref.group().orElse(""), ref.kind(), ref.name(), refs.index(i), findings);
        }
        GatewayTexts.subdomain(spec.hostname(), path.field("hostname"), findings);
        FieldPath names = path.field("subjectAltNames");
        GatewayTexts.most(spec.subjectAltNames(), 5, names, findings);
        for (int i = 0; i < spec.subjectAltNames().size(); i++) {
            checkName(spec.subjectAltNames().get(i), names.index(i), findings);
        }
    }

    private static void checkName(SubjectAltName name, FieldPath path, Findings findings) {
        var union = new Union(name.type().name(), path, findings);
        union.only("Hostname", name.hostname());
        union.only("URI", "uri", name.uri());
        name.hostname().ifPresent(h -> GatewayTexts.hostname(h, path.field("hostname"), findings));
        name.uri()
                .ifPresent(u ->
                        GatewayTexts.text(
                                u,
                                URI,
                                253,
                                path.field("uri"),
                                "a URI, as spiffe://cluster.local/ns/shop/sa/cart",
                                findings));
    }

    static void checkTraffic(Resource<XBackendTrafficPolicy> resource, Findings findings) {
        XBackendTrafficPolicy spec = resource.spec();
        GatewayTexts.most(spec.targetRefs(), MOST, TARGETS, findings);
        GatewayTexts.unique(
                spec.targetRefs(),
                t -> t.group().orElse("") + "/" + t.kind() + "/" + t.name(),
                TARGETS,
                findings);
        for (int i = 0; i < spec.targetRefs().size(); i++) {
            XBackendTrafficPolicy.TargetRef ref = spec.targetRefs().get(i);
            GatewayTexts.reference(
                    ref.group().orElse(""), ref.kind(), ref.name(), TARGETS.index(i), findings);
        }
        FieldPath path = SPEC.field("retryConstraint");
        spec.retryConstraint()
                .flatMap(XBackendTrafficPolicy.RetryConstraint::budget)
                .ifPresent(b -> {
                    FieldPath at = path.field("budget");
                    int percent = b.percentOrTwenty();
                    if (percent < 0 || percent > 100) {
                        findings.invalid(at.field("percent"), percent, "0 to 100");
                    }
                    checkInterval(b.interval(), SECOND, at.field("interval"), findings);
                });
        spec.retryConstraint()
                .flatMap(XBackendTrafficPolicy.RetryConstraint::minRetryRate)
                .ifPresent(r -> {
                    FieldPath at = path.field("minRetryRate");
                    int count = r.count().orElse(1);
                    if (count < 1 || count > 1_000_000) {
                        findings.invalid(at.field("count"), count, "1 to 1000000");
                    }
                    checkInterval(
                            r.interval(), Duration.ofMillis(1), at.field("interval"), findings);
                });
        spec.sessionPersistence()
                .ifPresent(s ->
                        SessionPersistenceCheck.check(
                                s, SPEC.field("sessionPersistence"), findings));
    }

    private static void checkInterval(
            Optional<RouteDuration> interval, Duration least, FieldPath path, Findings findings) {
        interval.filter(i -> i.length().compareTo(least) < 0 || i.length().compareTo(HOUR) > 0)
                .ifPresent(i ->
                        findings.invalid(path, i, "from " + new RouteDuration(least) + " to 1h"));
    }
}
