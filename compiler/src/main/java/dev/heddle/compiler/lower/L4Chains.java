package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.lower.istio.L4Lowering.ByName;
import dev.heddle.compiler.lower.istio.L4Lowering.Plain;
import dev.heddle.compiler.lower.istio.Ranges;
import java.util.ArrayList;
import java.util.List;

/// The filter chains of rules for connections that nobody looks into.
final class L4Chains {
    private L4Chains() {}

    /// A chain for each range of addresses that some rule before one for all sends elsewhere.
    static List<FilterChain> byAddress(List<Plain> rules, String listener) {
        var chains = new ArrayList<FilterChain>();
        var ranges = new Ranges();
        for (Plain rule : rules) {
            if (rule.takesAll()) {
                break;
            }
            ranges.take("", rule.addresses(), rule.sources())
                    .ifPresent(free ->
                            chains.add(
                                    new FilterChain(
                                            listener + "_to_" + chains.size(),
                                            Match.ALL.between(rule.sources(), free),
                                            rule.handling(),
                                            rule.origin())));
        }
        return chains;
    }

    /// A chain for each name that some rule sends elsewhere; the first rule has it.
    static List<FilterChain> byName(List<ByName> rules, String listener) {
        var chains = new ArrayList<FilterChain>();
        var ranges = new Ranges();
        for (ByName rule : rules) {
            List<String> names =
                    rule.sniHosts().stream()
                            .filter(it -> ranges.take(it, rule.addresses(), List.of()).isPresent())
                            .toList();
            if (!names.isEmpty()) {
                chains.add(
                        new FilterChain(
                                listener + "_" + chains.size(),
                                Match.ofTls(names).between(List.of(), rule.addresses()),
                                rule.handling(),
                                rule.origin()));
            }
        }
        return chains;
    }
}
