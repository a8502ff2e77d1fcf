package dev.heddle.model.check;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.RouteDestination;
import dev.heddle.model.istio.VirtualService.TcpRoute;
import dev.heddle.model.istio.VirtualService.TlsMatchAttributes;
import dev.heddle.model.istio.VirtualService.TlsRoute;
import dev.heddle.model.service.Hostname;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Looks at VirtualServices.
final class VirtualServiceCheck implements Check<VirtualService> {
    private static final FieldPath SPEC = FieldPath.of("spec");

    @Override
    public void check(Resource<VirtualService> resource, Findings findings) {
        VirtualService spec = resource.spec();
        boolean delegate = spec.hosts().isEmpty();
        if (spec.http().isEmpty() && spec.tls().isEmpty() && spec.tcp().isEmpty()) {
            findings.missing(SPEC, "there is no rule (expected: one of http, tls, tcp)");
        }
        if (delegate) {
            checkDelegate(spec, findings);
        }
        checkHosts(spec, findings);
        checkGateways(spec.gateways(), SPEC.field("gateways"), findings);
        Names.checkExportTo(spec.exportTo(), false, findings);
        for (int i = 0; i < spec.http().size(); i++) {
            FieldPath path = SPEC.field("http").index(i);
            new HttpRouteCheck(spec.http().get(i), path, delegate, findings).check();
        }
        for (int i = 0; i < spec.tls().size(); i++) {
            checkTls(spec.tls().get(i), spec, SPEC.field("tls").index(i), findings);
        }
        for (int i = 0; i < spec.tcp().size(); i++) {
            checkTcp(spec.tcp().get(i), SPEC.field("tcp").index(i), findings);
        }
        checkClaims(spec, findings);
    }

    /// Tokens are verified before routes are chosen at gateways alone.
    private static void checkClaims(VirtualService spec, Findings findings) {
        boolean isForGateways = spec.gateways().stream().anyMatch(g -> !g.equals("mesh"));
        if (isForGateways) {
            return;
        }
        for (int i = 0; i < spec.http().size(); i++) {
            List<VirtualService.HttpMatchRequest> all = spec.http().get(i).match();
            for (int j = 0; j < all.size(); j++) {
                FieldPath at = SPEC.field("http").index(i).field("match").index(j);
                refuseClaims(all.get(j).headers().keySet(), at.field("headers"), findings);
                refuseClaims(
                        all.get(j).withoutHeaders().keySet(), at.field("withoutHeaders"), findings);
            }
        }
    }

    private static void refuseClaims(Set<String> names, FieldPath path, Findings findings) {
        names.stream()
                .filter(name -> name.startsWith(HttpRouteCheck.CLAIMS))
                .sorted()
                .forEach(name ->
                        findings.error(
                                path.field(name),
                                "only gateways route by a token's claims (expected: a gateway in"
                                        + " spec.gateways)"));
    }

    private static void checkDelegate(VirtualService spec, Findings findings) {
        String why = "only a VirtualService with hosts may have this";
        if (!spec.gateways().isEmpty()) {
            findings.error(SPEC.field("gateways"), why);
        }
        if (!spec.tcp().isEmpty()) {
            findings.error(SPEC.field("tcp"), why);
        }
        if (!spec.tls().isEmpty()) {
            findings.error(SPEC.field("tls"), why);
        }
    }

