package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.ActionLowering;
import dev.heddle.compiler.lower.istio.Matches;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.HttpRule;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.match.StringMatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds rules that no request reaches, because an earlier one takes every request that they could
/// take. One earlier match must do it alone; two that do it together are not seen.
///
/// What Istio finds, too, has Istio's codes: rules behind one without a match, matches that are
/// repeated word for word, and prefixes within earlier ones.
final class Reachability {
    private final BoundVirtualService service;
    private final Diagnostics findings;
    private final List<Taker> takers = new ArrayList<>();
    private final Set<HttpMatchRequest> seen = new HashSet<>();

    /// Something that takes requests before those behind it do.
    ///
    /// @param match what it takes; empty for all
    private record Taker(Origin origin, Optional<HttpMatchRequest> match) {

        boolean takesEverything() {
            return match.map(Covering::isEverything).orElse(true);
        }

        boolean takes(HttpMatchRequest other) {
            return match.map(m -> Covering.covers(m, other)).orElse(true);
        }

        String verb() {
            return takesEverything() ? " takes every request" : " takes all of its requests";
        }
    }

    private Reachability(BoundVirtualService service, Diagnostics findings) {
        this.service = service;
        this.findings = findings;
    }

    static void check(BoundVirtualService service, Diagnostics findings) {
        var reachability = new Reachability(service, findings);
        service.http().forEach(reachability::rule);
    }

    private void rule(HttpRule of) {
        HttpRoute rule = of.spec();
        Origin path = of.origin();
        Optional<Taker> rest = takers.stream().filter(t -> t.match().isEmpty()).findFirst();
        if (rest.isPresent()) {
            unreachable(
                    DiagnosticCode.UNREACHABLE_VIRTUAL_SERVICE_RULE,
                    path,
                    rest.get(),
                    "Put it before that rule, or give that rule a match");
            return;
        }
        // What is left out when it is compiled takes nothing.
        boolean counts = ActionLowering.problemOf(rule).isEmpty();
        if (rule.match().isEmpty()) {
            Optional<Taker> all = takers.stream().filter(Taker::takesEverything).findFirst();
            all.ifPresent(t ->
                    unreachable(
                            DiagnosticCode.UNREACHABLE_RULE,
                            path,
                            t,
                            "Put it before that rule, or give that rule a match"));
            if (counts && all.isEmpty()) {
                takers.add(new Taker(path, Optional.empty()));
            }
            return;
        }
        List<Optional<Taker>> before = rule.match().stream().map(this::taker).toList();
        boolean isWhole = before.stream().allMatch(Optional::isPresent);
        if (isWhole) {
            boolean isRepeated =
                    rule.match().stream().map(Reachability::unnamed).allMatch(seen::contains);
            unreachable(
                    isRepeated
                            ? DiagnosticCode.UNREACHABLE_VIRTUAL_SERVICE_RULE
                            : DiagnosticCode.UNREACHABLE_RULE,
                    path,
                    before.getFirst().orElseThrow(),
                    "Put it before that rule");
        }
        for (int j = 0; j < rule.match().size(); j++) {
            match(rule.match().get(j), of.matches().get(j), counts, isWhole);
        }
    }

    /// @param isTold whether somebody was told already that the whole rule is never reached
    private void match(HttpMatchRequest match, Origin at, boolean counts, boolean isTold) {
        boolean isRepeated = !seen.add(unnamed(match));
        Optional<Taker> taker = taker(match);
        boolean isSeenByIstio =
                isRepeated
                        || (isPrefix(match)
                                && taker.flatMap(Taker::match)
                                        .filter(Reachability::isPrefix)
                                        .isPresent());
        if (taker.isPresent() && (isSeenByIstio || !isTold)) {
            unreachable(
                    isSeenByIstio
                            ? DiagnosticCode.INEFFECTIVE_MATCH
                            : DiagnosticCode.UNREACHABLE_RULE,
                    at,
                    taker.get(),
                    "Remove it");
        }
        if (taker.isEmpty() && counts && Matches.problems(match).isEmpty()) {
            takers.add(new Taker(at, Optional.of(match)));
        }
    }

    private static boolean isPrefix(HttpMatchRequest match) {
        return match.uri().filter(StringMatch.Prefix.class::isInstance).isPresent();
    }

    private static HttpMatchRequest unnamed(HttpMatchRequest match) {
        return new HttpMatchRequest(
                "",
                match.uri(),
                match.scheme(),
                match.method(),
                match.authority(),
                match.headers(),
                match.withoutHeaders(),
                match.cookies(),
                match.queryParams(),
                match.port(),
                match.sourceLabels(),
                match.sourceNamespace(),
                match.gateways(),
                match.ignoreUriCase(),
                match.statPrefix());
    }

    /// As in `spec.http[0]`, with its resource where that is another one.
    private String name(Origin rule) {
        String own = service.resource().origin().resource();
        return rule.resource().equals(own)
                ? rule.path().toString()
                : rule.resource() + " " + rule.path();
    }

    private Optional<Taker> taker(HttpMatchRequest match) {
        return takers.stream().filter(t -> t.takes(match)).findFirst();
    }

    private void unreachable(DiagnosticCode code, Origin path, Taker taker, String hint) {
        boolean isMatch = path.path().toString().contains(".match[");
        findings.add(
                code,
                path,
                "no request reaches this "
                        + (isMatch ? "match: " : "rule: ")
                        + name(taker.origin())
                        + taker.verb(),
                hint);
    }
}
