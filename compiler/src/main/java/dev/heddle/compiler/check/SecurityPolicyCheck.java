package dev.heddle.compiler.check;

import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.secret.ClientKeys;
import dev.heddle.compiler.secret.LoginKey;
import dev.heddle.compiler.secret.UserFile;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.GatewayAuthentications;
import dev.heddle.compiler.select.GatewayAuthentications.InForce;
import dev.heddle.compiler.select.GatewayAuthentications.Section;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Secret;
import dev.heddle.model.gatewayapi.ListenerSet;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.istio.VirtualService;
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
import java.util.stream.Stream;

/// Checks SecurityPolicies: whether there is what they are for and what they name, and which of
/// several counts. No finding has a byte of a Secret's entry in it.
final class SecurityPolicyCheck {
    private static final List<Kind<?>> TARGETS =
            List.of(
                    Kinds.KUBERNETES_GATEWAY,
                    Kinds.LISTENER_SET,
                    Kinds.HTTP_ROUTE,
                    Kinds.GRPC_ROUTE,
                    Kinds.GATEWAY,
                    Kinds.VIRTUAL_SERVICE);

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
        Optional<Resource<?>> target =
                TARGETS.stream()
                        .filter(kind ->
                                kind.name().equals(ref.kind()) && kind.group().equals(ref.group()))
                        .findFirst()
                        .flatMap(kind -> find(kind, ref.name()));
        PolicyTarget meant = GatewayAuthentications.target(policy, ref);
        if (target.isEmpty()) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    policy.origin(path.field("name")),
                    "there is no %s '%s' in namespace '%s'"
                            .formatted(ref.kind(), ref.name(), policy.metadata().namespace()),
                    "A policy is for gateways and routes of its own namespace; correct the name, or"
                            + " move it");
            return;
        }
        List<String> sections = sections(target.get());
        if (!ref.sectionName().isEmpty() && !sections.contains(ref.sectionName())) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    policy.origin(path.field("sectionName")),
                    "%s '%s' has no '%s'".formatted(ref.kind(), ref.name(), ref.sectionName()),
                    "It has " + sections);
        }
        if (!isAtGateways(target.get())) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    policy.origin(path),
                    "%s '%s' is for calls inside of the mesh alone, which are asked for nothing"
                            .formatted(ref.kind(), ref.name()),
                    "Say who may call with an AuthorizationPolicy, or attach it to a Gateway");
        }
        Section.ALL.forEach(section -> conflict(section, meant, path));
    }

    private <S> Optional<Resource<?>> find(Kind<S> kind, String name) {
        return index.resources()
                .find(kind, policy.metadata().namespace(), name)
                .map(resource -> resource);
    }

    /// Whether requests come to it through a gateway. What is delegated to comes as who delegates.
    private static boolean isAtGateways(Resource<?> target) {
        return switch (target.spec()) {
            case VirtualService rules ->
                    rules.hosts().isEmpty()
                            || rules.gateways().stream()
                                    .anyMatch(it -> !it.equals(BoundVirtualService.MESH));
            case Route<?> route ->
                    route.wantsDefaults()
                            || route.parentRefs().stream()
                                    .anyMatch(it ->
                                            !it.kind().orElse("Gateway").startsWith("Service"));
            default -> true;
        };
    }

    /// The names of the parts of something.
    private static List<String> sections(Resource<?> target) {
        Stream<String> names =
                switch (target.spec()) {
                    case dev.heddle.model.gatewayapi.Gateway gateway ->
                            gateway.listeners().stream().map(l -> l.name());
                    case ListenerSet set -> set.listeners().stream().map(l -> l.name());
                    case dev.heddle.model.gatewayapi.HttpRoute route ->
                            route.rules().stream().flatMap(r -> r.name().stream());
                    case dev.heddle.model.gatewayapi.GrpcRoute route ->
                            route.rules().stream().flatMap(r -> r.name().stream());
                    case dev.heddle.model.istio.Gateway gateway ->
                            gateway.servers().stream()
                                    .flatMap(s -> Stream.of(s.port().name(), s.name()));
                    case VirtualService rules -> rules.http().stream().map(r -> r.name());
                    default -> Stream.of();
                };
        return names.filter(name -> !name.isEmpty()).distinct().toList();
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
