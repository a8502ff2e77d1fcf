package dev.heddle.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.heddle.testkit.Repository;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EnvoyJsonTest {
    private static final String ROUTER =
            "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";

    @Test
    void bothSpellingsOfAFieldAreRead() throws EnvoyJsonException {
        Cluster snake = cluster("{\"name\": \"a\", \"lb_policy\": \"RANDOM\"}");
        Cluster camel = cluster("{\"name\": \"a\", \"lbPolicy\": \"RANDOM\"}");
        assertThat(snake).isEqualTo(camel);
        assertThat(EnvoyJson.print(snake)).contains("\"lb_policy\": \"RANDOM\"");
    }

    @Test
    void whatIsPrintedIsReadAgain() throws EnvoyJsonException {
        String json =
                """
                {"name": "web", "filter_chains": [{"filters": [{"name": "hcm", "typed_config": {
                 "@type": "type.googleapis.com/envoy.extensions.filters.network\
                .http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "x",
                 "http_filters": [{"name": "r", "typed_config": {"@type": "%s"}}]}}]}]}
                """
                        .formatted(ROUTER);
        Listener listener = EnvoyJson.parse(json, Listener.getDefaultInstance());
        assertThat(EnvoyJson.parse(EnvoyJson.print(listener), Listener.getDefaultInstance()))
                .isEqualTo(listener);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'nam': 'a'}| nam: unknown field (expected: one of envoy.config.cluster.v3.Cluster)",
                "{'lb_policy': 'FOO'}| lb_policy: \"FOO\" (expected: one of ROUND_ROBIN",
                "{'connect_timeout': 'soon'}| connect_timeout: ",
                "{'connect_timeout': 5}| connect_timeout: ",
                "{'eds_cluster_config': []}| eds_cluster_config: [] (expected: an object",
                "{'eds_cluster_config': {'service_name': {}}}| eds_cluster_config.service_name: {}",
                "{'health_checks': {}}| health_checks: {} (expected: a list)",
                "{'health_checks': [{'no_traffic_interval': '1s'}, {'x': 1}]}| health_checks[1].x: unk",
                "{'typed_extension_protocol_options': {'a.b': {'@type': 'x.y/z.Q'}}}"
                        + "| typed_extension_protocol_options[\"a.b\"].@type: \"x.y/z.Q\": unknown type",
                "{'typed_extension_protocol_options': {'a': {'@type': "
                        + "'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router', 'q': 1}}}"
                        + "| typed_extension_protocol_options[\"a\"].q: unknown field",
                "{'typed_extension_protocol_options': {'a': {'b': 1}}}"
                        + "| typed_extension_protocol_options[\"a\"]: {\"b\":1} (expected: an object with '@type')",
                "{'per_connection_buffer_limit_bytes': 'many'}| per_connection_buffer_limit_bytes: ",
                "{'respect_dns_ttl': 'maybe'}| respect_dns_ttl: \"maybe\" (expected: bool)",
                "[]| [] (expected: an object, envoy.config.cluster.v3.Cluster)",
            })
    void whatIsWrongIsSaidWithItsPath(String json, String message) {
        assertThatThrownBy(() -> cluster(json.replace('\'', '"')))
                .isInstanceOf(EnvoyJsonException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void textThatIsNoJsonIsSaidToBeNone() {
        assertThatThrownBy(() -> cluster("{\"name\": "))
                .isInstanceOf(EnvoyJsonException.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void anUnknownTypeIsNotPrintedAsNothing() {
        Cluster cluster =
                Cluster.newBuilder()
                        .putTypedExtensionProtocolOptions(
                                "a",
                                Any.newBuilder()
                                        .setTypeUrl("type.googleapis.com/x.Y")
                                        .setValue(ByteString.copyFromUtf8("z"))
                                        .build())
                        .build();
        assertThatThrownBy(() -> EnvoyJson.print(cluster)).hasMessageContaining("x.Y");
    }

    @Test
    void aBootstrapIsRead() throws EnvoyJsonException {
        Bootstrap bootstrap =
                EnvoyJson.parse(
                        """
                        {"node": {"id": "x", "metadata": {"LABELS": {"app": "a"}}},
                         "admin": {"address": {"socket_address":
                           {"address": "127.0.0.1", "port_value": 15000}}},
                         "dynamic_resources": {"ads_config": {"api_type": "DELTA_GRPC"}}}
                        """,
                        Bootstrap.getDefaultInstance());
        assertThat(NodeInfo.of(bootstrap.getNode()).orElseThrow().texts("LABELS"))
                .containsEntry("app", "a");
    }

    /// A type whose file is generated but not reachable from the registry's roots would be unknown
    /// inside of an `Any`.
    @Test
    void everyGeneratedExtensionIsKnown() throws IOException {
        String pom = Files.readString(Repository.root().resolve("xds/pom.xml"));
        var missing = new ArrayList<String>();
        Matcher file = Pattern.compile("<include>(envoy/.*)\\.proto</include>").matcher(pom);
        while (file.find()) {
            if (!EnvoyTypes.files().contains(file.group(1) + ".proto")
                    && !file.group(1).startsWith("envoy/service/discovery/")
                    && !file.group(1).startsWith("envoy/service/accesslog/")
                    && !file.group(1).startsWith("envoy/service/metrics/")) {
                missing.add(file.group(1));
            }
        }
        assertThat(missing).isEmpty();
    }

    private static Cluster cluster(String json) throws EnvoyJsonException {
        return EnvoyJson.parse(json, Cluster.getDefaultInstance());
    }
}
