package dev.heddle.console.api;

import dev.heddle.control.view.RuleView;
import dev.heddle.control.view.RulesView;
import dev.heddle.model.Origin;
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

    /// @param kind as in `VirtualService`
    private record Place(String kind, String namespace, String name) {
        /// @param origin whose resource is as in `VirtualService default/reviews`
        static Place of(Origin origin) {
            String resource = origin.resource();
            int space = resource.indexOf(' ');
            int slash = resource.indexOf('/', space);
            return new Place(
                    resource.substring(0, space),
                    resource.substring(space + 1, slash),
                    resource.substring(slash + 1));
        }
    }

    private static Node.Mapping rule(RuleView rule) {
        Place place = Place.of(rule.origin());
        var node =
                Node.Mapping.EMPTY
                        .with("kind", place.kind())
                        .with("namespace", place.namespace())
                        .with("name", place.name())
                        .with("field", rule.origin().path().toString())
                        .with("rule", rule.id())
                        .with("file", rule.origin().file())
                        .with("line", rule.origin().position().line())
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
