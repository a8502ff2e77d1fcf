package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.mesh.Authorizers;
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
        var authorizers = Authorizers.of(index.rules().config(), index.services());
        for (Resource<AuthorizationPolicy> policy :
                index.resources().all(Kinds.AUTHORIZATION_POLICY)) {
            Targets.check(policy, findings);
            if (policy.spec().action() == Action.CUSTOM) {
                provider(policy, authorizers, findings);
            }
            if (!isTokenVerified(index, policy.metadata().namespace())) {
                tokens(policy, findings);
            }
        }
    }

    private static void provider(
            Resource<AuthorizationPolicy> policy, Authorizers authorizers, Diagnostics findings) {
        String name =
                policy.spec()
                        .provider()
                        .map(AuthorizationPolicy.ExtensionProvider::name)
                        .orElse("");
        if (!authorizers.usable().containsKey(name)) {
            findings.add(
                    DiagnosticCode.INVALID_VALUE,
                    policy.origin(FieldPath.of("spec", "provider", "name")),
                    "'"
                            + name
                            + "' is nobody who can be asked, so what the rules match is refused"
                            + " (expected: "
                            + (authorizers.usable().isEmpty()
                                    ? "one of the mesh's extensionProviders"
                                    : String.join(", ", authorizers.usable().keySet()))
                            + ")",
                    "Name one of the mesh's extensionProviders that has envoyExtAuthzHttp or"
                            + " envoyExtAuthzGrpc and no finding of its own");
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
