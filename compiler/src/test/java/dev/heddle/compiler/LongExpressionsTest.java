package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.xds.patch.BootstrapText;
import dev.heddle.model.match.RegexProgram;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.xds.EnvoyJson;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One long expression costs no route table.
@Tag("envoy")
class LongExpressionsTest {
    private static final String KEY = "re2.max_program_size.error_level";

    @TempDir private Path directory;

    private static Bootstrap bootstrap(String regex, String runtime) throws Exception {
        return EnvoyJson.parse(
                """
                {%s "static_resources": {"listeners": [{
                  "name": "web", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 1}},
                  "filter_chains": [{"filters": [{"name": "manager", "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                    "stat_prefix": "s",
                    "http_filters": [{"name": "router", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                    "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [{
                      "match": {"safe_regex": {"regex": "%s"}}, "direct_response": {"status": 200}}]}]}
                  }}]}]}]}}
                """
                        .formatted(runtime, regex.replace("\\", "\\\\")),
                Bootstrap.getDefaultInstance());
    }

    private static String runtime(long most) {
        return "\"layered_runtime\": {\"layers\": [{\"name\": \"l\", \"static_layer\": {\""
                + KEY
                + "\": "
                + most
                + "}}]},";
    }

    @Test
    void proxiesAreStartedWithRoomForThem() throws Exception {
        ValidatingEnvoy envoy = ValidatingEnvoy.find("long expressions");
        String plain = EnvoyJson.print(bootstrap("/[a-c]{1,300}", ""));
        assertThat(envoy.objection(plain, directory).orElse(""))
                .contains("RE2 program size", "max program size of 100");
        assertThat(envoy.objection(completed(plain), directory)).isEmpty();
    }

    /// As `heddle bootstrap` prints it, and as the demo starts proxies.
    private static String completed(String bootstrap) throws Exception {
        GoldenCase golden = GoldenCase.all().getFirst();
        return BootstrapText.parse(bootstrap)
                .completed(Meshes.read(golden).world(), Meshes.scope(golden));
    }

    @Test
    void whoeverSaysAnotherLimitKeepsIt() throws Exception {
        String own = EnvoyJson.print(bootstrap("/", runtime(200)));
        assertThat(completed(own)).contains("200").doesNotContain("32768");
    }

    /// Envoy, told that a program may be no larger than what is counted here, takes each.
    @Test
    void noProgramIsLargerThanItIsCounted() throws Exception {
        ValidatingEnvoy envoy = ValidatingEnvoy.find("long expressions");
        for (String regex :
                new String[] {
                    "/",
                    "/a.*b",
                    "[^/]+",
                    "(/[a-z0-9-]{1,20}){3}",
                    "\\w\\W\\d\\D\\s\\S",
                    "\\pL+",
                    "(?i)[aeiou]{4}k",
                    "(ab|cd|ef|gh)*",
                    "/é?",
                    "[acegikmoqsuwy]{1,100}",
                    "^/a$",
                    "(?:a?){50}",
                    "(x|[0-9a-f]{8}(-[0-9a-f]{4}){3})",
                    "\\b/.+\\b"
                }) {
            long counted = RegexProgram.size(Pattern.compile(regex));
            Bootstrap told = bootstrap(regex, runtime(counted + 4));
            assertThat(envoy.objection(EnvoyJson.print(told), directory)).as(regex).isEmpty();
        }
    }

    @Test
    void whatNoProxyTakesIsLeftOut() {
        assertThat(EnvoySyntax.problemOfRegex("(?:/[^/]+){1,200}")).isEmpty();
        assertThat(EnvoySyntax.problemOfRegex("[acegikmoqsuwyACEGIKMOQSUWY0246813579]{1000}"))
                .hasValueSatisfying(it -> assertThat(it).contains("32768"));
    }
}
