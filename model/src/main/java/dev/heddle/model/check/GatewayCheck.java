package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.Gateway.Server;
import dev.heddle.model.istio.Port;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.service.AppProtocol;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/// Looks at Gateways.
final class GatewayCheck implements Check<Gateway> {
    private static final FieldPath SERVERS = FieldPath.of("spec", "servers");
    private static final String HOME = "istio-system";
    private static final String OF_INGRESS = "ingress~";

    @Override
    public void check(Resource<Gateway> resource, Findings findings) {
        Gateway spec = resource.spec();
        String name = resource.metadata().name();
        if (!Names.isDnsLabel(name)) {
            findings.invalid(
                    FieldPath.of("metadata", "name"), name, "letters, digits and '-', at most 63");
        }
        if (spec.servers().isEmpty()) {
            findings.missing(SERVERS, "there is no server (expected: at least one)");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < spec.servers().size(); i++) {
            Server server = spec.servers().get(i);
            FieldPath path = SERVERS.index(i);
            checkServer(server, path, findings);
            String port = server.port().name();
            if (!port.isEmpty() && !names.add(port)) {
                findings.error(
                        path.field("port").field("name"),
                        "the name '" + port + "' is here for the second time");
            }
        }
    }

    private static void checkServer(Server server, FieldPath path, Findings findings) {
        for (int i = 0; i < server.hosts().size(); i++) {
            checkHost(server.hosts().get(i), path.field("hosts").index(i), findings);
        }
        checkPort(server.port(), server.bind(), path.field("port"), findings);
        checkBind(server, path.field("bind"), findings);
        server.tls().ifPresent(t -> TlsChecks.checkServer(t, path.field("tls"), findings));
        server.tls().ifPresent(t -> checkCredentials(t, path.field("tls"), findings));
        checkTls(server, path, findings);
    }

    /// Names of Secrets of other namespaces are for what Ingresses come to.
    private static void checkCredentials(ServerTlsSettings tls, FieldPath path, Findings findings) {
        if (findings.namespace().equals(HOME)) {
            return;
        }
        Stream.of(
                        Stream.of(tls.credentialName(), tls.caCertCredentialName()),
                        tls.credentialNames().stream())
                .flatMap(names -> names)
                .filter(name -> name.startsWith(OF_INGRESS))
                .forEach(name -> findings.invalid(path, name, "a Secret of the gateway's own"));
    }

    private static void checkHost(String host, FieldPath path, Findings findings) {
        int slash = host.indexOf('/');
        String namespace = slash < 0 ? "*" : host.substring(0, slash);
        String name = host.substring(slash + 1);
        boolean known =
                namespace.equals("*") || namespace.equals(".") || Names.isDnsLabel(namespace);
        boolean isHost = Names.isWildcardHost(name) && !Names.isPartialWildcard(name);
        if (!known || (!isHost && !Addresses.isIp(name))) {
            findings.invalid(path, host, "host or namespace/host, as *.example.com");
        }
    }

    private static void checkPort(Port port, String bind, FieldPath path, Findings findings) {
        if (port.name().isEmpty()) {
            findings.missing(path.field("name"), "'name' is missing (expected: a unique name)");
        }
        if (AppProtocol.parse(port.protocol()) == AppProtocol.UNSET) {
            findings.invalid(
                    path.field("protocol"),
                    port.protocol(),
                    "one of HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP, TLS");
        }
        if (port.number() != 0 || !bind.startsWith(Names.UNIX)) {
            Values.checkPort(port.number(), path.field("number"), findings);
        }
        if (port.targetPort().orElse(0) > 0) {
            findings.error(path.field("targetPort"), "a gateway has no use for it");
        }
    }

    private static void checkBind(Server server, FieldPath path, Findings findings) {
        String bind = server.bind();
        if (bind.startsWith(Names.UNIX)) {
            if (!Names.isSocketPath(bind) || server.port().number() != 0) {
                findings.invalid(path, bind, "an absolute path, and port.number 0");
            }
        } else if (!bind.isEmpty() && !Addresses.isIp(bind)) {
            findings.invalid(path, bind, "an IP address");
        }
    }

    private static void checkTls(Server server, FieldPath path, Findings findings) {
        AppProtocol protocol = AppProtocol.parse(server.port().protocol());
        if (protocol.isTls() && server.tls().isEmpty()) {
            findings.missing(path.field("tls"), protocol + " needs 'tls'");
        }
        if (server.tls().isEmpty() || protocol.isTls() || protocol == AppProtocol.UNSET) {
            return;
        }
        ServerTlsSettings tls = server.tls().get();
        boolean redirectOnly =
                tls.mode() == ServerTlsSettings.Mode.PASSTHROUGH
                        && tls.serverCertificate().isEmpty()
                        && tls.privateKey().isEmpty()
                        && tls.caCertificates().isEmpty();
        if (!protocol.isHttp() || !redirectOnly) {
            findings.error(
                    path.field("tls"),
                    server.port().protocol()
                            + " is plain text (expected: no tls but httpsRedirect)");
        }
    }
}
