package dev.heddle.proxy.filter.rbac;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.StreamInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a filter does that lets pass who may (`envoy.extensions.filters.http.rbac.v3.RBAC` and the
/// network filter of that name).
///
/// @param rules that count; empty for whoever comes
/// @param tried rules of which is only told what they would do
/// @param prefix in front of the names of its counters; may be empty
/// @param triedPrefix likewise of those of the rules that are tried
public record AccessConfig(
        Optional<AccessRules> rules,
        Optional<AccessRules> tried,
        String prefix,
        String triedPrefix) {
    /// One that lets everybody pass.
    public static final AccessConfig FREE =
            new AccessConfig(Optional.empty(), Optional.empty(), "", "");

    /// Decides, counts, and tells what the rules would do that are tried.
    ///
    /// @param filter as logs and other filters call it
    /// @param request null where only the connection is known
    /// @return the refusal; null where it may pass
    public AccessRules.@Nullable Decision ask(
            String filter, StreamInfo info, @Nullable RequestHead request, FilterStats stats) {
        if (tried.isPresent()) {
            AccessRules.Decision would = tried.get().decide(info, request);
            stats.count(
                    "rbac."
                            + triedPrefix
                            + (would.isAllowed() ? "shadow_allowed" : "shadow_denied"));
            Map<String, @Nullable Object> told = new HashMap<>();
            if (!would.policy().isEmpty()) {
                told.put(triedPrefix + "shadow_effective_policy_id", would.policy());
            }
            told.put(
                    triedPrefix + "shadow_engine_result", would.isAllowed() ? "allowed" : "denied");
            info.addMetadata(filter, told);
        }
        if (rules.isEmpty()) {
            return null;
        }
        AccessRules.Decision decision = rules.get().decide(info, request);
        if (rules.get().action() == AccessRules.Action.LOG) {
            info.addMetadata(
                    "envoy.common", Map.of("access_log_hint", !decision.policy().isEmpty()));
        }
        stats.count("rbac." + prefix + (decision.isAllowed() ? "allowed" : "denied"));
        return decision.isAllowed() ? null : decision;
    }
}
