package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.RouteView.Flaw;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.gatewayapi.ExtensionReference;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.L7Rule;
import dev.heddle.model.gatewayapi.RouteFilter;
import dev.heddle.model.gatewayapi.RouteRule;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.RouteExtension;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds Heddle's own filters, and those of a list that cannot be done both.
///
/// @param resources that routes and filters are of
/// @param namespace of the route
record RouteExtensions(Resources resources, String namespace) {
    private static final String OWN = "HTTPRouteFilter";

    /// Whether it names a filter of Heddle's own kind.
    static boolean isOne(ExtensionReference to) {
        return to.group().orElse("").equals(Kinds.HTTP_ROUTE_FILTER.group())
                && to.kind().equals(Kinds.HTTP_ROUTE_FILTER.name());
    }

    /// The filter that a route of that namespace names.
    static Optional<Resource<RouteExtension>> find(
            Resources resources, String namespace, ExtensionReference to) {
        return isOne(to)
                ? resources.find(Kinds.HTTP_ROUTE_FILTER, namespace, to.name())
                : Optional.empty();
    }

    /// The filters of a rule, and of its backends, that are at odds with one before them.
    ///
    /// @param index of the rule
    List<Flaw> flaws(int index, FieldPath path, RouteRule rule) {
        var flaws = new ArrayList<Flaw>();
        if (rule instanceof L7Rule<?, ?> l7) {
            flaws(index, path.field("filters"), l7.filters(), flaws);
            for (int i = 0; i < l7.backendRefs().size(); i++) {
                flaws(
                        index,
                        path.field("backendRefs").index(i).field("filters"),
                        l7.backendRefs().get(i).filters(),
                        flaws);
            }
        }
        return flaws;
    }

    private void flaws(
            int rule, FieldPath path, List<? extends RouteFilter> filters, List<Flaw> flaws) {
        // Who decides where a request goes, and as what: one of a list.
        Map<Deed, String> done = new HashMap<>();
        for (int i = 0; i < filters.size(); i++) {
            RouteFilter filter = filters.get(i);
            String name = name(filter);
            for (Deed deed : deeds(filter)) {
                for (Deed other : deed.excluded()) {
                    String earlier = done.get(other);
                    boolean isNew = earlier != null && filter.extensionRef().isPresent();
                    boolean wasNew = earlier != null && earlier.startsWith(OWN);
                    if (isNew || wasNew) {
                        flaws.add(
                                new Flaw(
                                        rule,
                                        path.index(i),
                                        name
                                                + " "
                                                + deed.text
                                                + ", and "
                                                + earlier
                                                + " "
                                                + other.text,
                                        Reason.IncompatibleFilters));
                    }
                }
            }
            deeds(filter).forEach(deed -> done.putIfAbsent(deed, name));
        }
    }

    private static String name(RouteFilter filter) {
        return filter.extensionRef().isEmpty() && filter instanceof HttpRouteFilter http
                ? http.type().name()
                : OWN + filter.extensionRef().map(to -> " '" + to.name() + "'").orElse("");
    }

    private List<Deed> deeds(RouteFilter filter) {
        var deeds = new ArrayList<Deed>();
        if (filter instanceof HttpRouteFilter http) {
            http.requestRedirect().ifPresent(_ -> deeds.add(Deed.ANSWER));
            http.urlRewrite().ifPresent(it -> rewrites(it.path(), it.hostname(), deeds));
        }
        filter.extensionRef()
                .flatMap(to -> find(resources, namespace, to))
                .map(Resource::spec)
                .ifPresent(spec -> {
                    spec.directResponse().ifPresent(_ -> deeds.add(Deed.ANSWER));
                    spec.urlRewrite().ifPresent(it -> rewrites(it.path(), it.hostname(), deeds));
                    spec.fault().ifPresent(_ -> deeds.add(Deed.FAULT));
                });
        return deeds;
    }

    private static void rewrites(Optional<?> path, Optional<?> host, List<Deed> deeds) {
        path.ifPresent(_ -> deeds.add(Deed.PATH));
        host.ifPresent(_ -> deeds.add(Deed.HOST));
    }

    /// What only one filter of a list can do.
    private enum Deed {
        ANSWER("answers"),
        PATH("changes the path"),
        HOST("changes the host"),
        FAULT("has requests fail");

        private final String text;

        Deed(String text) {
            this.text = text;
        }

        List<Deed> excluded() {
            return switch (this) {
                case ANSWER -> List.of(ANSWER, PATH, HOST);
                case PATH -> List.of(PATH, ANSWER);
                case HOST -> List.of(HOST, ANSWER);
                case FAULT -> List.of(FAULT);
            };
        }
    }
}
