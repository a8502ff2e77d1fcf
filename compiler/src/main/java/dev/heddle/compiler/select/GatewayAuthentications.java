package dev.heddle.compiler.select;

import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.SecurityPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// The SecurityPolicies of a world. Immutable.
///
/// @param all the oldest first
public record GatewayAuthentications(List<Resource<SecurityPolicy>> all) {

    public GatewayAuthentications {
        all = List.copyOf(all);
    }

    static GatewayAuthentications of(Resources resources) {
        return new GatewayAuthentications(
                resources.all(Kinds.SECURITY_POLICY).stream()
                        .sorted(Age.<SecurityPolicy>oldestFirst())
                        .toList());
    }

    /// A part of a policy that counts for itself.
    ///
    /// @param name as it is written
    /// @param <T> what it says
    public record Section<T>(String name, Function<SecurityPolicy, Optional<T>> of) {
        public static final Section<SecurityPolicy.BasicAuth> BASIC_AUTH =
                new Section<>("basicAuth", SecurityPolicy::basicAuth);

        public static final Section<SecurityPolicy.ApiKeyAuth> API_KEY_AUTH =
                new Section<>("apiKeyAuth", SecurityPolicy::apiKeyAuth);

        public static final Section<SecurityPolicy.Oidc> OIDC =
                new Section<>("oidc", SecurityPolicy::oidc);

        /// All of them.
        public static final List<Section<?>> ALL = List.of(BASIC_AUTH, API_KEY_AUTH, OIDC);
    }

    /// A section that counts, and the policy that it is of.
    public record InForce<T>(Resource<SecurityPolicy> policy, Section<T> section, T says) {
        /// Where it is written.
        public Origin origin() {
            return policy.origin(FieldPath.of("spec", section.name()));
        }
    }

    /// What is in force for a request: of the policies that have the section, the oldest of those
    /// that are for the nearest.
    ///
    /// @param nearestFirst what the request meets, each step with what is equally near
    public <T> Optional<InForce<T>> inForce(
            List<Set<PolicyTarget>> nearestFirst, Section<T> section) {
        for (Set<PolicyTarget> near : nearestFirst) {
            for (Resource<SecurityPolicy> policy : all) {
                Optional<T> says = section.of().apply(policy.spec());
                if (says.isPresent() && isFor(policy, near)) {
                    return Optional.of(new InForce<>(policy, section, says.get()));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isFor(Resource<SecurityPolicy> policy, Set<PolicyTarget> targets) {
        return policy.spec().targetRefs().stream()
                .anyMatch(ref ->
                        targets.contains(PolicyTarget.of(policy.metadata().namespace(), ref)));
    }
}
