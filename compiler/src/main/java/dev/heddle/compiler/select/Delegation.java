package dev.heddle.compiler.select;

import dev.heddle.compiler.service.Visibility;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.Delegate;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Puts the rules of other VirtualServices in the place of the rules that delegate to them, as
/// Istio does it: what the delegating rule says fills in what the other leaves out, and of the
/// matches both must hold. A rule that matches more than the delegating one lets it is left out
/// whole.
final class Delegation {
    private final Resource<VirtualService> root;
    private final List<String> exportTo;
    private final Function<String, @Nullable Resource<VirtualService>> find;
    private final List<HttpRule> rules = new ArrayList<>();
    private final List<Refusal> refusals = new ArrayList<>();

    private Delegation(
            Resource<VirtualService> root,
            List<String> exportTo,
            Function<String, @Nullable Resource<VirtualService>> find) {
        this.root = root;
        this.exportTo = exportTo;
        this.find = find;
    }

    /// What counts of a VirtualService's rules.
    record Outcome(List<HttpRule> rules, List<Refusal> refusals) {
        Outcome {
            rules = List.copyOf(rules);
            refusals = List.copyOf(refusals);
        }
    }

    /// @param exportTo of those that say none
    /// @param find the VirtualService of a name as in `default/reviews`
    static Outcome of(
            Resource<VirtualService> root,
            List<String> exportTo,
            Function<String, @Nullable Resource<VirtualService>> find) {
        var delegation = new Delegation(root, exportTo, find);
        List<HttpRoute> all = root.spec().http();
        for (int i = 0; i < all.size(); i++) {
            // Who has no hosts is delegated to, and delegates no further.
            if (all.get(i).delegate().isPresent() && !root.spec().hosts().isEmpty()) {
                delegation.expand(i, all.get(i).delegate().get());
            } else {
                delegation.rules.add(HttpRule.own(root, i));
            }
        }
        return new Outcome(delegation.rules, delegation.refusals);
    }

    /// The names of those that it delegates to, as in `default/reviews`.
    static List<String> names(Resource<VirtualService> root) {
        return root.spec().http().stream()
                .flatMap(it -> it.delegate().stream())
                .map(to -> namespace(root, to) + "/" + to.name())
                .distinct()
                .toList();
    }

    private static String namespace(Resource<VirtualService> root, Delegate to) {
        return to.namespace().isEmpty() ? root.metadata().namespace() : to.namespace();
    }

    private void expand(int index, Delegate to) {
        FieldPath path = FieldPath.of("spec", "http").index(index);
        String namespace = namespace(root, to);
        String name = namespace + "/" + to.name();
        Origin at = root.origin(path.field("delegate"));
        Resource<VirtualService> other = find.apply(name);
        if (other == null || !other.spec().hosts().isEmpty()) {
            refusals.add(
                    other == null
                            ? new Refusal.Missing(at, name)
                            : new Refusal.HasHosts(at, name, other.origin()));
            return;
        }
        List<String> seenBy =
                other.spec().exportTo().isEmpty() ? exportTo : other.spec().exportTo();
        if (!Visibility.reaches(seenBy, namespace, root.metadata().namespace())) {
            refusals.add(new Refusal.Hidden(at, name, root.metadata().namespace()));
            return;
        }
        HttpRule own = HttpRule.own(root, index);
        for (int j = 0; j < other.spec().http().size(); j++) {
            add(own, HttpRule.own(other, j), name);
        }
    }

    private void add(HttpRule from, HttpRule to, String name) {
        var matches = new ArrayList<HttpMatchRequest>();
        var origins = new ArrayList<Origin>();
        List<HttpMatchRequest> outer = from.spec().match();
        List<HttpMatchRequest> inner = to.spec().match();
        if (outer.isEmpty() || inner.isEmpty()) {
            HttpRule only = inner.isEmpty() ? from : to;
            only.spec().match().stream()
                    .map(it -> MergedMatch.resolved(it, only.namespace()))
                    .forEach(matches::add);
            origins.addAll(only.matches());
        }
        for (int k = 0; k < inner.size() && !outer.isEmpty(); k++) {
            HttpMatchRequest closer = MergedMatch.resolved(inner.get(k), to.namespace());
            int before = matches.size();
            for (HttpMatchRequest each : outer) {
                MergedMatch.of(MergedMatch.resolved(each, from.namespace()), closer)
                        .ifPresent(matches::add);
            }
            while (origins.size() < matches.size()) {
                origins.add(to.matches().get(k));
            }
            if (matches.size() == before) {
                refusals.add(new Refusal.MatchesMore(to.matches().get(k), from.origin(), name));
                return;
            }
        }
        rules.add(
                new HttpRule(
                        merged(from.spec(), to.spec(), matches), to.owner(), to.path(), origins));
    }

    private static HttpRoute merged(HttpRoute from, HttpRoute to, List<HttpMatchRequest> matches) {
        return new HttpRoute(
                MergedMatch.name(from.name(), to.name()),
                matches,
                to.route(),
                to.redirect(),
                to.directResponse().or(from::directResponse),
                to.delegate(),
                to.rewrite().or(from::rewrite),
                to.timeout().or(from::timeout),
                to.retries().or(from::retries),
                to.fault().or(from::fault),
                to.mirror().or(from::mirror),
                to.mirrorPercent().isPresent() ? to.mirrorPercent() : from.mirrorPercent(),
                to.mirrorPercentage().or(from::mirrorPercentage),
                to.mirrors().isEmpty() ? from.mirrors() : to.mirrors(),
                to.corsPolicy().or(from::corsPolicy),
                isNothing(to.headers()) ? from.headers() : to.headers());
    }

    private static boolean isNothing(VirtualService.Headers headers) {
        return isNothing(headers.request()) && isNothing(headers.response());
    }

    private static boolean isNothing(VirtualService.HeaderOperations operations) {
        return operations.set().isEmpty()
                && operations.add().isEmpty()
                && operations.remove().isEmpty();
    }
}
