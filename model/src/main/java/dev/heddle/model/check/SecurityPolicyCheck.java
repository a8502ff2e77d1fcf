package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.SecurityPolicy;
import dev.heddle.model.policy.SecurityPolicy.ApiKeyAuth;
import dev.heddle.model.policy.SecurityPolicy.ExtractFrom;
import dev.heddle.model.policy.SecurityPolicy.SecretRef;
import dev.heddle.model.policy.TargetRef;
import java.util.List;

/// Looks at SecurityPolicies.
final class SecurityPolicyCheck implements Check<SecurityPolicy> {
    private static final FieldPath SPEC = FieldPath.of("spec");

    @Override
    public void check(Resource<SecurityPolicy> resource, Findings findings) {
        SecurityPolicy spec = resource.spec();
        if (spec.targetRefs().isEmpty()) {
            findings.missing(
                    SPEC.field("targetRefs"),
                    "'targetRefs' is missing (expected: [{group: gateway.networking.k8s.io, kind:"
                            + " Gateway, name: web}])");
        }
        for (int i = 0; i < spec.targetRefs().size(); i++) {
            checkTarget(spec.targetRefs().get(i), SPEC.field("targetRefs").index(i), findings);
        }
        if (spec.basicAuth().isEmpty() && spec.apiKeyAuth().isEmpty() && spec.oidc().isEmpty()) {
            findings.missing(SPEC, "it says nothing (expected: basicAuth, apiKeyAuth or oidc)");
        }
        spec.oidc()
                .ifPresent(it -> {
                    FieldPath at = SPEC.field("oidc");
                    OidcCheck.check(it, at, findings);
                    checkSecret(it.clientSecret(), at.field("clientSecret"), findings);
                    it.clientIDRef()
                            .ifPresent(ref -> checkSecret(ref, at.field("clientIDRef"), findings));
                });
        spec.apiKeyAuth().ifPresent(it -> checkKeys(it, SPEC.field("apiKeyAuth"), findings));
        spec.basicAuth()
                .ifPresent(it -> {
                    FieldPath at = SPEC.field("basicAuth");
                    checkSecret(it.users(), at.field("users"), findings);
                    checkHeader(
                            it.forwardUsernameHeader(),
                            at.field("forwardUsernameHeader"),
                            findings);
                });
    }

    private static void checkKeys(ApiKeyAuth keys, FieldPath path, Findings findings) {
        for (int i = 0; i < keys.credentialRefs().size(); i++) {
            checkSecret(
                    keys.credentialRefs().get(i), path.field("credentialRefs").index(i), findings);
        }
        if (keys.credentialRefs().isEmpty()) {
            findings.missing(path.field("credentialRefs"), "'credentialRefs' is empty");
        }
        boolean isAnywhere = false;
        for (int i = 0; i < keys.extractFrom().size(); i++) {
            ExtractFrom from = keys.extractFrom().get(i);
            FieldPath at = path.field("extractFrom").index(i);
            checkNames(from.headers(), at.field("headers"), "a header's name", findings);
            checkNames(from.cookies(), at.field("cookies"), "a cookie's name", findings);
            for (int j = 0; j < from.params().size(); j++) {
                if (from.params().get(j).isEmpty()) {
                    findings.invalid(at.field("params").index(j), "", "a parameter's name");
                }
            }
            isAnywhere |=
                    !from.headers().isEmpty()
                            || !from.params().isEmpty()
                            || !from.cookies().isEmpty();
        }
        if (!isAnywhere) {
            findings.missing(
                    path.field("extractFrom"),
                    "there is nowhere to look for keys (expected: [{headers: [x-api-key]}])");
        }
        checkHeader(keys.forwardClientIDHeader(), path.field("forwardClientIDHeader"), findings);
    }

    private static void checkNames(
            List<String> names, FieldPath path, String expected, Findings findings) {
        for (int i = 0; i < names.size(); i++) {
            if (!Values.isHeaderName(names.get(i))) {
                findings.invalid(path.index(i), names.get(i), expected);
            }
        }
    }

    private static void checkTarget(TargetRef target, FieldPath path, Findings findings) {
        if (!Targets.isOfGateways(target)) {
            findings.invalid(path.field("kind"), Targets.type(target), Targets.OF_GATEWAYS);
        }
    }

    private static void checkSecret(SecretRef secret, FieldPath path, Findings findings) {
        if (!secret.group().isEmpty()) {
            findings.invalid(path.field("group"), secret.group(), "nothing, for a Secret");
        }
        if (!secret.kind().isEmpty() && !secret.kind().equals("Secret")) {
            findings.invalid(path.field("kind"), secret.kind(), "Secret");
        }
    }

    /// A header that services get: empty for none.
    private static void checkHeader(String name, FieldPath path, Findings findings) {
        if (!name.isEmpty() && !Values.isHeaderName(name)) {
            findings.invalid(path, name, "a header's name, as in x-user");
        }
    }
}
