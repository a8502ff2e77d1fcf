package dev.heddle.compiler.lower.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.HttpOptions;
import dev.heddle.compiler.ir.HttpOptions.Underscores;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ListenerOptions;
import dev.heddle.compiler.ir.Observation;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyOptions;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerLoweringTest {
    private static MeshSettings settings(String meshConfig) {
        ResourceReader.Parsed parsed =
                ResourceReader.read(
                        "mesh.yaml",
                        "{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, spec:"
                                + " {meshConfig: {"
                                + meshConfig
                                + "}}}");
        assertThat(parsed.hasErrors()).as("%s", parsed.diagnostics()).isFalse();
        return MeshSettings.DEFAULT.with(Resources.of(parsed.resources()));
    }

    private static final ServiceCatalog NO_SERVICES =
            ServiceCatalog.of(Resources.of(List.of()), "cluster.local", Optional.empty());

    private static ListenerOptions lower(String meshConfig, String annotation, Role role) {
        MeshSettings settings = settings(meshConfig);
        ProxyOptions own =
                WorkloadAnnotations.read(
                                Map.of(WorkloadAnnotations.PROXY_CONFIG, annotation), "default")
                        .options();
        return new ListenerLowering(
                        Observers.of(settings.config(), NO_SERVICES, "cluster.local", false),
                        own.over(settings.proxies()),
                        role,
                        List.of(),
                        NO_SERVICES,
                        Optional.empty())
                .of(Direction.INBOUND);
    }

    private static HttpOptions http(String meshConfig, Role role) {
        return lower(meshConfig, "", role).http();
    }

    @Test
    void logsOfTheMeshAreToldOfConnectionsThatNoChainTakesUnlessItSaysOtherwise() {
        assertThat(lower("", "", Role.SIDECAR).observation().tellsUnmatched()).isTrue();
        assertThat(
                        lower("disableEnvoyListenerLog: true", "", Role.SIDECAR)
                                .observation()
                                .tellsUnmatched())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, false, false, KEPT",
        "DEFAULT, true, false, KEPT",
        "BASE, true, false, KEPT",
        "MERGE_SLASHES, true, true, KEPT",
        "DECODE_AND_MERGE_SLASHES, true, true, DECODED"
    })
    void pathsAreNormalizedAsIstioDoes(
            String name, boolean normalized, boolean merged, HttpOptions.EscapedSlashes escaped) {
        assertThat(http("pathNormalization: {normalization: " + name + "}", Role.SIDECAR).paths())
                .isEqualTo(new HttpOptions.Paths(normalized, merged, escaped));
    }

    @Test
    void whatConnectionSettingsSayOfPathsGoesBeforeTheMesh() {
        HttpOptions http =
                http(
                        "pathNormalization: {normalization: DECODE_AND_MERGE_SLASHES},"
                                + " defaultConfig: {connectionSettings: {httpMergeSlashes: false,"
                                + " httpPathWithEscapedSlashesAction: REJECT_REQUEST}}",
                        Role.SIDECAR);
        assertThat(http.paths())
                .isEqualTo(new HttpOptions.Paths(true, false, HttpOptions.EscapedSlashes.REJECTED));
    }

    @Test
    void theEdgeProfileIsForGatewaysAndFillsOnlyWhatIsOpen() {
        String edge = "defaultConfig: {connectionSettings: {profile: EDGE, httpIdleTimeout: 2s}}";
        HttpOptions gateway = http(edge, Role.GATEWAY);
        assertThat(gateway.times().idle()).hasValue(Duration.ofSeconds(2));
        assertThat(gateway.times().request()).hasValue(Duration.ofMinutes(5));
        assertThat(gateway.streams().atOnce()).hasValue(100);
        assertThat(gateway.headers().underscores()).isEqualTo(Underscores.REJECTED);

        HttpOptions sidecar = http(edge, Role.SIDECAR);
        assertThat(sidecar.times().idle()).hasValue(Duration.ofSeconds(2));
        assertThat(sidecar.times().request()).isEmpty();
        assertThat(sidecar.times().streamIdle()).hasValue(Duration.ZERO);
        assertThat(sidecar.headers().underscores()).isEqualTo(Underscores.ALLOWED);
    }

    @Test
    void anAnnotationReplacesWholeFieldsAndFiveHeadersOneByOne() {
        ListenerOptions options =
                lower(
                        "defaultConfig: {connectionSettings: {httpIdleTimeout: 2s},"
                                + " proxyHeaders: {server: {value: mesh}, requestId: {disabled:"
                                + " true}, xForwardedPort: {enabled: true}}}",
                        "{connectionSettings: {httpRequestTimeout: 3s},"
                                + " proxyHeaders: {requestId: {disabled: false}}}",
                        Role.SIDECAR);
        assertThat(options.http().times().idle()).isEmpty();
        assertThat(options.http().times().request()).hasValue(Duration.ofSeconds(3));
        assertThat(options.http().headers().server()).hasValue("mesh");
        assertThat(options.http().headers().requestIds()).isTrue();
        assertThat(options.http().headers().forwardedPort()).isFalse();
    }

    @Test
    void theTopologyIsForGatewaysAlone() {
        String topology =
                "defaultConfig: {gatewayTopology: {numTrustedProxies: 2, proxyProtocol: {}}}";
        ListenerOptions gateway = lower(topology, "", Role.GATEWAY);
        assertThat(gateway.http().trustedProxies()).isEqualTo(2);
        assertThat(gateway.isProxied()).isTrue();

        ListenerOptions sidecar = lower(topology, "", Role.SIDECAR);
        assertThat(sidecar.http().trustedProxies()).isZero();
        assertThat(sidecar.isProxied()).isFalse();
    }

    @Test
    void aLogIsWhereTheMeshWantsItOrNowhere() {
        assertThat(lower("accessLogFile: ''", "", Role.SIDECAR).observation())
                .isEqualTo(Observation.NONE);
        assertThat(lower("connectTimeout: 1s", "", Role.SIDECAR).observation())
                .isEqualTo(Observation.USUAL);
        assertThat(lower("accessLogFile: /var/log/a", "", Role.SIDECAR).observation().logs())
                .singleElement()
                .asString()
                .contains("[%START_TIME%] \"%REQ(:METHOD)% ", "%PROTOCOL%\" %RESPONSE_CODE% ");
    }
}