    private static void checkHosts(VirtualService spec, Findings findings) {
        boolean mesh = spec.gateways().isEmpty() || spec.gateways().contains("mesh");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < spec.hosts().size(); i++) {
            String host = spec.hosts().get(i);
            FieldPath path = SPEC.field("hosts").index(i);
            boolean isHost =
                    Names.isWildcardHost(host)
                            || Addresses.isIp(host)
                            || (!mesh && Names.isOutboundName(host));
            if (!isHost) {
                findings.invalid(path, host, "a host, as reviews or *.example.com");
            } else if (host.equals("*") && mesh) {
                findings.error(
                        DiagnosticCode.INVALID_VALUE,
                        path,
                        "'*' (expected: a narrower host for the sidecars of the mesh)",
                        "Name the gateways that it is for, without 'mesh'.");
            }
            if (!seen.add(host)) {
                findings.error(path, "'" + host + "' is here for the second time");
            } else if (Names.isWildcardHost(host)) {
                checkOverlap(host, spec.hosts().subList(0, i), path, findings);
            }
        }
    }

    /// One rule may not be for a host twice, as itself and as a part of a wildcard.
    private static void checkOverlap(
            String host, List<String> before, FieldPath path, Findings findings) {
        before.stream()
                .filter(Names::isWildcardHost)
                .filter(other -> new Hostname(other).overlaps(new Hostname(host)))
                .findFirst()
                .ifPresent(other ->
                        findings.error(
                                path,
                                "'"
                                        + host
                                        + "' and '"
                                        + other
                                        + "' are for the same hosts (expected: one of them)"));
    }

    static void checkGateways(List<String> gateways, FieldPath path, Findings findings) {
        for (int i = 0; i < gateways.size(); i++) {
            String name = gateways.get(i);
            int slash = name.indexOf('/');
            boolean good =
                    slash < 0
                            ? Names.isHost(name)
                            : Names.isDnsLabel(name.substring(0, slash))
                                    && Names.isDnsLabel(name.substring(slash + 1));
            if (!good) {
                findings.invalid(path.index(i), name, "mesh, name or namespace/name");
            } else if (slash < 0 && name.contains(".")) {
                findings.warn(
                        path.index(i),
                        "'" + name + "' is the older form of a gateway's name",
                        "Write namespace/name.");
            }
        }
    }

    private static void checkTls(
            TlsRoute route, VirtualService spec, FieldPath path, Findings findings) {
        for (int i = 0; i < route.match().size(); i++) {
            TlsMatchAttributes match = route.match().get(i);
            FieldPath at = path.field("match").index(i);
            for (int j = 0; j < match.sniHosts().size(); j++) {
                checkSni(
                        match.sniHosts().get(j),
                        spec.hosts(),
                        at.field("sniHosts").index(j),
                        findings);
            }
            checkRanges(match.destinationSubnets(), at.field("destinationSubnets"), findings);
            Values.checkPort(match.port(), at.field("port"), findings);
            Names.checkLabels(match.sourceLabels(), at.field("sourceLabels"), findings);
            checkGateways(match.gateways(), at.field("gateways"), findings);
        }
        checkDestinations(route.route(), path.field("route"), findings);
    }

    private static void checkSni(
            String sni, List<String> hosts, FieldPath path, Findings findings) {
        if (Addresses.isIp(sni)) {
            findings.warn(path, "'" + sni + "' is an address, which no client sends as SNI", "");
        } else if (!Names.isWildcardHost(sni) && !sni.startsWith("outbound_.")) {
            findings.invalid(path, sni, "a host, as reviews or *.example.com");
        } else if (hosts.stream()
                .filter(h -> Names.isWildcardHost(h) || Names.isOutboundName(h))
                .noneMatch(h -> new Hostname(h).covers(new Hostname(sni)))) {
            findings.invalid(path, sni, "one of spec.hosts, or a part of one");
        }
    }

    private static void checkTcp(TcpRoute route, FieldPath path, Findings findings) {
        for (int i = 0; i < route.match().size(); i++) {
            VirtualService.L4MatchAttributes match = route.match().get(i);
            FieldPath at = path.field("match").index(i);
            checkRanges(match.destinationSubnets(), at.field("destinationSubnets"), findings);
            if (!match.sourceSubnet().isEmpty() && !Addresses.isRange(match.sourceSubnet())) {
                // Istio takes it, and nobody comes from there.
                findings.warn(
                        at.field("sourceSubnet"),
                        "'"
                                + match.sourceSubnet()
                                + "' matches no connection (expected: an address or a range)",
                        "");
            }
            Values.checkPort(match.port(), at.field("port"), findings);
            Names.checkLabels(match.sourceLabels(), at.field("sourceLabels"), findings);
            checkGateways(match.gateways(), at.field("gateways"), findings);
        }
        checkDestinations(route.route(), path.field("route"), findings);
    }

    private static void checkRanges(List<String> ranges, FieldPath path, Findings findings) {
        for (int i = 0; i < ranges.size(); i++) {
            if (!Addresses.isRange(ranges.get(i))) {
                findings.invalid(path.index(i), ranges.get(i), "an address or a range");
            }
        }
    }

    private static void checkDestinations(
            List<RouteDestination> route, FieldPath path, Findings findings) {
        if (route.isEmpty()) {
            findings.missing(path, "there is no destination");
        }
        for (int i = 0; i < route.size(); i++) {
            RouteChecks.checkDestination(
                    route.get(i).destination(), path.index(i).field("destination"), findings);
        }
        RouteChecks.checkWeights(
                route.stream().map(RouteDestination::weight).toList(), path, findings);
    }
}
