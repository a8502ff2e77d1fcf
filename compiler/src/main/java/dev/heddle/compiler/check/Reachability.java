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
            Origin at = of.matches().get(j);
            Optional<Taker> taker = taker(match);
            taker.ifPresent(t -> unreachable(at, t, "Remove it"));
            if (taker.isEmpty() && counts && Matches.problems(match).isEmpty()) {
                takers.add(new Taker(at, Optional.of(match)));
            }
        }
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

    private void unreachable(Origin path, Taker taker, String hint) {
        boolean isMatch = path.path().toString().contains(".match[");
        findings.add(
                DiagnosticCode.UNREACHABLE_RULE,
                path,
                "no request reaches this "
                        + (isMatch ? "match: " : "rule: ")
                        + name(taker.origin())
                        + taker.verb(),
                hint);
    }
}
