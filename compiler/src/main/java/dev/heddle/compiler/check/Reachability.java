package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.ActionLowering;
import dev.heddle.compiler.lower.istio.Matches;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds rules that no request reaches, because an earlier one takes every request that they could
/// take. One earlier match must do it alone; two that do it together are not seen.
final class Reachability {
    private final BoundVirtualService service;
    private final Diagnostics findings;
    private final List<Taker> takers = new ArrayList<>();

    /// Something that takes requests before those behind it do.
    ///
    /// @param match what it takes; empty for all
    private record Taker(FieldPath path, Optional<HttpMatchRequest> match) {

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
        List<HttpRoute> rules = service.resource().spec().http();
        for (int i = 0; i < rules.size(); i++) {
            reachability.rule(rules.get(i), FieldPath.of("spec", "http").index(i));
        }
    }

    private void rule(HttpRoute rule, FieldPath path) {
        Optional<Taker> everything = takers.stream().filter(Taker::takesEverything).findFirst();
        if (everything.isPresent()) {
            unreachable(
                    path, everything.get(), "Put it before that rule, or give that rule a match");
            return;
        }
        // What is left out when it is compiled takes nothing.
        boolean counts = ActionLowering.problemOf(rule).isEmpty();
        if (rule.match().isEmpty()) {
            if (counts) {
                takers.add(new Taker(path, Optional.empty()));
            }
            return;
        }
        List<Optional<Taker>> before = rule.match().stream().map(this::taker).toList();
        if (before.stream().allMatch(Optional::isPresent)) {
            unreachable(path, before.getFirst().orElseThrow(), "Put it before that rule");
            return;
        }
        for (int j = 0; j < rule.match().size(); j++) {
            HttpMatchRequest match = rule.match().get(j);
            FieldPath at = path.field("match").index(j);
            Optional<Taker> taker = taker(match);
            taker.ifPresent(t -> unreachable(at, t, "Remove it"));
            if (taker.isEmpty() && counts && Matches.problems(match).isEmpty()) {
                takers.add(new Taker(at, Optional.of(match)));
            }
        }
    }

    private Optional<Taker> taker(HttpMatchRequest match) {
        return takers.stream().filter(t -> t.takes(match)).findFirst();
    }

    private void unreachable(FieldPath path, Taker taker, String hint) {
        boolean isMatch = path.toString().contains(".match[");
        findings.add(
                DiagnosticCode.UNREACHABLE_RULE,
                service.resource().origin(path),
                "no request reaches this "
                        + (isMatch ? "match: " : "rule: ")
                        + taker.path()
                        + taker.verb(),
                hint);
    }
}
