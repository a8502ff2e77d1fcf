package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.Http3;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.stream.Stream;

/// Checks what Gateways say of HTTP/3.
final class Http3Check {
    private Http3Check() {}

    static void check(MeshIndex index, Diagnostics findings) {
        List<Resource<Gateway>> gateways = index.resources().all(Kinds.GATEWAY);
        Stream.concat(gateways.stream(), index.resources().all(Kinds.KUBERNETES_GATEWAY).stream())
                .forEach(gateway -> said(gateway, findings));
        gateways.stream().filter(Http3::isAsked).forEach(gateway -> servers(gateway, findings));
    }

    private static void said(Resource<?> gateway, Diagnostics findings) {
        Http3.said(gateway)
                .filter(said -> !said.equals("true") && !said.equals("false"))
                .ifPresent(said ->
                        findings.add(
                                DiagnosticCode.INVALID_VALUE,
                                gateway.origin(
                                        FieldPath.of("metadata", "annotations", Http3.ANNOTATION)),
                                "'" + said + "' (expected: true or false)",
                                "HTTP/3 is not spoken until then"));
    }

    private static void servers(Resource<Gateway> gateway, Diagnostics findings) {
        List<Gateway.Server> servers = gateway.spec().servers();
        for (int i = 0; i < servers.size(); i++) {
            FieldPath path = FieldPath.of("spec", "servers").index(i).field("tls").field("mode");
            servers.get(i)
                    .tls()
                    .map(ServerTlsSettings::mode)
                    .filter(mode ->
                            mode == ServerTlsSettings.Mode.MUTUAL
                                    || mode == ServerTlsSettings.Mode.OPTIONAL_MUTUAL)
                    .ifPresent(mode ->
                            findings.add(
                                    DiagnosticCode.NOT_IMPLEMENTED,
                                    gateway.origin(path),
                                    "HTTP/3 is not spoken with clients that show certificates",
                                    "They go on over TCP; leave the annotation to Gateways whose"
                                            + " servers are all SIMPLE"));
        }
    }
}
