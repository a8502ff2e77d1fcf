package dev.heddle.compiler.analyze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// The cases of Istio's own analyzers, which stand beside the checkout: of each file we find, under
/// Istio's codes, what Istio finds, as often and about the same resources, and nothing else.
class IstioCasesTest {
    /// The last moment that the files were written for.
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    /// The codes of the messages that occur in the cases.
    private static final Map<String, String> CODES = new TreeMap<>();

    /// What each of Istio's analyzers may say, and of what.
    private static final Map<String, Predicate<Diagnostic>> SAYS = new TreeMap<>();

    static {
        code("Deprecated", "IST0002");
        code("ReferencedResourceNotFound", "IST0101");
        code("NamespaceNotInjected", "IST0102");
        code("PodMissingProxy", "IST0103");
        code("MisplacedAnnotation", "IST0107");
        code("UnknownAnnotation", "IST0108");
        code("ConflictingMeshGatewayVirtualServiceHosts", "IST0109");
        code("ConflictingSidecarWorkloadSelectors", "IST0110");
        code("MultipleSidecarsWithoutWorkloadSelectors", "IST0111");
        code("VirtualServiceDestinationPortSelectorRequired", "IST0112");
        code("DeploymentAssociatedToMultipleServices", "IST0116");
        code("PortNameIsNotUnderNamingConvention", "IST0118");
        code("NamespaceMultipleInjectionLabels", "IST0123");
        code("InvalidAnnotation", "IST0125");
        code("UnknownMeshNetworksServiceRegistry", "IST0126");
        code("NoMatchingWorkloadsFound", "IST0127");
        code("NoServerCertificateVerificationDestinationLevel", "IST0128");
        code("NoServerCertificateVerificationPortLevel", "IST0129");
        code("VirtualServiceUnreachableRule", "IST0130");
        code("VirtualServiceIneffectiveMatch", "IST0131");
        code("VirtualServiceHostNotFoundInGateway", "IST0132");
        code("SchemaWarning", "IST0133");
        code("ServiceEntryAddressesRequired", "IST0134");
        code("DeprecatedAnnotation", "IST0135");
        code("AlphaAnnotation", "IST0136");
        code("DeploymentConflictingPorts", "IST0137");
        code("GatewayDuplicateCertificate", "IST0138");
        code("InvalidWebhook", "IST0139");
        code("IngressRouteRulesNotAffected", "IST0140");
        code("InvalidApplicationUID", "IST0144");
        code("ConflictingGateways", "IST0145");
        code("ImageAutoWithoutInjectionWarning", "IST0146");
        code("ImageAutoWithoutInjectionError", "IST0147");
        code("NamespaceInjectionEnabledByDefault", "IST0148");
        code("JwtClaimBasedRoutingWithoutRequestAuthN", "IST0149");
        code("ExternalNameServiceTypeInvalidPortName", "IST0150");
        code("EnvoyFilterUsesRelativeOperation", "IST0151");
        code("EnvoyFilterUsesReplaceOperationIncorrectly", "IST0152");
        code("EnvoyFilterUsesAddOperationIncorrectly", "IST0153");
        code("EnvoyFilterUsesRemoveOperationIncorrectly", "IST0154");
        code("EnvoyFilterUsesRelativeOperationWithProxyVersion", "IST0155");
        code("InvalidTelemetryProvider", "IST0157");
        code("PodsIstioProxyImageMismatchInNamespace", "IST0158");
        code("ConflictingTelemetryWorkloadSelectors", "IST0159");
        code("MultipleTelemetriesWithoutWorkloadSelectors", "IST0160");
        code("InvalidGatewayCredential", "IST0161");
        code("GatewayPortNotDefinedOnService", "IST0162");
        code("InvalidExternalControlPlaneConfig", "IST0163");
        code("ExternalControlPlaneAddressIsNotAHostname", "IST0164");
        code("ReferencedInternalGateway", "IST0165");
        code("IneffectiveSelector", "IST0166");
        code("IneffectivePolicy", "IST0167");
        code("NegativeConditionStatus", "IST0171");
        code("DestinationRuleSubsetNotSelectPods", "IST0173");
        code("UnknownDestinationRuleHost", "IST0174");
        code("JwksUriFetchUnrestricted", "IST0175");
        code("GatewayAPICRDVersionBelowMinimum", "IST0176");
        code("ConflictingServiceEntryProtocol", "IST0177");

        says("annotations.K8sAnalyzer", of("IST0107", "IST0108", "IST0125", "IST0135"));
        says("authn.BlockedCIDRsAnalyzer", of("IST0175"));
        says(
                "authz.AuthorizationPoliciesAnalyzer",
                of("IST0127", "IST0101").and(about("AuthorizationPolicy")));
        says("conditions.ConditionAnalyzer", of("IST0171"));
        says("deployment.ApplicationUIDAnalyzer", of("IST0144"));
        says("deployment.ServiceAssociationAnalyzer", of("IST0116", "IST0137"));
        says("deprecation.FieldAnalyzer", of("IST0002").and(about("Telemetry").negate()));
        says("destinationrule.CaCertificateAnalyzer", of("IST0128", "IST0129"));
        says("destinationrule.PodNotSelectedAnalyzer", of("IST0173", "IST0174"));
        says(
                "envoyfilter.EnvoyPatchAnalyzer",
                of("IST0151", "IST0152", "IST0153", "IST0154", "IST0155"));
        says("externalcontrolplane.ExternalControlPlaneAnalyzer", of("IST0163", "IST0164"));
        says("gateway.CertificateAnalyzer", of("IST0138"));
        says("gateway.ConflictingGatewayAnalyzer", of("IST0145"));
        says(
                "gateway.IngressGatewayPortAnalyzer",
                of("IST0162").or(of("IST0101").and(about("Gateway")).and(at("selector"))));
        says("gateway.SecretAnalyzer", of("IST0161").or(of("IST0101").and(about("Gateway"))));
        says("injection.Analyzer", of("IST0102", "IST0103", "IST0123", "IST0148"));
        says("injection.ImageAnalyzer", of("IST0158"));
        says("injection.ImageAutoAnalyzer", of("IST0146", "IST0147"));
        says("k8sgateway.SelectorAnalyzer", of("IST0166"));
        says("k8sgateway.CRDVersionAnalyzer", of("IST0176"));
        says("maturity.AlphaAnalyzer", of("IST0136"));
        says("multicluster.MeshNetworksAnalyzer", of("IST0126"));
        says("service.PortNameAnalyzer", of("IST0118", "IST0150"));
        says("serviceentry.ProtocolAddressesAnalyzer", of("IST0134"));
        says("serviceentry.ConflictingServiceEntryProtocolAnalyzer", of("IST0177"));
        says(
                "sidecar.SelectorAnalyzer",
                of("IST0110", "IST0111", "IST0167")
                        .or(of("IST0101").and(about("Sidecar")).and(at("workloadSelector"))));
        says("telemetry.DefaultSelectorAnalyzer", of("IST0160"));
        says("telemetry.LightstepAnalyzer", of("IST0002").and(about("Telemetry")));
        says("telemetry.ProviderAnalyzer", of("IST0157"));
        says("telemetry.SelectorAnalyzer", of("IST0159").or(of("IST0101").and(about("Telemetry"))));
        says("virtualservice.ConflictingMeshGatewayHostsAnalyzer", of("IST0109"));
        says(
                "virtualservice.DestinationHostAnalyzer",
                of("IST0112", "IST0140")
                        .or(
                                of("IST0101")
                                        .and(about("VirtualService"))
                                        .and(at("host").or(at("number")))));
        says(
                "virtualservice.DestinationRuleAnalyzer",
                of("IST0101").and(about("VirtualService")).and(at("subset")));
        says(
                "virtualservice.GatewayAnalyzer",
                of("IST0132", "IST0165")
                        .or(of("IST0101").and(about("VirtualService")).and(at("gateways"))));
        says("virtualservice.JWTClaimRouteAnalyzer", of("IST0149"));
        says("webhook.Analyzer", of("IST0139"));
        says(
                "schemaValidation.CollectionValidationAnalyzer",
                of("IST0130", "IST0131").and(about("VirtualService")));
    }

