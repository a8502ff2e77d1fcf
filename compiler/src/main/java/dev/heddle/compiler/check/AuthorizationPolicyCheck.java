package dev.heddle.compiler.check;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.AuthorizationPolicy;
import dev.heddle.model.istio.AuthorizationPolicy.Action;
import dev.heddle.model.istio.AuthorizationPolicy.From;
import dev.heddle.model.istio.AuthorizationPolicy.Rule;
import dev.heddle.model.kinds.Kinds;
import java.util.List;

/// Checks AuthorizationPolicies: what is refused though nobody says so, and rules that nothing can
/// match.
final class AuthorizationPolicyCheck {
    private AuthorizationPolicyCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (Resource<AuthorizationPolicy> policy :
                index.resources().all(Kinds.AUTHORIZATION_POLICY)) {
            Targets.check(policy, findings);
            if (policy.spec().action() == Action.CUSTOM) {
                findings.add(
                        DiagnosticCode.NOT_IMPLEMENTED,
                        policy.origin(FieldPath.of("spec", "action")),
                        "providers are not asked yet, so what the rules match is refused",
                        "Use ALLOW or DENY, or remove the policy");
            }
            if (!isTokenVerified(index, policy.metadata().namespace())) {
                tokens(policy, findings);
            }
        }
    }

    private static boolean isTokenVerified(MeshIndex index, String namespace) {
        var tokens = index.security().tokens();
        String root = index.security().rootNamespace();
        return tokens.containsKey(root)
                || (namespace.equals(root) ? !tokens.isEmpty() : tokens.containsKey(namespace));
    }

    /// What a token says is only known where somebody verifies it.
    private static void tokens(Resource<AuthorizationPolicy> policy, Diagnostics findings) {
        List<Rule> rules = policy.spec().rules();
        for (int i = 0; i < rules.size(); i++) {
            FieldPath path = FieldPath.of("spec", "rules").index(i);
            List<From> from = rules.get(i).from();
            for (int k = 0; k < from.size(); k++) {
                if (!from.get(k).source().requestPrincipals().isEmpty()) {
                    add(
                            policy,
                            path.field("from").index(k).field("source").field("requestPrincipals"),
                            findings);
                }
            }
            for (int k = 0; k < rules.get(i).when().size(); k++) {
                var when = rules.get(i).when().get(k);
                if (when.key().startsWith("request.auth.") && !when.values().isEmpty()) {
                    add(policy, path.field("when").index(k).field("key"), findings);
                }
            }
        }
    }

    private static void add(
            Resource<AuthorizationPolicy> policy, FieldPath path, Diagnostics findings) {
        findings.add(
                DiagnosticCode.UNREACHABLE_RULE,
                policy.origin(path),
                "no request can match it: nothing verifies tokens here",
                "Add a RequestAuthentication for these workloads");
    }
}
