package dev.heddle.compiler.select;

import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.AuthorizationPolicy;
import dev.heddle.model.istio.RequestAuthentication;
import dev.heddle.model.istio.TargetedPolicy;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The policies that say who may call a workload. Immutable.
///
/// @param tokens RequestAuthentications by namespace, the oldest first
/// @param access AuthorizationPolicies likewise
/// @param rootNamespace policies here count for every namespace
public record SecurityPolicies(
        Map<String, List<Resource<RequestAuthentication>>> tokens,
        Map<String, List<Resource<AuthorizationPolicy>>> access,
        String rootNamespace) {
    static SecurityPolicies of(Resources resources, String rootNamespace) {
        return new SecurityPolicies(
                byNamespace(resources, Kinds.REQUEST_AUTHENTICATION),
                byNamespace(resources, Kinds.AUTHORIZATION_POLICY),
                rootNamespace);
    }

    private static <S> Map<String, List<Resource<S>>> byNamespace(
            Resources resources, Kind<S> kind) {
        var all = new HashMap<String, List<Resource<S>>>();
        resources.all(kind).stream()
                .sorted(Age.<S>oldestFirst())
                .forEach(policy ->
                        all.computeIfAbsent(policy.metadata().namespace(), _ -> new ArrayList<>())
                                .add(policy));
        return Map.copyOf(all);
    }

    /// The RequestAuthentications that count for a workload: those of its namespace, then those of
    /// the root namespace.
    public List<Resource<RequestAuthentication>> tokens(
            String namespace, Map<String, String> labels) {
        return inForce(tokens, namespace, labels);
    }

    /// The AuthorizationPolicies that count for a workload, likewise.
    public List<Resource<AuthorizationPolicy>> access(
            String namespace, Map<String, String> labels) {
        return inForce(access, namespace, labels);
    }

    /// Whether there is any AuthorizationPolicy of that kind in the mesh.
    public boolean anyAccess(Predicate<Resource<AuthorizationPolicy>> kind) {
        return access.values().stream().flatMap(List::stream).anyMatch(kind);
    }

    private <S extends TargetedPolicy> List<Resource<S>> inForce(
            Map<String, List<Resource<S>>> policies, String namespace, Map<String, String> labels) {
        Stream<Resource<S>> own = policies.getOrDefault(namespace, List.of()).stream();
        Stream<Resource<S>> all =
                namespace.equals(rootNamespace)
                        ? own
                        : Stream.concat(
                                own, policies.getOrDefault(rootNamespace, List.of()).stream());
        return all.filter(policy -> PolicyTargets.choose(policy, namespace, labels)).toList();
    }
}