    private static void code(String name, String id) {
        CODES.put(name, id);
    }

    private static void says(String analyzer, Predicate<Diagnostic> what) {
        SAYS.put(analyzer, what);
    }

    private static Predicate<Diagnostic> of(String... codes) {
        return d -> List.of(codes).contains(d.code().id());
    }

    private static Predicate<Diagnostic> about(String kind) {
        return d -> d.origin().resource().startsWith(kind + " ");
    }

    private static Predicate<Diagnostic> at(String field) {
        return d -> d.origin().path().toString().matches(".*\\b" + field + "\\b(\\[\\d+])?");
    }

    @Test
    void whatIstioFindsWeFindUnderItsCodes() {
        Path cases = cases();
        var wrong = new ArrayList<String>();
        int checked = 0;
        for (Written each : Written.of(Json.parse(read(cases.resolve("expected.json")))).items()) {
            Predicate<Diagnostic> says = SAYS.get(analyzer(each));
            assertThat(says).as(analyzer(each)).isNotNull();
            List<String> expected =
                    each.at("expected").items().stream()
                            .map(e -> code(e) + " " + e.at("origin").text())
                            .map(IstioCasesTest::ours)
                            .sorted()
                            .toList();
            List<String> found =
                    analyze(cases, each).stream()
                            .filter(says)
                            .map(d -> d.code().id() + " " + d.origin().resource())
                            .sorted()
                            .toList();
            checked++;
            if (!found.equals(expected)) {
                wrong.add(
                        each.at("name").text()
                                + "\n  expected "
                                + expected
                                + "\n  found    "
                                + found);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(checked).isGreaterThan(55);
    }

    private static String code(Written expected) {
        String name = expected.at("message").text();
        return CODES.getOrDefault(name, "no code for " + name);
    }

    /// Istio leaves out the namespace where its file does, and has a resource of its own for what
    /// is an entry of a ConfigMap.
    private static String ours(String finding) {
        if (finding.endsWith("MeshNetworks istio-system/meshnetworks")) {
            return finding.substring(0, 8) + "ConfigMap istio-system/istio";
        }
        boolean isOfNone =
                finding.contains(" Namespace ")
                        || finding.contains("WebhookConfiguration ")
                        || finding.contains(" CustomResourceDefinition ");
        int name = finding.lastIndexOf(' ') + 1;
        return isOfNone || finding.indexOf('/') > 0
                ? finding
                : finding.substring(0, name) + "default/" + finding.substring(name);
    }

    /// Some names are those of a constructor, with its arguments.
    private static String analyzer(Written each) {
        String name = each.at("analyzer").text();
        return SAYS.keySet().stream().filter(name::contains).findFirst().orElse(name);
    }

    private static List<Diagnostic> analyze(Path cases, Written each) {
        var resources = new ArrayList<Resource<?>>();
        var flawed = new ArrayList<Resource<?>>();
        var findings = new ArrayList<Diagnostic>();
        List<String> texts = new ArrayList<>();
        each.at("inputFiles").items().forEach(f -> texts.add(read(cases.resolve(f.text()))));
        mesh(cases, each).ifPresent(texts::add);
        for (String text : texts) {
            var parsed = ResourceReader.read("case.yaml", text);
            resources.addAll(parsed.resources());
            flawed.addAll(parsed.flawed());
            findings.addAll(parsed.diagnostics());
        }
        World world = World.of(1, Resources.of(resources), MeshSettings.DEFAULT);
        findings.addAll(MeshCompiler.analyze(world));
        return Analyzers.findings(Subject.of(world, flawed, NOW), findings);
    }

    /// The settings of the mesh, which users have in a ConfigMap.
    private static Optional<String> mesh(Path cases, Written each) {
        String mesh = each.at("meshConfigFile").text();
        String networks = each.at("meshNetworksFile").text();
        if (mesh.isEmpty() && networks.isEmpty()) {
            return Optional.empty();
        }
        var map = new StringBuilder("apiVersion: v1\nkind: ConfigMap\n");
        map.append("metadata: {name: istio, namespace: istio-system}\ndata:\n");
        if (!mesh.isEmpty()) {
            map.append("  mesh: |\n").append(read(cases.resolve(mesh)).indent(4));
        }
        if (!networks.isEmpty()) {
            map.append("  meshNetworks: |\n").append(read(cases.resolve(networks)).indent(4));
        }
        return Optional.of(map.toString());
    }

    private static Path cases() {
        String named = System.getProperty("heddle.test.analyzers", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        Optional<Path> cases = Repository.cases();
        assumeThat(cases).as("the cases of other projects, beside the checkout").isPresent();
        return cases.orElseThrow().resolve("istio-analyzers");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
