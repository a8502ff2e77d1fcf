package dev.heddle.compiler.explain;

import dev.heddle.compiler.attach.AttachedGateway;
import dev.heddle.compiler.attach.AttachedListener;
import dev.heddle.compiler.attach.BackendTls;
import dev.heddle.compiler.attach.GatewayApi;
import dev.heddle.compiler.attach.ListenerTls;
import dev.heddle.compiler.attach.Trust;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.secret.Credentials.Credential;
import dev.heddle.compiler.select.MadeResource;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Service;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which Gateways, policies and DestinationRules name which certificates and roots.
///
/// A `credentialName` is looked for in the namespace of the gateway's workload, which nobody knows
/// before it connects, so it names the Secrets of that name in all namespaces. References of the
/// Gateway API name one.
public final class CertificateUses {
    private static final FieldPath CLIENT =
            FieldPath.of("spec", "tls", "backend", "clientCertificateRef");

    /// By how bundles of roots are named.
    private static final Map<String, String> KINDS =
            Map.of("configmap", "ConfigMap", "secret", "Secret");

    private final MeshIndex index;
    private final Set<String> namespaces;
    private final Map<Part, Set<Use>> uses = new LinkedHashMap<>();

    private CertificateUses(MeshIndex index) {
        this.index = index;
        this.namespaces =
                index.credentials().all().values().stream()
                        .map(c -> c.resource().metadata().namespace())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /// A part of a resource.
    ///
    /// @param resource as in `Secret default/shop` or `ConfigMap default/roots`
    /// @param areRoots whether it is its roots, or else its certificate with those above it
    public record Part(String resource, boolean areRoots) {}

    /// Somebody who names one.
    ///
    /// @param origin of the field
    /// @param listener name of the server or listener; empty where it is for connections to others
    public record Use(Origin origin, String listener) {}

    /// Who names what, in the order of the resources.
    public static Map<Part, Set<Use>> of(MeshIndex index) {
        var found = new CertificateUses(index);
        index.resources().all(Kinds.GATEWAY).forEach(found::gateway);
        GatewayApi api = index.gatewayApi();
        api.gateways().forEach(found::gateway);
        index.resources().all(Kinds.DESTINATION_RULE).forEach(found::rule);
        for (MeshService service : index.services().all()) {
            Service named = service.service();
            named.ports()
                    .forEach(port ->
                            api.tls(named.host(), named.namespace(), port)
                                    .ifPresent(found::backend));
        }
        return found.uses;
    }

    private void gateway(Resource<Gateway> gateway) {
        List<Gateway.Server> servers = gateway.spec().servers();
        for (int i = 0; i < servers.size(); i++) {
            Gateway.Server server = servers.get(i);
            if (GatewayServers.isServed(server) && GatewayServers.isTlsEnded(server)) {
                FieldPath path = FieldPath.of("spec", "servers").index(i).field("tls");
                String name = server.name().isEmpty() ? server.port().name() : server.name();
                server(gateway, server.tls().orElseThrow(), path, name);
            }
        }
    }

    private void server(
            Resource<Gateway> gateway, ServerTlsSettings tls, FieldPath path, String name) {
        switch (tls.mode()) {
            case PASSTHROUGH, AUTO_PASSTHROUGH, ISTIO_MUTUAL -> {}
            case SIMPLE, MUTUAL, OPTIONAL_MUTUAL -> {
                List<String> several = tls.credentialNames();
                for (int i = 0; i < several.size(); i++) {
                    FieldPath at = path.field("credentialNames").index(i);
                    pair(several.get(i), new Use(MadeResource.origin(gateway, at), name));
                }
                FieldPath at = path.field("credentialName");
                if (several.isEmpty()) {
                    pair(tls.credentialName(), new Use(MadeResource.origin(gateway, at), name));
                }
                if (tls.mode() != ServerTlsSettings.Mode.SIMPLE) {
                    clients(gateway, tls, path, name);
                }
            }
        }
    }

    private void clients(
            Resource<Gateway> gateway, ServerTlsSettings tls, FieldPath path, String name) {
        FieldPath at;
        String credential;
        if (!tls.caCertCredentialName().isEmpty()) {
            at = path.field("caCertCredentialName");
            credential = tls.caCertCredentialName();
        } else if (!tls.credentialNames().isEmpty()) {
            at = path.field("credentialNames").index(0);
            credential = tls.credentialNames().getFirst();
        } else {
            at = path.field("credentialName");
            credential = tls.credentialName();
        }
        roots(credential, new Use(MadeResource.origin(gateway, at), name));
    }

    private void gateway(AttachedGateway gateway) {
        gateway.listeners().forEach(this::listener);
        gateway.client().ifPresent(it -> named(it, new Use(gateway.resource().origin(CLIENT), "")));
    }

    private void listener(AttachedListener listener) {
        var use = new Use(listener.origin(), listener.spec().name());
        listener.tls()
                .ifPresent(tls -> {
                    switch (tls) {
                        case ListenerTls.Passthrough() -> {}
                        case ListenerTls.Terminate ended -> {
                            ended.certificates().forEach(it -> named(it, use));
                            ended.clients().ifPresent(clients -> trust(clients.trust(), use));
                        }
                    }
                });
    }

    private void backend(BackendTls tls) {
        switch (tls) {
            case BackendTls.Broken _ -> {}
            case BackendTls.Verified verified ->
                    trust(verified.trust(), new Use(verified.origin(), ""));
        }
    }

    private void rule(Resource<DestinationRule> rule) {
        FieldPath spec = FieldPath.of("spec");
        rule.spec().trafficPolicy().ifPresent(p -> policy(rule, p, spec.field("trafficPolicy")));
        List<DestinationRule.Subset> subsets = rule.spec().subsets();
        for (int i = 0; i < subsets.size(); i++) {
            FieldPath at = spec.field("subsets").index(i).field("trafficPolicy");
            subsets.get(i).trafficPolicy().ifPresent(p -> policy(rule, p, at));
        }
    }

    private void policy(Resource<DestinationRule> rule, TrafficPolicy policy, FieldPath path) {
        policy.tls().ifPresent(tls -> client(rule, tls, path.field("tls")));
        for (int i = 0; i < policy.portLevelSettings().size(); i++) {
            FieldPath at = path.field("portLevelSettings").index(i).field("tls");
            policy.portLevelSettings().get(i).tls().ifPresent(tls -> client(rule, tls, at));
        }
    }

    private void client(Resource<DestinationRule> rule, ClientTlsSettings tls, FieldPath path) {
        switch (tls.mode()) {
            case DISABLE, ISTIO_MUTUAL -> {}
            case SIMPLE, MUTUAL -> {
                var use = new Use(rule.origin(path.field("credentialName")), "");
                pair(tls.credentialName(), use);
                if (!tls.insecureSkipVerify().orElse(false)) {
                    roots(tls.credentialName(), use);
                }
            }
        }
    }

    private void pair(String credential, Use use) {
        namespaces.forEach(
                namespace -> add(index.credentials().withPair(namespace, credential), false, use));
    }

    private void roots(String credential, Use use) {
        namespaces.forEach(
                namespace -> add(index.credentials().withRoots(namespace, credential), true, use));
    }

    private void named(ListenerTls.Certificate certificate, Use use) {
        Credentials all = index.credentials();
        add(all.withPair(certificate.namespace(), certificate.name()), false, use);
    }

    private void trust(Trust trust, Use use) {
        switch (trust) {
            case Trust.WellKnown() -> {}
            case Trust.Bundle(String name, _) -> parts(name).forEach(part -> add(part, use));
        }
    }

    /// What roots were read from.
    ///
    /// @param name as of [Trust.Bundle]; of anything else it is nothing
    public static List<Part> parts(String name) {
        return Stream.of(name.split("\\+"))
                .map(one -> one.split("/", 2))
                .filter(one -> one.length == 2 && KINDS.containsKey(one[0]))
                .map(one -> new Part(KINDS.get(one[0]) + " " + one[1], true))
                .toList();
    }

    private void add(Optional<Credential> found, boolean areRoots, Use use) {
        found.ifPresent(it -> add(new Part(it.resource().id().toString(), areRoots), use));
    }

    private void add(Part part, Use use) {
        uses.computeIfAbsent(part, _ -> new LinkedHashSet<>()).add(use);
    }
}
