package dev.heddle.proxy.filter.rbac;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.StreamInfo;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Policies, and what a match means (`envoy.config.rbac.v3.RBAC`).
///
/// @param policies by name, as Envoy asks them
public record AccessRules(Action action, List<Policy> policies) {
    /// What a match means.
    public enum Action {
        /// It may pass; what no policy matches may not.
        ALLOW,
        /// It may not pass.
        DENY,
        /// It is to be logged, and passes.
        LOG
    }

    public AccessRules {
        policies = policies.stream().sorted(Comparator.comparing(Policy::name)).toList();
    }

    /// A policy: some of what is done, by some of those who do it.
    ///
    /// @param what one of these must hold
    /// @param who and one of these
    public record Policy(String name, List<AccessCondition> what, List<AccessCondition> who) {
        public Policy {
            what = List.copyOf(what);
            who = List.copyOf(who);
        }

        boolean test(StreamInfo info, @Nullable RequestHead request) {
            return any(what, info, request) && any(who, info, request);
        }

        private static boolean any(
                List<AccessCondition> conditions, StreamInfo info, @Nullable RequestHead request) {
            for (AccessCondition condition : conditions) {
                if (condition.test(info, request)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// What becomes of it.
    ///
    /// @param policy that matched; empty for none
    public record Decision(boolean isAllowed, String policy) {
        /// `%RESPONSE_CODE_DETAILS%` of a refusal.
        public String details() {
            return "rbac_access_denied_matched_policy["
                    + (policy.isEmpty() ? "none" : policy.replaceAll("\\s", "_"))
                    + "]";
        }
    }

    /// Decides.
    ///
    /// @param request null where only the connection is known
    public Decision decide(StreamInfo info, @Nullable RequestHead request) {
        String matched = "";
        for (Policy policy : policies) {
            if (policy.test(info, request)) {
                matched = policy.name();
                break;
            }
        }
        return new Decision(
                switch (action) {
                    case ALLOW -> !matched.isEmpty();
                    case DENY -> matched.isEmpty();
                    case LOG -> true;
                },
                matched);
    }
}
