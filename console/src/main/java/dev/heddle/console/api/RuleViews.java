package dev.heddle.console.api;

import dev.heddle.control.view.RuleView;
import dev.heddle.control.view.RulesView;
import dev.heddle.model.tree.Node;
import java.util.Locale;

/// Rules and their hits in JSON.
final class RuleViews {
    private RuleViews() {}

    /// @param namespace only rules of resources in it; empty for all
    static Node.Mapping all(RulesView view, String namespace) {
        return Node.Mapping.EMPTY
                .with("at", view.at().toString())
                .with("proxies", view.proxies())
                .with("silent", ApiResponse.texts(view.silent()))
                .with("unknownHits", view.unknown())
                .with(
                        "rules",
                        view.rules().stream()
                                .filter(rule ->
                                        namespace.isEmpty()
                                                || rule.origin().namespace().equals(namespace))
                                .map(RuleViews::rule)
                                .toList());
    }

    private static Node.Mapping rule(RuleView rule) {
        var node =
                Views.place(rule.origin())
                        .with("rule", rule.id())
                        .with("use", rule.use().name().toLowerCase(Locale.ROOT))
                        .with("hits", rule.hits());
        return rule.last()
                .map(last -> node.with("lastHit", last.toString()))
                .orElse(node)
                .with("since", rule.since().toString())
                .with("proxies", rule.proxies())
                .with("reporting", rule.reporting());
    }
}
