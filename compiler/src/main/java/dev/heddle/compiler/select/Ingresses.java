package dev.heddle.compiler.select;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.Severity;
import dev.heddle.model.core.Ingress;
import dev.heddle.model.core.IngressClass;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshConfig.IngressControllerMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Which Ingresses are for this mesh, and what they come to: Gateways and VirtualServices, as Istio
/// makes them.
///
/// @param resources the given ones and those that were made; nobody reads these but the compiler
/// @param findings about Ingresses and what they name
public record Ingresses(Resources resources, List<Diagnostic> findings) {
    private static final String CONTROLLER = "istio.io/ingress-controller";
    private static final String CLASS = "kubernetes.io/ingress.class";
    private static final String IS_DEFAULT = "ingressclass.kubernetes.io/is-default-class";
    private static final String LEGACY_SERVICE = "istio-ingressgateway";

    public Ingresses {
        findings = List.copyOf(findings);
    }

    /// Adds what the Ingresses among the resources come to.
    public static Ingresses of(Resources resources, Optional<MeshConfig> config) {
        List<Resource<Ingress>> all = resources.all(Kinds.INGRESS);
        if (all.isEmpty()) {
            return new Ingresses(resources, List.of());
        }
        var findings = new Diagnostics();
        var choice = new Choice(resources, config, findings);
        List<Resource<Ingress>> ours =
                all.stream().filter(choice::isOurs).sorted(Age.oldestFirst()).toList();
        var made = new ArrayList<Resource<?>>(resources.all());
        Map<String, IngressRules> byHost = new TreeMap<>();
        var claims = new IngressClaims();
        for (Resource<Ingress> ingress : ours) {
            var gateway = new IngressGateway(ingress, selector(config));
            gateway.resource(findings).ifPresent(made::add);
            rules(gateway, resources, byHost, claims, findings);
        }
        claims.find(findings);
        byHost.values().forEach(rules -> rules.resource(findings).ifPresent(made::add));
        return new Ingresses(Resources.of(made), findings.toList());
    }

    private static void rules(
            IngressGateway gateway,
            Resources resources,
            Map<String, IngressRules> byHost,
            IngressClaims claims,
            Diagnostics findings) {
        Resource<Ingress> ingress = gateway.ingress();
        String namespace = ingress.metadata().namespace();
        var backends = new IngressBackends(ingress, resources, findings);
        FieldPath spec = FieldPath.of("spec");
        List<Ingress.Rule> rules = ingress.spec().rules();
        for (int i = 0; i < rules.size(); i++) {
            Ingress.Rule rule = rules.get(i);
            List<Ingress.Path> paths = rule.http().map(Ingress.Http::paths).orElse(List.of());
            IngressRules of = rules(byHost, namespace, rule.host());
            for (int j = 0; j < paths.size(); j++) {
                FieldPath at = spec.field("rules").index(i).field("http").field("paths").index(j);
                Ingress.Path path = paths.get(j);
                backends.of(path.backend(), at.field("backend"))
                        .ifPresent(backend -> {
                            of.add(ingress, at, path, backend, gateway);
                            claims.add(rule.host(), IngressRules.condition(path), at, gateway);
                        });
            }
        }
        ingress.spec()
                .defaultBackend()
                .flatMap(backend -> backends.of(backend, spec.field("defaultBackend")))
                .ifPresent(backend -> {
                    FieldPath at = spec.field("defaultBackend");
                    rules(byHost, namespace, "").addDefault(ingress, at, backend, gateway);
                    claims.add("", "", at, gateway);
                });
    }

    private static IngressRules rules(
            Map<String, IngressRules> byHost, String namespace, String host) {
        return byHost.computeIfAbsent(
                namespace + "/" + host, _ -> new IngressRules(namespace, host));
    }

    /// The gateways that serve Ingresses, by their label `istio`.
    private static String selector(Optional<MeshConfig> config) {
        String said = config.map(MeshConfig::ingressSelector).orElse("");
        String service = config.map(MeshConfig::ingressService).orElse("");
        if (!said.isEmpty()) {
            return said;
        }
        return service.isEmpty() || service.equals(LEGACY_SERVICE) ? "ingressgateway" : service;
    }

    /// Decides whose an Ingress is: by its annotation, by its class, or, without either, by the
    /// mesh's mode.
    private record Choice(Resources resources, Optional<MeshConfig> config, Diagnostics findings) {

        boolean isOurs(Resource<Ingress> ingress) {
            IngressControllerMode mode =
                    config.map(MeshConfig::ingressControllerMode)
                            .filter(said -> said != IngressControllerMode.UNSPECIFIED)
                            .orElse(IngressControllerMode.STRICT);
            if (mode == IngressControllerMode.OFF) {
                return false;
            }
            String annotated = ingress.metadata().annotations().get(CLASS);
            if (annotated != null) {
                return annotated.equals(ownClass());
            }
            String named = ingress.spec().ingressClassName();
            Optional<Resource<IngressClass>> of = named.isEmpty() ? defaultClass() : find(named);
            if (!named.isEmpty() && of.isEmpty()) {
                findings.add(
                        new Diagnostic(
                                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                                Severity.WARNING,
                                ingress.origin(FieldPath.of("spec", "ingressClassName")),
                                "IngressClass '" + named + "' is not there, so nobody serves this",
                                "Apply one with controller '" + CONTROLLER + "'"));
                return false;
            }
            return of.map(found -> found.spec().controller().equals(CONTROLLER))
                    .orElse(mode == IngressControllerMode.DEFAULT);
        }

        private String ownClass() {
            String said = config.map(MeshConfig::ingressClass).orElse("");
            return said.isEmpty() ? "istio" : said;
        }

        private Optional<Resource<IngressClass>> find(String name) {
            return resources.all(Kinds.INGRESS_CLASS).stream()
                    .filter(it -> it.metadata().name().equals(name))
                    .findFirst();
        }

        private Optional<Resource<IngressClass>> defaultClass() {
            return resources.all(Kinds.INGRESS_CLASS).stream()
                    .filter(it -> "true".equals(it.metadata().annotations().get(IS_DEFAULT)))
                    .min(Age.oldestFirst());
        }
    }
}
