package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.ClientTls;
import dev.heddle.compiler.ir.PeerRules;
import dev.heddle.compiler.ir.SecretRef;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.ir.TlsSecret.DomainRoot;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.MeshTrust;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// How proxies speak the mesh's own TLS, in which both sides have certificates of the mesh.
///
/// @param isIdentified whether the proxy has such a certificate; one that has none, and is to speak
///   it all the same, fails rather than to fall back to plain text
/// @param isAutomatic whether hosts that speak it are spoken to so unasked
/// @param trustDomains the mesh's own
/// @param federated other ones, whose workloads may call, and may be called where they are named
/// @param said what the mesh says of it; empty for nothing
public record MeshTls(
        boolean isIdentified,
        boolean isAutomatic,
        List<String> trustDomains,
        List<String> federated,
        Optional<MeshConfig.MeshTls> said) {
    /// The label of a workload whose proxy ends the mesh's TLS.
    private static final String TLS_MODE = "security.istio.io/tlsMode";

    private static final String CERTIFICATE = "default";
    private static final String ROOTS = "ROOTCA";

    /// Those of the mesh and of other trust domains, each for itself. What the mesh's own hosts
    /// prove is measured without the others.
    private static final String FEDERATED = "ROOTCA-federated";

    private static final String SPIFFE = "spiffe://";

    /// The key exchange of now and of the time after quantum computers in one, where both sides
    /// have it.
    private static final List<String> GROUPS = List.of("X25519MLKEM768", "X25519", "P-256");

    /// Behind the mesh's own names stands what servers of HTTP know.
    private static final List<String> HTTP1 = List.of("istio-http/1.1", "istio", "http/1.1");

    private static final List<String> HTTP2 = List.of("istio-h2", "istio", "h2");
    private static final List<String> BYTES = List.of("istio");
    private static final List<String> SERVED = List.of("h2", "http/1.1");

    public MeshTls {
        trustDomains = List.copyOf(trustDomains);
        federated = List.copyOf(federated);
    }

    /// As those settings have it.
    public static MeshTls of(MeshSettings settings, boolean isIdentified) {
        return new MeshTls(
                isIdentified,
                isIdentified && settings.config().flatMap(MeshConfig::enableAutoMtls).orElse(true),
                settings.trustDomains(),
                isPossible(settings.trust()) ? settings.trust().federation().domains() : List.of(),
                settings.config().flatMap(MeshConfig::meshMTLS));
    }

    /// Whether the workload's proxy ends the mesh's TLS, as its label says.
    public static boolean isEndedBy(Endpoint endpoint) {
        return isEndedBy(endpoint.labels());
    }

    /// As [#isEndedBy(Endpoint)], by the workload's labels.
    public static boolean isEndedBy(Map<String, String> labels) {
        return "istio".equals(labels.get(TLS_MODE));
    }

    /// Whether others can be believed beside: what was revoked by the mesh's own authority must
    /// stand with its roots then, so they must be known here.
    public static boolean isPossible(MeshTrust trust) {
        return !trust.federation().isEmpty()
                && (trust.revoked().isEmpty() || trust.federation().own().isPresent());
    }

    /// The certificate and the roots of a proxy that finds them in that directory, under the names
    /// that Istio's agent gives them there.
    public static List<TlsSecret> secrets(String directory, MeshSettings settings) {
        MeshTrust trust = settings.trust();
        String roots = directory + "/root-cert.pem";
        var all = new ArrayList<TlsSecret>();
        all.add(
                new TlsSecret.CertificateFiles(
                        CERTIFICATE,
                        directory + "/cert-chain.pem",
                        directory + "/key.pem",
                        Origin.BUILT_IN));
        all.add(
                trust.revoked().isEmpty()
                        ? new TlsSecret.RootFile(ROOTS, roots, "", Origin.BUILT_IN)
                        : new TlsSecret.RootFileWithout(
                                ROOTS, roots, trust.revoked(), trust.origin()));
        if (isPossible(trust)) {
            all.add(federated(roots, settings));
        }
        return all;
    }

    private static TlsSecret federated(String file, MeshSettings settings) {
        MeshTrust trust = settings.trust();
        Optional<String> known = trust.federation().own();
        DomainRoot own =
                known.<DomainRoot>map(pem -> new DomainRoot.Inline(pem + trust.revoked()))
                        .orElseGet(() -> new DomainRoot.InFile(file));
        var domains = new TreeMap<String, DomainRoot>();
        settings.trustDomains().forEach(domain -> domains.put(domain, own));
        // An alias whose roots are said has those, and not the mesh's own.
        trust.federation()
                .roots()
                .forEach((domain, pem) -> domains.put(domain, new DomainRoot.Inline(pem)));
        return new TlsSecret.DomainRoots(
                FEDERATED, domains, known.isPresent() ? "" : file, trust.origin());
    }

    /// As a filter chain ends it.
    ///
    /// @param isHttp whether requests are looked at behind it
    public ServerTls server(boolean isHttp) {
        return server(isHttp, List.of(), "");
    }

    /// As [#server(boolean)].
    ///
    /// @param names of which a client's certificate must bear one; none: any of the mesh
    /// @param crlFile of revoked certificates, which the proxy has; empty for none
    ServerTls server(boolean isHttp, List<String> names, String crlFile) {
        return new ServerTls(
                List.of(new SecretRef(CERTIFICATE, isIdentified)),
                Optional.of(callers(names, crlFile)),
                true,
                least(),
                ProtocolVersion.TLS_AUTO,
                cipherSuites(),
                groups(),
                isHttp ? SERVED : List.of());
    }

    /// As connections to a cluster's hosts begin it.
    ///
    /// @param names of which the host's certificate must bear one; none: any of the namespace
    /// @param namespace of the host, where it has no such name; empty: any of the mesh
    /// @param protocol of the port
    /// @param isHttp2 whether its hosts are spoken to in HTTP/2
    /// @param automatically whether only to hosts that speak it
    ClientTls client(
            List<String> names,
            Optional<String> namespace,
            String sni,
            AppProtocol protocol,
            boolean isHttp2,
            boolean automatically) {
        List<String> alpn = !protocol.isHttp() ? BYTES : isHttp2 ? HTTP2 : HTTP1;
        return new ClientTls(
                Optional.of(new SecretRef(CERTIFICATE, isIdentified)),
                Optional.of(
                        peers(
                                named(names) ? FEDERATED : ROOTS,
                                names,
                                namespace
                                        .map(n -> trustDomains.stream().map(d -> d + "/ns/" + n))
                                        .map(Stream::toList)
                                        .orElse(trustDomains),
                                "")),
                sni,
                Optional.of(
                        new ClientTls.Mesh(
                                least(), cipherSuites(), groups(), alpn, automatically)));
    }

    /// What callers must prove. Where a file says who was revoked they are the mesh's own, as Envoy
    /// looks at no such file beside the roots of several trust domains.
    private PeerRules callers(List<String> names, String crlFile) {
        boolean mayBeOthers =
                !federated.isEmpty() && crlFile.isEmpty() && (names.isEmpty() || named(names));
        return mayBeOthers
                ? peers(
                        FEDERATED,
                        names,
                        Stream.concat(trustDomains.stream(), federated.stream())
                                .distinct()
                                .toList(),
                        crlFile)
                : peers(ROOTS, names, trustDomains, crlFile);
    }

    /// Whether one of the names is of another trust domain.
    private boolean named(List<String> names) {
        return names.stream()
                .anyMatch(name ->
                        federated.stream().anyMatch(d -> name.startsWith(SPIFFE + d + "/")));
    }

    private PeerRules peers(String roots, List<String> names, List<String> within, String crlFile) {
        return new PeerRules(
                new SecretRef(roots, isIdentified),
                names,
                names.isEmpty() ? within : List.of(),
                List.of(),
                List.of(),
                crlFile);
    }

    /// Who a service's hosts are: the accounts that its workloads run as, and, as in Istio, whoever
    /// its ServiceEntry names; none where none is known.
    List<String> identities(MeshService service) {
        var accounts = new TreeSet<String>();
        for (Endpoint endpoint : service.endpoints()) {
            if (!endpoint.account().isEmpty()) {
                accounts.add(endpoint.account());
            }
        }
        String namespace = service.service().namespace();
        Stream<String> own =
                accounts.stream()
                        .flatMap(account ->
                                trustDomains.stream()
                                        .map(domain ->
                                                SPIFFE
                                                        + "%s/ns/%s/sa/%s"
                                                                .formatted(
                                                                        domain, namespace,
                                                                        account)));
        return Stream.concat(own, service.traits().subjectAltNames().stream()).distinct().toList();
    }

    private ProtocolVersion least() {
        return said.map(MeshConfig.MeshTls::minProtocolVersion)
                        .filter(MeshConfig.MeshTls.Version.TLSV1_2::equals)
                        .isPresent()
                ? ProtocolVersion.TLSV1_2
                : ProtocolVersion.TLSV1_3;
    }

    private List<String> cipherSuites() {
        return said.map(MeshConfig.MeshTls::cipherSuites).orElse(List.of()).stream()
                .filter(ServerTlsLowering::isSpoken)
                .distinct()
                .toList();
    }

    private List<String> groups() {
        return said.map(MeshConfig.MeshTls::ecdhCurves).filter(c -> !c.isEmpty()).orElse(GROUPS);
    }
}
