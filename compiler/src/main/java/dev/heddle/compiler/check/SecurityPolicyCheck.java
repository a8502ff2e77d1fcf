package dev.heddle.compiler.check;

import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.secret.ClientKeys;
import dev.heddle.compiler.secret.LoginKey;
import dev.heddle.compiler.secret.UserFile;
import dev.heddle.compiler.select.GatewayAuthentications.InForce;
import dev.heddle.compiler.select.GatewayAuthentications.Section;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Secret;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.SecurityPolicy;
import dev.heddle.model.policy.SecurityPolicy.ApiKeyAuth;
import dev.heddle.model.policy.SecurityPolicy.Oidc;
import dev.heddle.model.policy.SecurityPolicy.SecretRef;
import dev.heddle.model.policy.TargetRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks SecurityPolicies: whether there is what they are for and what they name, and which of
/// several counts. No finding has a byte of a Secret's entry in it.
final class SecurityPolicyCheck {
    private static final FieldPath SPEC = FieldPath.of("spec");

    private final MeshIndex index;
    private final Resource<SecurityPolicy> policy;
    private final Diagnostics findings;

    private SecurityPolicyCheck(
            MeshIndex index, Resource<SecurityPolicy> policy, Diagnostics findings) {
        this.index = index;
        this.policy = policy;
        this.findings = findings;
    }

    static void check(MeshIndex index, Diagnostics findings) {
        for (Resource<SecurityPolicy> policy : index.gatewayAuthentications().all()) {
            new SecurityPolicyCheck(index, policy, findings).check();
        }
    }

    private void check() {
        List<TargetRef> targets = policy.spec().targetRefs();
        for (int i = 0; i < targets.size(); i++) {
            target(targets.get(i), SPEC.field("targetRefs").index(i));
        }
        policy.spec()
                .basicAuth()
                .ifPresent(it ->
                        secret(it.users().name(), SPEC.field("basicAuth").field("users"))
                                .ifPresent(this::users));
        policy.spec().apiKeyAuth().ifPresent(this::keys);
        policy.spec().oidc().ifPresent(this::login);
    }

    private void login(Oidc said) {
        FieldPath path = SPEC.field("oidc");
        said.clientIDRef().ifPresent(ref -> words(ref, "client-id", path.field("clientIDRef")));
        words(said.clientSecret(), "client-secret", path.field("clientSecret"));
        if (index.openIdProviders().of(said.provider()).isEmpty()) {
            findings.add(
                    DiagnosticCode.LOGIN_CLOSED,
                    policy.origin(path.field("provider").field("issuer")),
                    "'%s' has not said yet where it lets people log in, so nobody passes (503)"
                            .formatted(said.provider().issuer()),
                    "The control plane asks again, its log says why; or write"
                            + " authorizationEndpoint and tokenEndpoint, or an OpenIDProvider");
        }
        Optional<LoginKey> key =
                index.credentials()
                        .find(index.rules().rootNamespace(), LoginKey.SECRET)
                        .flatMap(it -> LoginKey.of(it.resource().spec()));
        if (key.isEmpty()) {
            findings.add(
                    DiagnosticCode.LOGIN_CLOSED,
                    policy.origin(path),
                    "there is no Secret '%s' in namespace '%s' whose entry '%s' has at least %d"
                                    .formatted(
                                            LoginKey.SECRET,
                                            index.rules().rootNamespace(),
                                            LoginKey.ENTRY,
                                            LoginKey.LEAST_BYTES)
                            + " bytes, with which logins are sealed, so nobody passes (503)",
                    "A control plane makes one by itself; several must be given the same one");
        }
        if (said.passThroughAuthHeader()) {
            boolean isTokenAsked = !index.resources().all(Kinds.REQUEST_AUTHENTICATION).isEmpty();
            if (!isTokenAsked) {
                findings.add(
                        DiagnosticCode.LEFT_OUT,
                        policy.origin(path.field("passThroughAuthHeader")),
                        "no RequestAuthentication looks at tokens, so none takes the place of a"
                                + " login",
                        "Write one for the gateway that takes tokens behind Bearer in"
                                + " authorization");
            }
        }
    }

