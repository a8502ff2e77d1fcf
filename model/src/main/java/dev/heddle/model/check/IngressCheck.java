package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Ingress;
import dev.heddle.model.core.Ingress.Backend;
import dev.heddle.model.core.Ingress.PathType;
import java.util.List;

/// Looks at Ingresses, as the API server does.
final class IngressCheck implements Check<Ingress> {
    private static final FieldPath SPEC = FieldPath.of("spec");

    @Override
    public void check(Resource<Ingress> resource, Findings findings) {
        Ingress spec = resource.spec();
        if (spec.defaultBackend().isEmpty() && spec.rules().isEmpty()) {
            findings.missing(SPEC, "there is neither 'rules' nor 'defaultBackend'");
        }
        spec.defaultBackend()
                .ifPresent(b -> checkBackend(b, SPEC.field("defaultBackend"), findings));
        for (int i = 0; i < spec.tls().size(); i++) {
            FieldPath path = SPEC.field("tls").index(i).field("hosts");
            List<String> hosts = spec.tls().get(i).hosts();
            for (int j = 0; j < hosts.size(); j++) {
                checkHost(hosts.get(j), path.index(j), findings);
            }
        }
        for (int i = 0; i < spec.rules().size(); i++) {
            FieldPath path = SPEC.field("rules").index(i);
            Ingress.Rule rule = spec.rules().get(i);
            if (!rule.host().isEmpty()) {
                checkHost(rule.host(), path.field("host"), findings);
            }
            List<Ingress.Path> paths = rule.http().map(Ingress.Http::paths).orElse(List.of());
            for (int j = 0; j < paths.size(); j++) {
                checkPath(paths.get(j), path.field("http").field("paths").index(j), findings);
            }
        }
    }

    private static void checkHost(String host, FieldPath path, Findings findings) {
        boolean isStar = host.startsWith("*.");
        String name = isStar ? host.substring(2) : host;
        if (!Names.isHost(name) || (isStar && name.isEmpty())) {
            findings.invalid(path, host, "a name, or one behind '*.'");
        }
    }

    private static void checkPath(Ingress.Path path, FieldPath at, Findings findings) {
        boolean isFree =
                path.pathType() == PathType.ImplementationSpecific && path.path().isEmpty();
        if (!isFree && !path.path().startsWith("/")) {
            findings.invalid(at.field("path"), path.path(), "'/' at the beginning");
        }
        if (path.pathType() != PathType.ImplementationSpecific && path.path().contains("//")) {
            findings.invalid(at.field("path"), path.path(), "no '//'");
        }
        checkBackend(path.backend(), at.field("backend"), findings);
    }

    private static void checkBackend(Backend backend, FieldPath path, Findings findings) {
        if (backend.service().isPresent() == backend.resource().isPresent()) {
            findings.error(path, "expected: either 'service' or 'resource'");
        }
        backend.service()
                .ifPresent(s -> {
                    FieldPath port = path.field("service").field("port");
                    boolean isNamed = !s.port().name().isEmpty();
                    if (isNamed == (s.port().number() != 0)) {
                        findings.error(port, "expected: either 'name' or 'number'");
                    } else if (!isNamed) {
                        Values.checkPort(s.port().number(), port.field("number"), findings);
                    }
                });
    }
}
