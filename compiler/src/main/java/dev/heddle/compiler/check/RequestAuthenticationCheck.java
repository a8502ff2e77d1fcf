package dev.heddle.compiler.check;

import dev.heddle.compiler.select.KeySets;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.RequestAuthentication;
import dev.heddle.model.istio.RequestAuthentication.JwtRule;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.xds.token.KeySet;
import java.util.List;
import java.util.Optional;

/// Checks RequestAuthentications: whether somebody's tokens can be good at all.
final class RequestAuthenticationCheck {
    private RequestAuthenticationCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (Resource<RequestAuthentication> policy :
                index.resources().all(Kinds.REQUEST_AUTHENTICATION)) {
            Targets.check(policy, findings);
            List<JwtRule> rules = policy.spec().jwtRules();
            for (int i = 0; i < rules.size(); i++) {
                check(
                        policy,
                        rules.get(i),
                        FieldPath.of("spec", "jwtRules").index(i),
                        index,
                        findings);
            }
        }
    }

    private static void check(
            Resource<RequestAuthentication> policy,
            JwtRule rule,
            FieldPath path,
            MeshIndex index,
            Diagnostics findings) {
        if (!KeySets.isSaid(rule)) {
            return;
        }
        Optional<String> keys = index.keySets().of(rule);
        if (keys.isEmpty()) {
            findings.add(
                    DiagnosticCode.KEYS_UNKNOWN,
                    policy.origin(path.field(rule.jwksUri().isEmpty() ? "issuer" : "jwksUri")),
                    "the keys at '"
                            + KeySets.uri(rule)
                            + "' have not come, so every token of '"
                            + rule.issuer()
                            + "' is refused",
                    "The control plane tries again, its log says why; or write them as 'jwks', or"
                            + " in a KeySet");
        } else if (KeySet.of(keys.get()).size() == 0) {
            findings.add(
                    DiagnosticCode.UNUSABLE_CERTIFICATE,
                    policy.origin(path.field(rule.jwks().isEmpty() ? "jwksUri" : "jwks")),
                    "no key in it can be used, so every token of '"
                            + rule.issuer()
                            + "' is refused",
                    "Expected: a JSON Web Key Set with an RSA, EC, Ed25519 or HMAC key");
        }
    }
}