    /// An entry of a Secret with one text.
    private void words(SecretRef ref, String entry, FieldPath path) {
        Optional<Resource<Secret>> secret = secret(ref.name(), path);
        if (secret.isPresent()
                && secret.get().spec().text(entry).filter(t -> !t.isBlank()).isEmpty()) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    secret.get().origin(),
                    "it has no entry '" + entry + "' that can be read, so nobody passes",
                    "'%s' asks for it".formatted(policy.id()));
        }
    }

    private void keys(ApiKeyAuth said) {
        FieldPath path = SPEC.field("apiKeyAuth").field("credentialRefs");
        var secrets = new ArrayList<Resource<Secret>>();
        for (int i = 0; i < said.credentialRefs().size(); i++) {
            secret(said.credentialRefs().get(i).name(), path.index(i)).ifPresent(secrets::add);
        }
        boolean cutsQuery =
                said.sanitize()
                        && said.extractFrom().stream().anyMatch(it -> !it.params().isEmpty());
        if (cutsQuery) {
            findings.add(
                    DiagnosticCode.OWN_PROXY_ONLY,
                    policy.origin(SPEC.field("apiKeyAuth").field("sanitize")),
                    "stock Envoy sorts and decodes what is left of a query that it takes a key out"
                            + " of",
                    "Have keys in headers, or sanitize off; 'heddle proxy' leaves the rest as it"
                            + " is");
        }
        for (ClientKeys.Flaw flaw :
                ClientKeys.of(secrets.stream().map(Resource::spec).toList()).flaws()) {
            Resource<Secret> secret = secrets.get(flaw.secret());
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    secret.origin(entry(secret, flaw.entry())),
                    flaw.why(),
                    "The other clients of '%s' may pass".formatted(policy.id()));
        }
    }

    private void target(TargetRef ref, FieldPath path) {
        boolean isThere =
                new TargetCheck(index, policy, findings)
                        .gateway(
                                ref,
                                path,
                                "asked for nothing",
                                "Say who may call with an AuthorizationPolicy");
        if (isThere) {
            PolicyTarget meant = PolicyTarget.of(policy.metadata().namespace(), ref);
            Section.ALL.forEach(section -> conflict(section, meant, path));
        }
    }

    private <T> void conflict(Section<T> section, PolicyTarget target, FieldPath path) {
        if (section.of().apply(policy.spec()).isEmpty()) {
            return;
        }
        index.gatewayAuthentications()
                .inForce(List.of(Set.of(target)), section)
                .map(InForce::policy)
                .filter(other -> !other.id().equals(policy.id()))
                .ifPresent(other ->
                        findings.add(
                                DiagnosticCode.CONFLICT,
                                policy.origin(path),
                                "%s has its %s from '%s', and so not from '%s'"
                                        .formatted(
                                                target,
                                                section.name(),
                                                other.metadata().name(),
                                                policy.metadata().name()),
                                "Of several policies for the same the oldest counts"));
    }

    private Optional<Resource<Secret>> secret(String name, FieldPath path) {
        Optional<Resource<Secret>> found =
                index.credentials()
                        .find(policy.metadata().namespace(), name)
                        .map(it -> it.resource());
        if (found.isEmpty()) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    policy.origin(path.field("name")),
                    "there is no Secret '%s' in namespace '%s', so nobody passes"
                            .formatted(name, policy.metadata().namespace()),
                    "A policy is given Secrets of its own namespace alone");
        }
        return found;
    }

    private void users(Resource<Secret> secret) {
        Optional<String> text = secret.spec().text(UserFile.ENTRY);
        if (text.isEmpty()) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    secret.origin(),
                    "it has no entry '" + UserFile.ENTRY + "' that can be read, so nobody passes",
                    "Make one with htpasswd -s, as '%s' asks for it".formatted(policy.id()));
            return;
        }
        UserFile.of(text.get())
                .flaws()
                .forEach(flaw ->
                        findings.add(
                                DiagnosticCode.LEFT_OUT,
                                secret.origin(entry(secret, UserFile.ENTRY)),
                                UserFile.ENTRY + ", " + flaw,
                                "The others of '%s' may pass; neither kind of proxy can do other"
                                                .formatted(policy.id())
                                        + " hashes"));
    }

    private static FieldPath entry(Resource<Secret> secret, String entry) {
        boolean isText = secret.spec().stringData().containsKey(entry);
        return FieldPath.of(isText ? "stringData" : "data").field(entry);
    }
}
